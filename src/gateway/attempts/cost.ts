import type { Cost } from "../../core/money.ts";
import { madePicture } from "../../money/facts.ts";
import { costOf } from "../../money/price.ts";
import { type ChargeTerms, markupAt, priceAt, pricedCall } from "../fit/priced-call.ts";
import type { CallResult } from "./terms.ts";

/**
 * The customer's debt for one upstream call's pictures: at the price of the model that made them at the time of the
 * request, with the markup that counts.
 */
export function costOfCall(result: Omit<CallResult, "cost">, terms: ChargeTerms): Cost {
  const { plan, made, usage, facts, charge } = result;
  const pictures = made.map(({ picture, quality }) =>
    madePicture(picture, { format: picture.format, quality, resolution: plan.request.tier }),
  );
  const { target } = plan;
  const call = pricedCall(plan, { at: terms.at, pictures, usage, facts });
  return costOf(priceAt(target), call, charge, markupAt(target, terms));
}
