import { createHash } from "node:crypto";
import type { PriceMarkup } from "../core/price-markup.ts";
import type { Price, PriceBlock, PriceVersion } from "../core/price.ts";
import { readBlock } from "./lines.ts";

/** Hexadecimal digits of a version: prices that an installation ever has do not meet in so many. */
const digits = 16;

const versions = new WeakMap<object, WeakMap<object, PriceVersion>>();
/** The word for no markup in them. */
const unmarked = {};

/** The version of a price with its markup; undefined for what is free, of which nothing is kept. */
export function versionOf(
  price: Price | undefined,
  markup?: PriceMarkup,
): PriceVersion | undefined {
  if (price === undefined || price === "free") return undefined;
  const known = versions.get(price) ?? new WeakMap<object, PriceVersion>();
  versions.set(price, known);
  const made = known.get(markup ?? unmarked) ?? wordsOf(price, markup);
  known.set(markup ?? unmarked, made);
  return made;
}

function wordsOf(price: Exclude<Price, "free">, markup: PriceMarkup | undefined): PriceVersion {
  const words = JSON.stringify({ price, markup });
  const version = createHash("sha256").update(words).digest("hex").slice(0, digits);
  return { version, words };
}

/** The moments (Unix milliseconds) at which some of these prices begin to hold or end, in order. */
export function changesOf(prices: readonly (Price | undefined)[]): number[] {
  const moments = new Set<number>();
  for (const price of prices) {
    if (price === undefined || price === "free") continue;
    const blocks: readonly PriceBlock[] = Array.isArray(price) ? price : [price];
    for (const block of blocks) {
      const { validFrom, validUntil } = readBlock(block);
      for (const moment of [validFrom, validUntil])
        if (Number.isFinite(moment)) moments.add(moment);
    }
  }
  return [...moments].toSorted((a, b) => a - b);
}
