import { dollarText } from "../../src/core/dollars.ts";

/** Dollars with as many digits as matter, never in exponents: $0.0004, $1.92, free. `least`: decimals that are there in any case, where amounts stand below each other. */
export function dollars(usd: string, freeWord: string, least?: number): string {
  return Number(usd) === 0 ? freeWord : dollarText(usd, least);
}
