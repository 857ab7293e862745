import type { PriceVersion } from "../../core/price.ts";

/** The price versions of which this process knows that the database has their words. */
export interface PriceBook {
  /** The versions, of a request's, that must be written with it. */
  missing(prices: readonly PriceVersion[]): readonly PriceVersion[];
  /** Notes that they are written. */
  written(prices: readonly PriceVersion[]): void;
}

/** A book that knows of none yet. */
export function createPriceBook(): PriceBook {
  const known = new Set<string>();
  return {
    missing: (prices) => prices.filter(({ version }) => !known.has(version)),
    written(prices) {
      for (const { version } of prices) known.add(version);
    },
  };
}
