import type { Cost } from "../../core/money.ts";
import { madePicture } from "../../money/facts.ts";
import { costOf } from "../../money/price.ts";
import { priceAt, pricedCall } from "../fit/priced-call.ts";
import type { CallResult } from "./terms.ts";

/**
 * The customer's debt for one upstream call's pictures, at the price of the model that made them on the day of the
 * request (`at`, Unix milliseconds).
 */
export function costOfCall(result: Omit<CallResult, "cost">, at: number): Cost {
  const { plan, made, usage, facts, charge } = result;
  const pictures = made.map(({ picture, quality }) =>
    madePicture(picture, { format: picture.format, quality, resolution: plan.request.tier }),
  );
  return costOf(priceAt(plan.target), pricedCall(plan, { at, pictures, usage, facts }), charge);
}
