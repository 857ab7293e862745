import type { CurrencyRates } from "../core/currency.ts";
import { priceMarkupSchema, type PriceMarkup } from "../core/price-markup.ts";
import type { EntryFault, ResourceEntry } from "../core/resource.ts";
import { faultOf } from "./entry-faults.ts";
import { gatherFaults } from "./faults.ts";
import { moneySchema } from "./sections/money.ts";
import { type KnownSettings, readValue } from "./value-rows.ts";

const { rates } = moneySchema.shape;

const settings: KnownSettings = {
  what: "setting of `money`",
  schemas: { markup: priceMarkupSchema, rates },
};

/** Settings of `money` that the database holds. */
interface ReadMoney {
  readonly markup?: PriceMarkup;
  readonly rates?: CurrencyRates;
  readonly faults: ReadonlyMap<ResourceEntry, readonly EntryFault[]>;
}

/** Reads settings of `money` of the database. */
export function readMoney(entries: readonly ResourceEntry[]): ReadMoney {
  const faults = new Map<ResourceEntry, readonly EntryFault[]>();
  const values: Record<string, unknown> = {};
  for (const entry of entries) {
    const own = gatherFaults(() => undefined);
    const value = readValue(entry, settings, own);
    if (own.found) faults.set(entry, own.list().map(faultOf));
    else values[entry.id] = value;
  }
  const markup = priceMarkupSchema.safeParse(values["markup"]).data;
  const known = rates.safeParse(values["rates"] ?? null).data;
  return {
    ...(markup === undefined ? {} : { markup }),
    ...(known === undefined ? {} : { rates: known }),
    faults,
  };
}
