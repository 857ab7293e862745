import { multiply, readDecimal, roundHalfUp, type Rational } from "./rational.ts";

/**
 * An amount of money: a whole number of nano-US-dollars (DESIGN §7), since a token can cost less than a
 * millionth of a dollar. A JavaScript integer is exact to 2^53, about nine million dollars.
 */
export type Nano = number;

export const nanoPerUsd = 1_000_000_000;

/**
 * The cost of something: free, a known amount, or unknown, which is never taken for nothing. `bound` is
 * the most that an unknown cost can be; undefined: nothing bounds it.
 */
export type Cost =
  | { readonly state: "free" }
  | { readonly state: "priced"; readonly nano: Nano }
  | { readonly state: "unknown"; readonly bound: Nano | undefined };

/** The cost of several things: unknown where one of them is, free where all are. */
export function sumCosts(costs: readonly Cost[]): Cost {
  let total = 0;
  let isFree = true;
  let isKnown = true;
  let isBounded = true;
  for (const cost of costs) {
    isFree &&= cost.state === "free";
    isKnown &&= cost.state !== "unknown";
    const most = mostOf(cost);
    isBounded &&= most !== undefined;
    total += most ?? 0;
  }
  isBounded &&= Number.isSafeInteger(total);
  if (isFree && costs.length > 0) return { state: "free" };
  if (isKnown && isBounded) return { state: "priced", nano: total };
  return { state: "unknown", bound: isBounded ? total : undefined };
}

/** The most that a cost can be; undefined where nothing bounds it. */
export function mostOf(cost: Cost): Nano | undefined {
  if (cost.state === "free") return 0;
  return cost.state === "priced" ? cost.nano : cost.bound;
}

/** The known amount of a cost; undefined where it is unknown. */
export function knownNano(cost: Cost): Nano | undefined {
  return cost.state === "unknown" ? undefined : mostOf(cost);
}

/**
 * An amount that somebody else stated, as nano-dollars rounded half up, exactly: `usdOfOne` is what one of their
 * units is in dollars (a credit of a cent: `"0.01"`). Undefined for what is no amount: an upstream's nonsense must
 * not lose a picture.
 */
export function statedNano(amount: unknown, usdOfOne: number | string = 1): Nano | undefined {
  if (typeof amount !== "number" && typeof amount !== "string") return undefined;
  const value = readDecimal(amount);
  const unit = readDecimal(usdOfOne);
  return value === undefined || unit === undefined ? undefined : nanoOf(multiply(value, unit));
}

/** Dollars as nano-dollars, rounded half up; undefined beyond the exact range. */
export function nanoOf(usd: Rational): Nano | undefined {
  const nano = roundHalfUp({ above: usd.above * BigInt(nanoPerUsd), below: usd.below });
  return nano > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(nano);
}

/** Nano-dollars as a plain decimal of dollars, without exponent or trailing zeros: `0.04`. */
export function usdText(nano: Nano | bigint): string {
  const digits = String(nano < 0 ? -nano : nano).padStart(10, "0");
  const rest = digits.slice(-9).replace(/0+$/, "");
  return `${nano < 0 ? "-" : ""}${digits.slice(0, -9)}${rest === "" ? "" : `.${rest}`}`;
}

/** The amount itself. Throws where it has left the exact range, instead of rounding money in silence. */
export function checkedNano(nano: number): Nano {
  if (!Number.isSafeInteger(nano))
    throw new RangeError(`${nano} is no exact number of nano-dollars`);
  return nano;
}
