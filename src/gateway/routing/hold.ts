import { anyEstimate, type Estimate, sumEstimates } from "../../money/estimate.ts";
import type { Nano } from "../../core/money.ts";
import type { PriceVersion } from "../../core/price.ts";
import type { PriceMarkup } from "../../core/price-markup.ts";
import { versionOf } from "../../money/price-version.ts";
import { estimateOf } from "../../money/price.ts";
import { type ChargeTerms, markupAt, plannedCall, priceAt } from "../fit/priced-call.ts";
import type { Plan } from "../fit/terms.ts";
import { splitCalls } from "./call-part.ts";

/** The estimate of a request for n images whose calls are all made by one plan. */
export function estimateOfPlan(plan: Plan, n: number, terms: ChargeTerms): Estimate {
  return estimateWith(plan, n, terms.at, markupAt(plan.target, terms));
}

/** The most that a provider may charge for n images by a plan; null: nothing bounds it. `at`: Unix milliseconds. */
export function chargeBound(plan: Plan, n: number, at: number): Nano | null {
  return estimateWith(plan, n, at, undefined).most ?? null;
}

function estimateWith(
  plan: Plan,
  n: number,
  at: number,
  markup: PriceMarkup | undefined,
): Estimate {
  const price = priceAt(plan.target);
  const ofCall = remembered((count) => estimateOf(price, plannedCall(plan, count, at), markup));
  return sumEstimates(splitCalls(n, plan.perCall).map(({ count }) => ofCall(count)));
}

/**
 * The estimate of a request for n images that any of several plans (at least one) may make: its calls are split as
 * the one that comes first would make them, and each of them may end with any other.
 */
export function estimateOfPlans(plans: readonly Plan[], n: number, terms: ChargeTerms): Estimate {
  const ofPart = remembered((count) =>
    anyEstimate(plans.map((plan) => estimateOfPlan(plan, count, terms))),
  );
  const perCalls = new Set(plans.map(({ perCall }) => Math.min(perCall, n)));
  return anyEstimate(
    [...perCalls].map((perCall) =>
      sumEstimates(splitCalls(n, perCall).map(({ count }) => ofPart(count))),
    ),
  );
}

/** The versions of the prices that count for plans, each once, in the order of their names. */
export function versionsOf(plans: readonly Plan[], terms: ChargeTerms): PriceVersion[] {
  const versions = new Map<string, PriceVersion>();
  for (const { target } of plans) {
    const known = versionOf(priceAt(target), markupAt(target, terms));
    if (known !== undefined) versions.set(known.version, known);
  }
  return [...versions.values()].toSorted((a, b) => (a.version < b.version ? -1 : 1));
}

/** A function that works out each number once. */
function remembered<T>(work: (count: number) => T): (count: number) => T {
  const known = new Map<number, T>();
  return (count) => {
    const result = known.get(count) ?? work(count);
    known.set(count, result);
    return result;
  };
}
