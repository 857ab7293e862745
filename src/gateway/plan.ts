import { asPinholeError, errorRow, PinholeError } from "../core/errors.ts";
import type { ImageRequest, Size } from "../core/request.ts";
import { sizeText } from "../core/request.ts";
import { checkMask } from "../pictures/masks.ts";
import type { CatalogEntry } from "./catalog.ts";
import { type Ranking, rankLanes } from "./choose.ts";
import type { FitClass } from "./choose-lanes.ts";
import { fit } from "./fit.ts";
import type { Plan } from "./fit-terms.ts";
import type { GatewayParts } from "./parts.ts";
import { holdOf } from "./price.ts";

/** What could serve a request: ranked targets, a plan for each class of them, and how long it may take. */
export interface Route extends Ranking {
  /** One plan a class of targets, best first: what a hold and room are reckoned from. */
  readonly plans: readonly [Plan, ...Plan[]];
  /** The longest that one attempt may take, milliseconds; the deadline of all of them together. */
  readonly totalMs: number;
}

/**
 * Fits the request to each class of targets that could serve it; one that cannot honour the request is
 * left out. None left: the first refusal is thrown. Nothing is chosen yet.
 */
export function planTargets(
  parts: GatewayParts,
  entry: CatalogEntry,
  request: ImageRequest,
  strict: boolean,
): Route {
  const [first] = request.images;
  if (request.mask !== undefined && first !== undefined) checkMask(request.mask, first);
  const lanes = parts.routing.lanes(parts.catalog(), entry);
  const plans = new Map<FitClass, Plan>();
  let refusal: PinholeError | undefined;
  const options = { policy: parts.policy, strict, chain: lanes.providers };
  for (const fitClass of lanes.classes) {
    try {
      plans.set(fitClass, fit(request, fitClass.representative, options));
    } catch (thrown) {
      const error = asPinholeError(thrown);
      if (errorRow(error.code).evidence !== "caller") throw thrown;
      refusal ??= error;
    }
  }
  const ranking = rankLanes(lanes, ({ fitClass }) => plans.get(fitClass), parts.random);
  const [best, ...others] = ranking.plans;
  if (best === undefined) throw refusal ?? noChannel(10_000);
  return { ...ranking, plans: [best, ...others], totalMs: lanes.attemptMsMax };
}

/** Every target is cooling or full. `waitMs`: until that may have changed. */
export function noChannel(waitMs: number): PinholeError {
  return new PinholeError("no_channel_available", {
    message: "Every channel that serves this model is busy or cooling down; try again later.",
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  });
}

/** Pixels to reckon with where the size is left to the model. */
const unsaidSize: Size = { width: 2048, height: 2048 };

/** The pixels a plan's pictures will probably have, for holds and room. */
export function expectedSize(plan: Plan): Size {
  const { size } = plan.request;
  if (plan.output.size !== undefined) return plan.output.size;
  return size === undefined || size === "auto" ? unsaidSize : size;
}

/** The dearest worst case among the plans that may be tried, nano-dollars; null where one has no bound. */
export function holdFor(plans: readonly Plan[], request: ImageRequest): number | null {
  let dearest = 0;
  for (const plan of plans) {
    const hold = holdOf(plan.target.model.price ?? plan.target.card?.price, {
      operation: request.operation,
      quality: plan.request.quality,
      n: request.n,
      size: expectedSize(plan),
    });
    if (hold === undefined) return null;
    dearest = Math.max(dearest, hold);
  }
  return dearest;
}

/** The canonical fields as the record keeps them: no pictures, only what they are. */
export function recordFields(request: ImageRequest): string {
  const { images, mask, size, ...rest } = request;
  return JSON.stringify({
    ...rest,
    size: size === undefined || size === "auto" ? size : sizeText(size),
    images: images.map((image) => `${image.format} ${sizeText(image)}`),
    mask: mask === undefined ? undefined : `${mask.format} ${sizeText(mask)}`,
  });
}
