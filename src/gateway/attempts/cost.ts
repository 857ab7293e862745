import type { Nano } from "../../core/money.ts";
import type { ImageRequest } from "../../core/request.ts";
import type { CallResult } from "./terms.ts";
import { priceOf } from "../../money/price.ts";

/** The customer's debt for one upstream call's pictures, at the price of the model that made them; undefined where it has none. */
export function costOfCall(
  request: ImageRequest,
  result: Pick<CallResult, "plan" | "made" | "usage" | "charge">,
): Nano | undefined {
  const { model, card } = result.plan.target;
  return priceOf(model.price ?? card?.price, {
    operation: request.operation,
    quality: result.made[0]?.quality,
    pictures: result.made.map(({ picture }) => picture),
    usage: result.usage,
    charge: result.charge,
  });
}
