import { asPinholeError } from "../../core/errors.ts";
import type { PictureSpool } from "../../core/picture.ts";
import type { ImageRequest, Warning } from "../../core/request.ts";
import { keepRest } from "../../pictures/keep-rest.ts";
import { isHosted } from "../fit/form.ts";
import type { DeliveredPicture, ImageOutcome } from "./outcome.ts";
import type { DeliveryParts } from "./parts.ts";
import { hostPicture, keepingOf } from "./take.ts";

/**
 * The outcome of a masked edit with a further picture behind each that was made: the original laid over everything outside of
 * the mask (CONTRACT, edits: `keep_outside_mask`). Costs nothing, so one that cannot be made is only told of.
 */
export async function withRest(
  parts: DeliveryParts,
  request: ImageRequest,
  spool: PictureSpool,
  outcome: ImageOutcome,
): Promise<ImageOutcome> {
  if (request.keep_outside_mask !== true) return outcome;
  const further: DeliveredPicture[] = [];
  const warnings: Warning[] = [];
  for (const made of outcome.pictures) {
    try {
      further.push(await furtherOf(parts, { request, spool, outcome, made }));
    } catch (thrown) {
      const { code, detail, message } = asPinholeError(thrown);
      parts.log.warn({ code, detail: detail ?? message }, "the rest of an edit was not kept");
      warnings.push({
        param: "keep_outside_mask",
        code: "adjusted_value",
        message: `Image ${made.index + 1} has no second picture with the rest kept: ${message}`,
      });
    }
  }
  return {
    ...outcome,
    pictures: [...outcome.pictures, ...further],
    warnings: [...outcome.warnings, ...warnings],
  };
}

async function furtherOf(
  parts: DeliveryParts,
  edit: {
    readonly request: ImageRequest;
    readonly spool: PictureSpool;
    readonly outcome: ImageOutcome;
    readonly made: DeliveredPicture;
  },
): Promise<DeliveredPicture> {
  const { request, spool, outcome, made } = edit;
  const [original] = request.images;
  const { mask } = request;
  if (original === undefined || mask === undefined) throw new Error("a masked edit has both");
  const picture = await keepRest({ original, made: made.picture, mask }, spool, parts.converter);
  const hasUrl = outcome.form.url && isHosted(picture);
  const delivered: DeliveredPicture = {
    ...made,
    index: request.n + made.index,
    picture,
    blob: undefined,
    keep: keepingOf(parts, picture, hasUrl),
    background: picture.alpha ? undefined : "opaque",
    warnings: [],
  };
  return hostPicture(parts, delivered, hasUrl);
}
