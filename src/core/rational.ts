/** An exact fraction, never negative. `below` is above zero. */
export interface Rational {
  readonly above: bigint;
  readonly below: bigint;
}

export const zero: Rational = { above: 0n, below: 1n };

/** The fraction of two whole numbers. */
export function fraction(above: bigint | number, below: bigint | number = 1n): Rational {
  return { above: BigInt(above), below: BigInt(below) };
}

const decimalForm = /^(\d+)(?:\.(\d+))?(?:e([+-]?\d{1,3}))?$/;

/**
 * A decimal, digit by digit: `0.1` is a tenth. A number counts as JavaScript prints it, which is as it was
 * written to 15 digits. Undefined where it is none, is negative or has an exponent beyond 300.
 */
export function readDecimal(written: number | string): Rational | undefined {
  const match = decimalForm.exec(String(written));
  if (match === null) return undefined;
  const [, whole = "", part = "", exponent = "0"] = match;
  const places = part.length - Number(exponent);
  if (Math.abs(places) > 330) return undefined;
  const digits = BigInt(whole + part);
  return places > 0
    ? { above: digits, below: 10n ** BigInt(places) }
    : { above: digits * 10n ** BigInt(-places), below: 1n };
}

/** The sum. */
export function add(a: Rational, b: Rational): Rational {
  if (a.above === 0n) return b;
  if (b.above === 0n) return a;
  if (a.below === b.below) return { above: a.above + b.above, below: a.below };
  return { above: a.above * b.below + b.above * a.below, below: a.below * b.below };
}

/** The product. */
export function multiply(a: Rational, b: Rational): Rational {
  if (a.above === 0n || b.above === 0n) return zero;
  return { above: a.above * b.above, below: a.below * b.below };
}

/** The quotient. `b` must not be zero. */
export function divide(a: Rational, b: Rational): Rational {
  return multiply(a, { above: b.below, below: b.above });
}

/** The difference, and zero where that is negative. */
export function subtract(a: Rational, b: Rational): Rational {
  const above = a.above * b.below - b.above * a.below;
  return above <= 0n ? zero : { above, below: a.below * b.below };
}

/** The order of two values: below zero, zero or above it as `a` is less than, equal to or more than `b`. */
export function compare(a: Rational, b: Rational): number {
  const left = a.above * b.below;
  const right = b.above * a.below;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The smallest whole multiple of `step` that is not below the value, at least one. */
export function roundUpTo(value: Rational, step: Rational): Rational {
  const { above, below } = divide(value, step);
  const times = (above + below - 1n) / below;
  return multiply(fraction(times < 1n ? 1n : times), step);
}

/** The nearest whole number; halves go up. */
export function roundHalfUp({ above, below }: Rational): bigint {
  return (2n * above + below) / (2n * below);
}
