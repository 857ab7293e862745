import { type Cost, mostOf, type Nano } from "../../core/money.ts";
import { madePicture } from "../../money/facts.ts";
import { costOf } from "../../money/price.ts";
import type { AttemptCharge } from "../../store/request-records.ts";
import { type ChargeTerms, markupAt, priceAt, pricedCall } from "../fit/priced-call.ts";
import type { Plan } from "../fit/terms.ts";
import { mayBeBilled } from "./decision.ts";
import type { AttemptEnd, CallResult } from "./terms.ts";

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

/** The amount that a call's provider asks for it: the same without the markup. */
function askedFor(result: CallResult, { at, teamMarkup }: ChargeTerms): Cost {
  const { target } = result.plan;
  if (markupAt(target, { at, teamMarkup }) === undefined) return result.cost;
  const model = { ...target.model, markup: undefined };
  const bare = { ...result.plan, target: { ...target, model } };
  return costOfCall({ ...result, plan: bare }, { at, teamMarkup: undefined });
}

/**
 * The provider's charge for an attempt that has ended; undefined: nothing was charged. `boundNano` is the most that it
 * was expected to cost; null: nothing bounds it.
 */
export function providerCharge(
  end: AttemptEnd,
  plan: Plan,
  boundNano: Nano | null,
  terms: ChargeTerms,
): AttemptCharge | undefined {
  const { channel, card } = plan.target;
  const charged = (
    nano: Nano | null,
    isKnown: boolean,
    images: number,
  ): AttemptCharge | undefined => {
    if (nano === 0) return undefined;
    const evidence = isKnown ? "known" : nano === null ? "unknown" : "bounded";
    const isOverrun = nano !== null && boundNano !== null && nano > boundNano;
    return { channelId: channel.id, nano, evidence, images, isOverrun };
  };
  if ("failure" in end)
    return mayBeBilled(end.failure, plan) ? charged(boundNano, false, 0) : undefined;
  const { charge, fault, made } = end.result;
  const cost = askedFor(end.result, terms);
  const most = mostOf(cost) ?? null;
  // After a fault the provider may charge for what it has not handed over.
  const isSure = fault === undefined || charge !== undefined || card?.failures_billed === false;
  if (isSure && cost.state !== "unknown") return charged(most, true, made.length);
  const bound = most === null || boundNano === null ? boundNano : Math.max(most, boundNano);
  return charged(isSure ? (most ?? boundNano) : bound, false, made.length);
}
