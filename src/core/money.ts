/**
 * Money is an integer number of nano-US-dollars (DESIGN §7): a token can cost less than a millionth
 * of a dollar. A JavaScript integer is exact to 2^53, about nine million dollars.
 */
export type Nano = number;

export const nanoPerUsd = 1_000_000_000;

/** Dollars to nano-dollars, rounded to the nearest; for prices written by people. */
export function nanoFromUsd(usd: number): Nano {
  return checkedNano(Math.round(usd * nanoPerUsd));
}

/** Nano-dollars as a plain decimal of dollars, without exponent or trailing zeros: `0.04`. */
export function usdText(nano: Nano): string {
  const whole = Math.trunc(Math.abs(nano) / nanoPerUsd);
  const rest = String(Math.abs(nano) % nanoPerUsd)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${nano < 0 ? "-" : ""}${whole}${rest === "" ? "" : `.${rest}`}`;
}

/** Throws where an amount has left the exact range instead of rounding money in silence. */
export function checkedNano(nano: number): Nano {
  if (!Number.isSafeInteger(nano))
    throw new RangeError(`${nano} is no exact number of nano-dollars`);
  return nano;
}
