import { createHash } from "node:crypto";
import type { Price, PriceBlock, PriceVersion } from "../core/price.ts";
import { readBlock } from "./lines.ts";

/** Hexadecimal digits of a version: prices that an installation ever has do not meet in so many. */
const digits = 16;

const versions = new WeakMap<object, PriceVersion>();

/** The version of a price; undefined for what is free, of which nothing is kept. */
export function versionOf(price: Price | undefined): PriceVersion | undefined {
  if (price === undefined || price === "free") return undefined;
  const known = versions.get(price);
  if (known !== undefined) return known;
  const words = JSON.stringify(price);
  const version = createHash("sha256").update(words).digest("hex").slice(0, digits);
  const made = { version, words };
  versions.set(price, made);
  return made;
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
