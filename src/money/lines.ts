import {
  type Conditions,
  type Decimal,
  type Measure,
  type PriceBlock,
  type PriceLine,
  type Rate,
  unknownRate,
} from "../core/price.ts";
import { fraction, type Rational, readDecimal, zero } from "../core/rational.ts";
import { type TokenKind, tokenKinds } from "./tokens.ts";

/** A rate as a fraction; undefined where nobody knows it. */
type ExactRate = Rational | undefined;

/** A row of a line: the rate under its conditions. */
export interface ReadRow {
  readonly conditions: Conditions | undefined;
  readonly rate: ExactRate;
  /** Undefined: the first unit costs what the others do. */
  readonly first: { readonly rate: ExactRate } | undefined;
}

/** A line of a price, with its figures read. */
export interface ReadLine {
  readonly per: readonly Measure[];
  /** At least one. */
  readonly rows: readonly ReadRow[];
  readonly when: Conditions | undefined;
  readonly unit: Rational;
  readonly roundUp: Rational | undefined;
  readonly megapixel: Rational;
  readonly tile: number;
  readonly least: Rational;
  readonly most: Rational | undefined;
}

/** The least and most of one image under conditions. */
export interface ReadBound {
  readonly conditions: Conditions | undefined;
  readonly least: Rational;
  readonly most: Rational | undefined;
}

/** A price block with its figures read and all its parts as lines. */
export interface ReadBlock {
  readonly lines: readonly ReadLine[];
  readonly bounds: readonly ReadBound[];
  /** True for the cached tokens that have a rate of their own. */
  readonly hasCachedRate: { readonly text: boolean; readonly image: boolean };
  /** Dollars of one unit of the currency; undefined: no rate is known. */
  readonly usdRate: Rational | undefined;
  readonly multipliers: readonly {
    readonly when: NonNullable<PriceBlock["when"]>;
    readonly times: Rational;
  }[];
  /** Dollars of each picture, where a call costs that times its pictures whatever else it is; else undefined. */
  readonly eachPicture: Rational | undefined;
  /** Unix milliseconds: the block holds from then on, and until then. */
  readonly validFrom: number;
  readonly validUntil: number;
}

const one = fraction(1);
const million = fraction(1_000_000);
const blocks = new WeakMap<PriceBlock, ReadBlock>();

/** Reads a block; each is read once. */
export function readBlock(block: PriceBlock): ReadBlock {
  const known = blocks.get(block);
  if (known !== undefined) return known;
  const read = readParts(block);
  blocks.set(block, read);
  return read;
}

function readParts(block: PriceBlock): ReadBlock {
  const lines = [...shorthandLines(block), ...(block.lines ?? []).map(readLine)];
  const bounds = (block.bounds ?? []).map(({ min_usd, max_usd, ...conditions }) => ({
    conditions,
    least: min_usd === undefined ? zero : exact(min_usd),
    most: max_usd === undefined ? undefined : exact(max_usd),
  }));
  const { max_usd: most } = block;
  if (most !== undefined) bounds.push({ conditions: {}, least: zero, most: exact(most) });
  const counts = (kind: TokenKind): boolean => lines.some(({ per }) => per.includes(kind));
  return {
    lines,
    bounds,
    hasCachedRate: { text: counts("cached_text_in"), image: counts("cached_image_in") },
    usdRate: usdRateOf(block),
    multipliers: (block.multipliers ?? []).map(({ when, times }) => ({
      when,
      times: exact(times),
    })),
    eachPicture: eachPictureOf(block),
    validFrom: block.valid_from === undefined ? -Infinity : Date.parse(block.valid_from),
    validUntil: block.valid_until === undefined ? Infinity : Date.parse(block.valid_until),
  };
}

/** The dollars of each picture where `per_image_usd` is all that a block says; undefined where it says more. */
function eachPictureOf(block: PriceBlock): Rational | undefined {
  const { per_image_usd: rate, table = [], lines = [], multipliers = [] } = block;
  if (rate === undefined || rate === unknownRate) return undefined;
  if (table.length + lines.length + multipliers.length > 0) return undefined;
  if (block.per_megapixel_usd !== undefined) return undefined;
  if (tokenKinds.some((kind) => block[`${kind}_usd`] !== undefined)) return undefined;
  return exact(rate);
}

function usdRateOf({ currency, usd_rate: rate }: PriceBlock): Rational | undefined {
  if (rate !== undefined) return exact(rate);
  return currency === undefined || currency === "USD" ? one : undefined;
}

/** The parts of a block that have names of their own, as lines. */
function shorthandLines(block: PriceBlock): ReadLine[] {
  const { per_image_usd: perImage, per_megapixel_usd: perMegapixel, table = [] } = block;
  const rows = table.map(({ usd, ...conditions }): ReadRow => rowOf(usd, undefined, conditions));
  if (perImage !== undefined) rows.push(rowOf(perImage, undefined, undefined));
  const lines: ReadLine[] = [];
  if (rows.length > 0) lines.push(lineOf(["image"], rows));
  if (perMegapixel !== undefined)
    lines.push(lineOf(["megapixel"], [rowOf(perMegapixel, undefined, undefined)]));
  for (const kind of tokenKinds) {
    const rate = block[`${kind}_usd`];
    if (rate !== undefined) lines.push(lineOf([kind], [rowOf(rate, undefined, undefined)]));
  }
  return lines;
}

function readLine(line: PriceLine): ReadLine {
  const { per, rate, first_rate: first, rows = [], when } = line;
  const read = rows.map(({ rate: own, first_rate: ownFirst, ...conditions }) =>
    rowOf(own, ownFirst, conditions),
  );
  if (rate !== undefined) read.push(rowOf(rate, first, undefined));
  const plain = lineOf([per].flat(), read);
  return {
    ...plain,
    when,
    unit: line.unit === undefined ? plain.unit : exact(line.unit),
    roundUp: line.round_up === undefined ? undefined : exact(line.round_up),
    megapixel: line.megapixel === undefined ? plain.megapixel : fraction(line.megapixel),
    tile: line.tile ?? plain.tile,
    least: line.least === undefined ? zero : exact(line.least),
    most: line.most === undefined ? undefined : exact(line.most),
  };
}

/** A line with all its defaults. */
function lineOf(per: readonly Measure[], rows: readonly ReadRow[]): ReadLine {
  const isOfTokens = per.some((measure) => tokenKinds.some((kind) => kind === measure));
  return {
    per,
    rows,
    when: undefined,
    unit: isOfTokens ? million : one,
    roundUp: undefined,
    megapixel: million,
    tile: 512,
    least: zero,
    most: undefined,
  };
}

function rowOf(rate: Rate, first: Rate | undefined, conditions: Conditions | undefined): ReadRow {
  return {
    conditions,
    rate: exactRate(rate),
    first: first === undefined ? undefined : { rate: exactRate(first) },
  };
}

function exactRate(rate: Rate): ExactRate {
  return rate === unknownRate ? undefined : exact(rate);
}

/** The fraction of a figure that the schema has let through. */
function exact(written: Decimal): Rational {
  const value = readDecimal(written);
  if (value === undefined) throw new RangeError(`${written} is no decimal`);
  return value;
}
