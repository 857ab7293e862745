import type { Target } from "../../core/channel.ts";
import type { Price } from "../../core/price.ts";
import type { PriceMarkup } from "../../core/price-markup.ts";
import type { CallFacts } from "../../core/provider.ts";
import type { Usage } from "../../core/request.ts";
import type { PricedCall, PricedPicture } from "../../money/facts.ts";
import { valueUnder } from "../../money/facts.ts";
import { expectedPicture } from "./expected-picture.ts";
import type { Plan } from "./terms.ts";

/** The price that counts for a target: the operator's, else the card's; undefined where there is none. */
export function priceAt({ model, card }: Target): Price | undefined {
  return model.price ?? card?.price;
}

/** The circumstances of a request that rule what it is charged. */
export interface ChargeTerms {
  /** The time of the request, Unix milliseconds: prices are those of this moment. */
  readonly at: number;
  /** The markup of the customer's team, which goes before that of the model; undefined: it has none. */
  readonly teamMarkup: PriceMarkup | undefined;
}

/** The markup that counts for a target. */
export function markupAt({ model }: Target, { teamMarkup }: ChargeTerms): PriceMarkup | undefined {
  return teamMarkup ?? model.markup;
}

/** The outcome of a call, beside its plan. */
interface Come {
  /** The time of the request, Unix milliseconds. */
  readonly at: number;
  readonly pictures: readonly PricedPicture[];
  readonly usage: Usage | undefined;
  readonly facts: CallFacts;
}

/** A call of a plan as its price sees it. */
export function pricedCall(plan: Plan, { at, pictures, usage, facts }: Come): PricedCall {
  const { target, request, options, inputs } = plan;
  const [settings] = target.channel.credentials;
  return {
    at,
    operation: request.operation,
    pictures,
    inputs: inputs.images.map(({ picture }) => picture),
    option: (name) => firstValue([options, request.more, request], name),
    setting: (name) => firstValue([settings], name),
    usage,
    facts,
    tiers: target.card?.tiers,
  };
}

/** A call of a plan that is yet to make `count` pictures. */
export function plannedCall(plan: Plan, count: number, at: number): PricedCall {
  const picture = expectedPicture(plan);
  const pictures = Array.from({ length: count }, () => picture);
  return pricedCall(plan, { at, pictures, usage: undefined, facts: {} });
}

/** The value of a name in the first of several records that has one. */
function firstValue(records: readonly unknown[], name: string): unknown {
  for (const record of records) {
    if (typeof record !== "object" || record === null) continue;
    const value = valueUnder({ ...record }, name);
    if (value !== undefined) return value;
  }
  return undefined;
}
