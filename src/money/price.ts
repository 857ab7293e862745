import { type Cost, type Nano, nanoOf } from "../core/money.ts";
import type { Price, PriceBlock } from "../core/price.ts";
import { compare, type Rational } from "../core/rational.ts";
import { amountOfCall, boundsOfCall } from "./amount.ts";
import { callFits } from "./conditions.ts";
import type { PricedCall } from "./facts.ts";
import type { Estimate } from "./estimate.ts";
import { readBlock } from "./lines.ts";
import { exactValue, type Range } from "./range.ts";

/**
 * The cost of one upstream call that made what `call` says. The upstream's own statement (`charge`) rules where there
 * is one. Everything is added as fractions and rounded once, half up.
 */
export function costOf(price: Price | undefined, call: PricedCall, charge: Nano | undefined): Cost {
  if (charge !== undefined && Number.isSafeInteger(charge) && charge >= 0)
    return { state: "priced", nano: charge };
  if (price === "free") return { state: "free" };
  const block = blockFor(price, call);
  if (block?.free === true) return { state: "free" };
  // What a call is billed that made nothing is between the provider and the operator.
  if (call.pictures.length === 0) return { state: "priced", nano: 0 };
  if (block === undefined) return { state: "unknown", bound: undefined };
  const amount = amountOfCall(block, call);
  const value = exactValue(amount);
  const nano = value === undefined ? undefined : nanoOf(value);
  return nano === undefined
    ? { state: "unknown", bound: nanoOrNone(bounded(block, call, amount).most) }
    : { state: "priced", nano };
}

/** The cost of a call that is yet to be made: each fact that is not known counts at its least and its most. */
export function estimateOf(price: Price | undefined, call: PricedCall): Estimate {
  if (price === "free") return { state: "free", least: 0, most: 0 };
  const block = blockFor(price, call);
  if (block === undefined) return { state: "unknown", least: 0, most: undefined };
  if (block.free === true) return { state: "free", least: 0, most: 0 };
  const { least, most } = bounded(block, call, amountOfCall(block, call));
  return { state: "priced", least: nanoOf(least) ?? 0, most: nanoOrNone(most) };
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

function nanoOrNone(usd: Rational | undefined): Nano | undefined {
  return usd === undefined ? undefined : nanoOf(usd);
}
