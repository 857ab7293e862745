import { add, compare, multiply, type Rational, zero } from "../core/rational.ts";

/**
 * An amount or a count between two bounds. `isSure` is false where even equal bounds are no knowledge: a row
 * may apply or not.
 */
export interface Range {
  readonly least: Rational;
  /** Undefined: nothing bounds it. */
  readonly most: Rational | undefined;
  readonly isSure: boolean;
}

/** A value that is known. */
export function exactly(value: Rational): Range {
  return { least: value, most: value, isSure: true };
}

export const nothing: Range = exactly(zero);

/** The range of what is not known at all: from nothing to infinity. */
export const anything: Range = { least: zero, most: undefined, isSure: false };

/** The sum of two ranges. */
export function addRanges(a: Range, b: Range): Range {
  return {
    least: add(a.least, b.least),
    most: a.most === undefined || b.most === undefined ? undefined : add(a.most, b.most),
    isSure: a.isSure && b.isSure,
  };
}

/** The product of two ranges; nothing times anything is nothing. */
export function multiplyRanges(a: Range, b: Range): Range {
  if (isNothing(a) || isNothing(b)) return nothing;
  return {
    least: multiply(a.least, b.least),
    most: a.most === undefined || b.most === undefined ? undefined : multiply(a.most, b.most),
    isSure: a.isSure && b.isSure,
  };
}

/** The range that holds whichever of several is true; nobody knows which. */
export function anyOf(ranges: readonly Range[]): Range {
  const [first = anything, ...rest] = ranges;
  return rest.reduce<Range>(
    (all, range) => ({
      least: compare(range.least, all.least) < 0 ? range.least : all.least,
      most:
        all.most === undefined || range.most === undefined
          ? undefined
          : compare(range.most, all.most) > 0
            ? range.most
            : all.most,
      isSure: all.isSure && range.isSure,
    }),
    first,
  );
}

/** The value that a range leaves no doubt about; undefined where it does. */
export function exactValue({ least, most, isSure }: Range): Rational | undefined {
  return isSure && most !== undefined && compare(least, most) === 0 ? least : undefined;
}

function isNothing({ most, isSure }: Range): boolean {
  return isSure && most !== undefined && most.above === 0n;
}
