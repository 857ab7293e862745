import { type Cost, type Nano, nanoOf, nanoPerUsd } from "../core/money.ts";
import type { Price, PriceBlock } from "../core/price.ts";
import type { PriceMarkup } from "../core/price-markup.ts";
import { compare, fraction, type Rational } from "../core/rational.ts";
import { amountOfCall, boundsOfCall } from "./amount.ts";
import { callFits } from "./conditions.ts";
import type { PricedCall } from "./facts.ts";
import type { Estimate } from "./estimate.ts";
import { readBlock } from "./lines.ts";
import { markedUp } from "./markup.ts";
import { exactValue, type Range } from "./range.ts";

/**
 * The cost of one upstream call that made what `call` says: what the provider asks for it, or with a markup what its
 * customer is charged. The upstream's own statement (`charge`) rules where there is one. Everything is added as fractions
 * and rounded once, half up.
 */
export function costOf(
  price: Price | undefined,
  call: PricedCall,
  charge: Nano | undefined,
  markup?: PriceMarkup,
): Cost {
  const nanoWith = (usd: Rational): Nano | undefined =>
    nanoOf(markedUp(usd, call.pictures.length, markup));
  if (charge !== undefined && Number.isSafeInteger(charge) && charge >= 0) {
    const nano = markup === undefined ? charge : nanoWith(fraction(charge, nanoPerUsd));
    return nano === undefined ? { state: "unknown", bound: undefined } : { state: "priced", nano };
  }
  if (price === "free") return { state: "free" };
  const block = blockFor(price, call);
  if (block?.free === true) return { state: "free" };
  // What a call is billed that made nothing is between the provider and the operator.
  if (call.pictures.length === 0) return { state: "priced", nano: 0 };
  if (block === undefined) return { state: "unknown", bound: undefined };
  const amount = amountOfCall(block, call);
  const value = exactValue(amount);
  const nano = value === undefined ? undefined : nanoWith(value);
  if (nano !== undefined) return { state: "priced", nano };
  const { most } = bounded(block, call, amount);
  return { state: "unknown", bound: most === undefined ? undefined : nanoWith(most) };
}

/** The cost of a call that is yet to be made: each fact that is not known counts at its least and its most. */
export function estimateOf(
  price: Price | undefined,
  call: PricedCall,
  markup?: PriceMarkup,
): Estimate {
  if (price === "free") return { state: "free", least: 0, most: 0 };
  const block = blockFor(price, call);
  if (block === undefined) return { state: "unknown", least: 0, most: undefined };
  if (block.free === true) return { state: "free", least: 0, most: 0 };
  const { least, most } = bounded(block, call, amountOfCall(block, call));
  const nanoWith = (usd: Rational): Nano | undefined =>
    nanoOf(markedUp(usd, call.pictures.length, markup));
  return {
    state: "priced",
    least: nanoWith(least) ?? Number.MAX_SAFE_INTEGER,
    most: most === undefined ? undefined : nanoWith(most),
  };
}

/** The block that prices a call at its time; undefined where none does, or where its currency has no rate. */
function blockFor(price: Price | undefined, call: PricedCall): PriceBlock | undefined {
  if (price === undefined || price === "free") return undefined;
  const block = [price].flat().find((one) => {
    const { validFrom, validUntil } = readBlock(one);
    return call.at >= validFrom && call.at < validUntil && callFits(one.when, call);
  });
  return block === undefined || readBlock(block).usdRate === undefined ? undefined : block;
}

/** An amount within what the block states for one image, where the amount itself leaves a doubt. */
function bounded(
  block: PriceBlock,
  call: PricedCall,
  amount: Range,
): Pick<Range, "least" | "most"> {
  const bounds = boundsOfCall(block, call);
  if (bounds === undefined || exactValue(amount) !== undefined) return amount;
  const most = bounds.most ?? amount.most;
  const least = larger(amount.least, bounds.least);
  return { least: most === undefined ? least : smaller(least, most), most };
}

function larger(a: Rational, b: Rational): Rational {
  return compare(a, b) > 0 ? a : b;
}

function smaller(a: Rational, b: Rational): Rational {
  return compare(a, b) < 0 ? a : b;
}
