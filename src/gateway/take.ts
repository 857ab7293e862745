import type { OutputFormat, Picture, PictureSpool } from "../core/picture.ts";
import { outputFormats } from "../core/picture.ts";
import { sizeText, type Warning } from "../core/request.ts";
import { asPinholeError } from "../core/errors.ts";
import type { Made } from "./attempt.ts";
import type { GatewayParts } from "./parts.ts";

/** A picture ready to be delivered. */
export interface Taken extends Made {
  readonly warnings: readonly Warning[];
}

/**
 * Makes of each picture what was asked for and the upstream could not do: format, compression, size.
 * A picture that cannot be changed is delivered as it was made, with a warning: it is paid for.
 */
export async function takePictures(
  parts: GatewayParts,
  made: readonly Made[],
  spool: PictureSpool,
): Promise<Taken[]> {
  return Promise.all(made.map((one) => take(parts, one, spool)));
}

async function take(parts: GatewayParts, made: Made, spool: PictureSpool): Promise<Taken> {
  const change = wantedChange(made);
  if (change === undefined) return { ...made, warnings: [] };
  try {
    const picture = await parts.converter.convert(made.picture, change, spool);
    return { ...made, picture, warnings: [] };
  } catch (thrown) {
    const error = asPinholeError(thrown);
    parts.log.warn(
      { code: error.code, detail: error.detail ?? error.message },
      "a made picture could not be converted",
    );
    const message = `The image is delivered as it was made (${made.picture.format}, ${sizeText(made.picture)}): converting it failed.`;
    return { ...made, warnings: [{ param: "output_format", code: "format_mismatch", message }] };
  }
}

interface Change {
  readonly blame: "upstream";
  readonly format: OutputFormat;
  readonly compression?: number;
  readonly size?: { readonly width: number; readonly height: number };
}

/** Undefined where the picture already is what was asked for. */
function wantedChange({ picture, plan }: Made): Change | undefined {
  const { format, compression, size } = plan.output;
  const resize = size !== undefined && sizeText(size) !== sizeText(picture) ? size : undefined;
  const reformat = format !== undefined && format !== picture.format;
  // Re-encoding a picture that has the right format already would only lose quality, unless a
  // compression was asked for that the upstream does not know.
  const recompress = compression !== undefined && compression < 100 && picture.format !== "png";
  if (resize === undefined && !reformat && !recompress) return undefined;
  const target = format ?? outputFormat(picture);
  if (target === undefined) return undefined;
  return {
    format: target,
    blame: "upstream",
    ...(compression === undefined ? {} : { compression }),
    ...(resize === undefined ? {} : { size: resize }),
  };
}

function outputFormat(picture: Picture): OutputFormat | undefined {
  return outputFormats.find((format) => format === picture.format);
}
