import type { PriceBlock } from "../core/price.ts";
import {
  add,
  divide,
  fraction,
  multiply,
  type Rational,
  subtract,
  zero,
} from "../core/rational.ts";
import { callFits, conditionsHold, type Tiers } from "./conditions.ts";
import {
  type Counted,
  countOfCall,
  countOfInput,
  countOfInputs,
  countOfPicture,
  isOfPictures,
} from "./counts.ts";
import type { PricedCall, PricedPicture } from "./facts.ts";
import { readBlock, type ReadBlock, type ReadLine, type ReadRow } from "./lines.ts";
import {
  addRanges,
  anyOf,
  anything,
  exactly,
  multiplyRanges,
  nothing,
  type Range,
} from "./range.ts";
import { readTokens } from "./tokens.ts";

const one = fraction(1);

/** A call that is being priced by one block, under one reading of its usage. */
interface Pricing extends Counted {
  readonly tiers: Tiers | undefined;
}

/** The amount that a block asks for a call, in dollars; a block without a dollar rate has none. */
export function amountOfCall(block: PriceBlock, call: PricedCall): Range {
  const read = readBlock(block);
  if (read.usdRate === undefined) return anything;
  // Most models cost a fixed sum a picture; all steps below come to the same, in 9 µs of a request instead of 1.
  if (read.eachPicture !== undefined)
    return exactly(multiply(read.eachPicture, fraction(call.pictures.length)));
  const tiers = block.resolutions ?? call.tiers;
  const amounts = readTokens(call, read.hasCachedRate).map((tokens) =>
    amountOfLines(read.lines, { call, tokens, steps: block.steps, tiers }),
  );
  const factor = multiply(factorOf(read, call), read.usdRate);
  return multiplyRanges(anyOf(amounts), exactly(factor));
}

/** The least and the most of a call by what the block states for one image; undefined where it states nothing. */
export function boundsOfCall(block: PriceBlock, call: PricedCall): Range | undefined {
  const read = readBlock(block);
  if (read.bounds.length === 0) return undefined;
  const tiers = block.resolutions ?? call.tiers;
  const sum = call.pictures.reduce(
    (total, picture) => addRanges(total, boundsOfPicture(read, call, picture, tiers)),
    nothing,
  );
  return multiplyRanges(sum, exactly(factorOf(read, call)));
}

function factorOf({ multipliers }: ReadBlock, call: PricedCall): Rational {
  return multipliers
    .filter(({ when }) => callFits(when, call))
    .reduce((product, { times }) => multiply(product, times), one);
}

function boundsOfPicture(
  { bounds }: ReadBlock,
  call: PricedCall,
  picture: PricedPicture,
  tiers: Tiers | undefined,
): Range {
  const possible: Range[] = [];
  for (const { conditions, least, most } of bounds) {
    const verdict = conditionsHold(conditions, call, picture, tiers);
    if (verdict === "no") continue;
    possible.push({ least, most, isSure: true });
    if (verdict === "yes") return anyOf(possible);
  }
  return anything;
}

/** The sum of the lines that there are for a call. Where there is none, nothing says what it costs. */
function amountOfLines(lines: readonly ReadLine[], pricing: Pricing): Range {
  const amounts = lines.flatMap((line) => amountOfLine(line, pricing) ?? []);
  return amounts.length === 0 ? anything : amounts.reduce(addRanges);
}

/** The amount of a line; undefined where there is no such line for the call. */
function amountOfLine(line: ReadLine, pricing: Pricing): Range | undefined {
  const { call, tiers } = pricing;
  if (line.per.some(isOfPictures)) {
    const amounts = call.pictures.flatMap((picture, index) => {
      const verdict = conditionsHold(line.when, call, picture, tiers);
      if (verdict === "no") return [];
      const amount = amountOfPicture(line, pricing, picture, index);
      return [verdict === "yes" ? amount : perhaps(amount)];
    });
    return amounts.length === 0 ? undefined : amounts.reduce(addRanges);
  }
  const verdict = conditionsHold(line.when, call, undefined, tiers);
  if (verdict === "no") return undefined;
  const amount = amountWithoutPictures(line, pricing);
  return verdict === "yes" ? amount : perhaps(amount);
}

function perhaps(amount: Range): Range {
  return { ...anyOf([nothing, amount]), isSure: false };
}

function amountOfPicture(
  line: ReadLine,
  pricing: Pricing,
  picture: PricedPicture,
  index: number,
): Range {
  const count = multiplyRanges(
    multiplyRanges(countOfPicture(line, picture), countOfInputs(line, pricing.call.inputs)),
    countOfCall(line, pricing),
  );
  // Whole images are counted through the call, what is measured of one begins anew with each.
  const hasFirst = index === 0 || !line.per.includes("image");
  return amountByRow(line, pricing, picture, count, hasFirst);
}

function amountWithoutPictures(line: ReadLine, pricing: Pricing): Range {
  const { inputs } = pricing.call;
  const [only] = line.per;
  if (line.per.length === 1 && (only === "input_megapixel" || only === "input_tile")) {
    return inputs
      .map((input) => amountByRow(line, pricing, undefined, countOfInput(line, input), true))
      .reduce(addRanges, nothing);
  }
  const count = multiplyRanges(countOfInputs(line, inputs), countOfCall(line, pricing));
  return amountByRow(line, pricing, undefined, count, true);
}

/** The amount of a count at the first row that fits; at any that may be the first where that is not known. */
function amountByRow(
  line: ReadLine,
  { call, tiers }: Pricing,
  picture: PricedPicture | undefined,
  count: Range,
  hasFirst: boolean,
): Range {
  const units = multiplyRanges(count, exactly(divide(one, line.unit)));
  const possible: Range[] = [];
  for (const row of line.rows) {
    const verdict = conditionsHold(row.conditions, call, picture, tiers);
    if (verdict === "no") continue;
    possible.push(amountAtRow(row, units, hasFirst));
    if (verdict === "yes") return anyOf(possible);
  }
  return possible.length === 0 ? anything : { ...anyOf(possible), isSure: false };
}

function amountAtRow({ rate, first }: ReadRow, units: Range, hasFirst: boolean): Range {
  const firstRate = hasFirst && first !== undefined ? first.rate : rate;
  const amountAt = (count: Rational): Rational | undefined => {
    if (count.above === 0n) return zero;
    const further = subtract(count, one);
    if (!hasFirst || first === undefined) return rate && multiply(count, rate);
    if (firstRate === undefined) return undefined;
    if (further.above === 0n) return firstRate;
    return rate && add(firstRate, multiply(further, rate));
  };
  if (rate?.above === 0n && firstRate?.above === 0n) return nothing;
  return {
    least: amountAt(units.least) ?? zero,
    most: units.most === undefined ? undefined : amountAt(units.most),
    isSure: units.isSure,
  };
}
