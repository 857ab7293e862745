import { keptId } from "../blobs/log-entry.ts";
import type { StoredBlob } from "../blobs/types.ts";
import type { OutputFormat, Picture, PictureFacts, PictureSpool } from "../core/picture.ts";
import { outputFormats } from "../core/picture.ts";
import { sizeText, type Warning } from "../core/request.ts";
import { asPinholeError } from "../core/errors.ts";
import type { Made } from "./attempt.ts";
import type { KeepPlan } from "./kept-pictures.ts";
import type { Plan } from "./fit-terms.ts";
import type { GatewayParts } from "./parts.ts";

/** A picture as it is delivered: changed to what was asked for, and in the store where a URL needs it. */
export interface Kept {
  /** Its place in the answer, from 0. */
  readonly index: number;
  readonly picture: Picture;
  /** Where the image store has it; undefined: it is only in the request's spool. */
  readonly blob: StoredBlob | undefined;
  /** Under which id and how long the store keeps it, now or once the answer has gone; undefined: it does not. */
  readonly keep: (KeepPlan & { readonly id: string }) | undefined;
  readonly revisedPrompt: string | undefined;
  /** The upstream's word for what it made, else what it was asked for. */
  readonly quality: string | undefined;
  readonly background: string | undefined;
  readonly warnings: readonly Warning[];
}

/**
 * Makes of a picture what was asked for and the upstream could not do (format, compression, size),
 * and puts it into the image store where its URL is asked for. One that cannot be changed is
 * delivered as it was made, with a warning: it is paid for.
 */
export async function takePicture(
  parts: GatewayParts,
  made: Made,
  spool: PictureSpool,
  hasUrl: boolean,
): Promise<Kept> {
  const { picture, warnings } = await changed(parts, made, spool);
  const plan = parts.kept.plan(hasUrl);
  const keep = plan === undefined ? undefined : { ...plan, id: newId(parts, hasUrl) };
  const blob =
    hasUrl && keep !== undefined
      ? await parts.blobs.put(keep.id, picture, keep.keptUntil)
      : undefined;
  const { index, revisedPrompt, quality } = made;
  return {
    index,
    picture,
    blob,
    keep,
    revisedPrompt,
    quality,
    background: backgroundOf(made, picture),
    warnings,
  };
}

/** What has no URL is kept in a log, where a picture costs less than a file. */
function newId(parts: GatewayParts, hasUrl: boolean): string {
  const hex = parts.newBlobId();
  return hasUrl ? hex : keptId(hex);
}

/** A picture without an alpha channel is opaque; with one, only the upstream or the request can say. */
function backgroundOf(made: Made, picture: Picture): string | undefined {
  if (!picture.alpha) return "opaque";
  const { background, plan } = made;
  if (background === "opaque" || background === "transparent") return background;
  return plan.request.background === "transparent" ? "transparent" : undefined;
}

async function changed(
  parts: GatewayParts,
  made: Made,
  spool: PictureSpool,
): Promise<Pick<Kept, "picture" | "warnings">> {
  const change = wantedChange(made);
  if (change === undefined) return { picture: made.picture, warnings: [] };
  try {
    const picture = await parts.converter.convert(made.picture, change, spool);
    return { picture, warnings: [] };
  } catch (thrown) {
    const error = asPinholeError(thrown);
    parts.log.warn(
      { code: error.code, detail: error.detail ?? error.message },
      "a made picture could not be converted",
    );
    const message = `The image is delivered as it was made (${made.picture.format}, ${sizeText(made.picture)}): converting it failed.`;
    return {
      picture: made.picture,
      warnings: [{ param: "output_format", code: "format_mismatch", message }],
    };
  }
}

interface Change {
  readonly blame: "upstream";
  readonly format: OutputFormat;
  readonly compression?: number;
  readonly size?: { readonly width: number; readonly height: number };
}

/** Undefined where the picture already is what was asked for. */
export function wantedChange({
  picture,
  plan,
}: {
  readonly picture: PictureFacts;
  readonly plan: Plan;
}): Change | undefined {
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

function outputFormat(picture: PictureFacts): OutputFormat | undefined {
  return outputFormats.find((format) => format === picture.format);
}
