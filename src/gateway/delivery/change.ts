import { type OutputFormat, type PictureFacts, outputFormats } from "../../core/picture.ts";
import type { Size } from "../../core/request.ts";
import type { Plan } from "../fit/terms.ts";

/** A conversion that makes of a picture what was asked for. */
export interface Change {
  readonly blame: "upstream";
  readonly format: OutputFormat;
  readonly compression?: number;
  readonly size?: { readonly width: number; readonly height: number };
}

/** The conversion that a picture needs; undefined where it already is what was asked for. */
export function wantedChange({
  picture,
  plan,
}: {
  readonly picture: PictureFacts;
  readonly plan: Plan;
}): Change | undefined {
  const { format, compression, size } = plan.output;
  const resize = size !== undefined && !sameSize(size, picture) ? size : undefined;
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

function sameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}

function outputFormat(picture: PictureFacts): OutputFormat | undefined {
  return outputFormats.find((format) => format === picture.format);
}
