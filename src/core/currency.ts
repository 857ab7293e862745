import type { Decimal, Price, PriceBlock } from "./price.ts";

/** Dollars of one unit of a currency, by its three letters. */
export type CurrencyRates = Readonly<Record<string, Decimal>>;

/**
 * A price with the operator's rates for its currencies. The price itself where it needs none; a block's own rate goes
 * before them.
 */
export function withRates(price: Price | undefined, rates: CurrencyRates): Price | undefined {
  if (price === undefined || price === "free") return price;
  if (!Array.isArray(price)) return blockWithRate(price, rates);
  const blocks = price.map((block) => blockWithRate(block, rates));
  return blocks.every((block, index) => block === price[index]) ? price : blocks;
}

function blockWithRate(block: PriceBlock, rates: CurrencyRates): PriceBlock {
  const { currency, usd_rate: own } = block;
  if (currency === undefined || own !== undefined || !Object.hasOwn(rates, currency)) return block;
  return { ...block, usd_rate: rates[currency] };
}
