import type { Measure } from "../core/price.ts";
import { divide, fraction, type Rational, readDecimal, roundUpTo } from "../core/rational.ts";
import type { Size } from "../core/request.ts";
import type { PricedCall, PricedPicture, Span } from "./facts.ts";
import type { ReadLine } from "./lines.ts";
import { addRanges, anything, exactly, multiplyRanges, nothing, type Range } from "./range.ts";
import { type TokenCounts, type TokenKind, tokenKinds } from "./tokens.ts";

/** The steps of a call that does not say how many it made: a block's `steps`. */
export interface UsualSteps {
  readonly option?: string | undefined;
  readonly default: number;
}

/** The facts that a line is counted from. */
export interface Counted {
  readonly call: PricedCall;
  readonly tokens: TokenCounts;
  readonly steps: UsualSteps | undefined;
}

/** True for what is counted of each made picture by itself. */
export function isOfPictures(measure: Measure): boolean {
  return measure === "image" || measure === "megapixel" || measure === "tile";
}

/** True for what is counted of each picture that was sent by itself. */
export function isOfInputs(measure: Measure): boolean {
  return measure === "input_image" || measure === "input_megapixel" || measure === "input_tile";
}

/** The count of a made picture under a line's measures of pictures. */
export function countOfPicture(line: ReadLine, { pixels, width, height }: PricedPicture): Range {
  return productOf(line.per.filter(isOfPictures), (measure) => {
    if (measure === "image") return exactly(fraction(1));
    if (measure === "megapixel") return rangeOf(pixels, (count) => megapixels(line, count));
    return {
      least: tiles(line, width.least, height.least),
      most: tiles(line, width.most, height.most),
      isSure: true,
    };
  });
}

/** The count of an input picture under a line's measures of input pictures. */
export function countOfInput(line: ReadLine, { width, height }: Size): Range {
  return productOf(line.per.filter(isOfInputs), (measure) => {
    if (measure === "input_image") return exactly(fraction(1));
    return exactly(
      measure === "input_tile" ? tiles(line, width, height) : megapixels(line, width * height),
    );
  });
}

/** The count of all input pictures; one where the line counts none. */
export function countOfInputs(line: ReadLine, inputs: readonly Size[]): Range {
  if (!line.per.some(isOfInputs)) return exactly(fraction(1));
  return inputs.reduce((sum, input) => addRanges(sum, countOfInput(line, input)), nothing);
}

/** The count of a call under a line's other measures. */
export function countOfCall(line: ReadLine, counted: Counted): Range {
  return productOf(
    line.per.filter((measure) => !isOfPictures(measure) && !isOfInputs(measure)),
    (measure) => callMeasure(measure, line, counted),
  );
}

function callMeasure(measure: Measure, line: ReadLine, counted: Counted): Range {
  const { call, tokens } = counted;
  if (measure === "call") return exactly(fraction(1));
  const kind = tokenKinds.find((one): one is TokenKind => one === measure);
  if (kind !== undefined) return known(tokens[kind], line);
  if (measure === "step") return stepsOf(line, counted);
  if (measure === "second") {
    const { least, most, isSure } = known(call.facts.seconds, line);
    const rounded = (value: Rational): Rational =>
      line.roundUp === undefined ? value : roundUpTo(value, line.roundUp);
    return { least: rounded(least), most: most && rounded(most), isSure };
  }
  const name = measure.slice("count:".length);
  const { counts } = call.facts;
  return known(
    counts !== undefined && Object.hasOwn(counts, name) ? counts[name] : undefined,
    line,
  );
}

/** A count that was reported; where it was not, the bounds that the line reckons with. */
function known(count: number | undefined, line: ReadLine): Range {
  const value = count === undefined ? undefined : countValue(count);
  if (value !== undefined) return exactly(value);
  return line.most === undefined
    ? { ...anything, least: line.least }
    : { least: line.least, most: line.most, isSure: false };
}

function stepsOf(line: ReadLine, { call, steps }: Counted): Range {
  const said = steps?.option === undefined ? undefined : call.option(steps.option);
  return known(call.facts.steps ?? (typeof said === "number" ? said : steps?.default), line);
}

/** A reported count as a fraction; undefined for what is no count. */
function countValue(count: number): Rational | undefined {
  return Number.isFinite(count) && count >= 0 && count <= Number.MAX_SAFE_INTEGER
    ? readDecimal(count)
    : undefined;
}

function megapixels({ megapixel, roundUp }: ReadLine, pixels: number): Rational {
  const value = divide(fraction(pixels), megapixel);
  return roundUp === undefined ? value : roundUpTo(value, roundUp);
}

function tiles({ tile }: ReadLine, width: number, height: number): Rational {
  return fraction(Math.ceil(width / tile) * Math.ceil(height / tile));
}

function rangeOf({ least, most }: Span, count: (value: number) => Rational): Range {
  return { least: count(least), most: count(most), isSure: true };
}

function productOf(measures: readonly Measure[], rangeOfOne: (measure: Measure) => Range): Range {
  return measures.reduce(
    (product, measure) => multiplyRanges(product, rangeOfOne(measure)),
    exactly(fraction(1)),
  );
}
