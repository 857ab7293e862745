import { asPinholeError, errorRow, PinholeError } from "../core/errors.ts";
import type { ImageRequest, Size } from "../core/request.ts";
import { sizeText } from "../core/request.ts";
import { checkMask } from "../pictures/masks.ts";
import type { CatalogEntry } from "./catalog.ts";
import { orderTargets } from "./choose.ts";
import { fit, type Plan } from "./fit.ts";
import type { GatewayParts } from "./parts.ts";
import { holdOf } from "./price.ts";

/**
 * The plans that could serve the request, in the order to try them: each target's model is fitted
 * again, and one that cannot honour the request is left out. None left: the first refusal is thrown.
 */
export function planTargets(
  parts: GatewayParts,
  entry: CatalogEntry,
  request: ImageRequest,
  strict: boolean,
): readonly [Plan, ...Plan[]] {
  const [first] = request.images;
  if (request.mask !== undefined && first !== undefined) checkMask(request.mask, first);
  const plans: Plan[] = [];
  let refusal: PinholeError | undefined;
  const chain = new Set(entry.targets.map((target) => target.channel.provider.id));
  const options = { policy: parts.policy, strict, chain };
  for (const target of orderTargets(entry, parts.random)) {
    try {
      plans.push(fit(request, target, options));
    } catch (thrown) {
      const error = asPinholeError(thrown);
      if (errorRow(error.code).evidence !== "caller") throw thrown;
      refusal ??= error;
    }
  }
  const [best, ...others] = plans;
  if (best !== undefined) return [best, ...others];
  throw (
    refusal ??
    new PinholeError("no_channel_available", {
      message: `No channel can serve \`${entry.name}\` at the moment; try again later.`,
      retryAfterSeconds: 10,
    })
  );
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
