import { asPinholeError } from "../../core/errors.ts";
import type { Picture, PictureSpool } from "../../core/picture.ts";
import { sizeText, type Warning } from "../../core/request.ts";
import type { Made } from "../attempts/terms.ts";
import { type Change, wantedChange } from "./change.ts";
import { differencesOf } from "./differences.ts";
import { isHosted } from "../fit/form.ts";
import type { DeliveredPicture } from "./outcome.ts";
import type { DeliveryParts } from "./parts.ts";

/**
 * Makes of a picture what was asked for and the upstream could not do (format, compression, size),
 * and puts it into the image store where its URL is asked for. One that cannot be changed is
 * delivered as it was made, with a warning: it is paid for.
 */
export async function takePicture(
  parts: DeliveryParts,
  made: Made,
  spool: PictureSpool,
  wantsUrl: boolean,
): Promise<DeliveredPicture> {
  const change = wantedChange(made);
  const changed = change === undefined ? asMade(made) : await convert(parts, made, change, spool);
  const hasUrl = wantsUrl && isHosted(changed.picture);
  if (wantsUrl && !hasUrl) return deliveredOf(parts, made, unhosted(changed), false);
  return hostPicture(parts, deliveredOf(parts, made, changed, hasUrl), hasUrl);
}

/** Puts a picture into the image store where its URL is wanted; one that cannot be put is delivered as base64. */
export async function hostPicture(
  parts: DeliveryParts,
  delivered: DeliveredPicture,
  hasUrl: boolean,
): Promise<DeliveredPicture> {
  const { keep, picture } = delivered;
  if (!hasUrl || keep === undefined) return delivered;
  try {
    return { ...delivered, blob: await parts.blobs.put(keep.id, picture, keep.keptUntil) };
  } catch (thrown) {
    const error = asPinholeError(thrown);
    if (error.code !== "storage_unavailable") throw thrown;
    // Paid for and whole: it reaches its client, if not by a URL.
    parts.log.warn({ detail: error.detail }, "a picture could not be hosted");
    const warnings = [
      ...delivered.warnings,
      noUrl("The image could not be hosted, so it is delivered as base64."),
    ];
    return { ...delivered, keep: undefined, warnings };
  }
}

/** The picture as it will be delivered, not in the store yet. */
function deliveredOf(
  parts: DeliveryParts,
  made: Made,
  { picture, warnings }: Changed,
  hasUrl: boolean,
): DeliveredPicture {
  const { index, revisedPrompt, seed, quality } = made;
  return {
    index,
    picture,
    blob: undefined,
    keep: keepingOf(parts, picture, hasUrl),
    revisedPrompt,
    seed,
    quality,
    background: backgroundOf(made, picture),
    warnings: made.warnings.length === 0 ? warnings : [...warnings, ...made.warnings],
  };
}

/** The id under which a picture is kept, and how long; undefined: it is not. */
export function keepingOf(
  parts: DeliveryParts,
  picture: Picture,
  hasUrl: boolean,
): DeliveredPicture["keep"] {
  const plan = parts.kept.plan(hasUrl);
  if (plan === undefined) return undefined;
  return { ...plan, id: parts.blobs.place(parts.newBlobId(), picture, plan.keptUntil, hasUrl) };
}

/** The answer's word for the background. Without an alpha channel it is opaque; with one, only the upstream or the request can say. */
export function backgroundOf(
  made: Pick<Made, "background" | "plan">,
  picture: Pick<Picture, "alpha">,
): string | undefined {
  if (!picture.alpha) return "opaque";
  const { background, plan } = made;
  if (background === "opaque" || background === "transparent") return background;
  return plan.request.background === "transparent" ? "transparent" : undefined;
}

/** The same with a warning that there is no URL. */
function unhosted({ picture, warnings }: Changed): Changed {
  return { picture, warnings: [...warnings, noUrl("An SVG is delivered as base64 only.")] };
}

function noUrl(message: string): Warning {
  return { param: "response_format", code: "adjusted_value", message };
}

type Changed = Pick<DeliveredPicture, "picture" | "warnings">;

function asMade({ picture, plan }: Made): Changed {
  return { picture, warnings: differencesOf(picture, plan) };
}

async function convert(
  parts: DeliveryParts,
  made: Made,
  change: Change,
  spool: PictureSpool,
): Promise<Changed> {
  try {
    const picture = await parts.converter.convert(made.picture, change, spool);
    return { picture, warnings: differencesOf(picture, made.plan) };
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
