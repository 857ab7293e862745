import type { Channel } from "../../core/channel.ts";
import type { PriceMarkup } from "../../core/price-markup.ts";
import type { Price } from "../../core/price.ts";
import type { Catalog } from "./catalog.ts";
import { versionOf } from "../../money/price-version.ts";

/** The price that counts for a model on a channel. */
export interface ServedPrice {
  readonly channel: string;
  /** The name that clients use. */
  readonly model: string;
  readonly upstream: string;
  readonly price: Price | null;
  readonly markup: PriceMarkup | null;
  /** Null for what is free or has no price. */
  readonly version: string | null;
}

/** The channels that serve something. */
export function servedChannels({ entries }: Catalog): Channel[] {
  return [...new Set(entries.flatMap(({ targets }) => targets.map(({ channel }) => channel)))];
}

/** The prices of all models of these channels. */
export function servedPrices(channels: readonly Channel[]): ServedPrice[] {
  return channels.flatMap(({ id, models }) =>
    models.map(({ name, upstream, price, markup }) => ({
      channel: id,
      model: name,
      upstream,
      price: price ?? null,
      markup: markup ?? null,
      version: versionOf(price, markup)?.version ?? null,
    })),
  );
}
