import { z } from "zod";
import {
  isSamePlace,
  type PriceEntry,
  priceEntryId,
  priceEntryWords,
} from "../core/price-entry.ts";
import type { EntryFault, ResourceEntry } from "../core/resource.ts";
import { faultOf } from "./entry-faults.ts";
import { gatherFaults } from "./faults.ts";
import { readWith } from "./issues.ts";
import { faultUnknown, type ListedPrice } from "./price-list.ts";

/** The configuration that prices of the database are read beside. */
interface PriceRowSources {
  /** Entries of the file of prices. */
  readonly listed: readonly ListedPrice[];
  readonly providers: readonly string[];
  readonly channels: readonly string[];
}

/** The prices of the file and of the database. */
interface ReadPrices {
  readonly prices: readonly PriceEntry[];
  readonly faults: ReadonlyMap<ResourceEntry, readonly EntryFault[]>;
}

const entrySchema = z.strictObject({ id: priceEntryId, ...priceEntryWords });

/** A price with its holder in words. */
interface Held {
  readonly price: PriceEntry;
  readonly by: string;
}

/** The price of a row, in a list; none where it is at fault. */
export function priceOfRow({ id, words }: ResourceEntry): readonly PriceEntry[] {
  const read = entrySchema.safeParse({ ...words, id });
  if (!read.success) return [];
  const { id: _, ...price } = read.data;
  return [price];
}

/** Reads prices of the database. Of two for the same models the earlier counts, and that of the file before all. */
export function readPrices(
  entries: readonly ResourceEntry[],
  { listed, providers, channels }: PriceRowSources,
): ReadPrices {
  const faults = new Map<ResourceEntry, readonly EntryFault[]>();
  const held: Held[] = listed.map(({ price, declared }) => ({ price, by: declared.declaredAt }));
  for (const entry of entries) {
    const own = gatherFaults(() => undefined);
    const words = { ...entry.words, id: entry.id };
    const read = readWith(entrySchema, words, { faults: own, at: [], asWritten: true });
    if (read !== undefined) {
      const { id, ...price } = read;
      faultUnknown("provider", price.provider, providers, { faults: own, at: ["provider"] });
      faultUnknown("channel", price.channel, channels, { faults: own, at: ["channel"] });
      const other = held.find((one) => isSamePlace(one.price, price));
      if (other !== undefined)
        own.add(
          ["model"],
          `another price (${other.by}) is for \`${price.model}\` in the same place; change that one, or give this one a \`provider\` or \`channel\``,
        );
      if (!own.found) held.push({ price, by: `\`${id}\`` });
    }
    if (own.found) faults.set(entry, own.list().map(faultOf));
  }
  return { prices: held.map(({ price }) => price), faults };
}
