import type { Channel, ChannelModel } from "../core/channel.ts";
import { type PriceEntry, isSamePlace, placeId } from "../core/price-entry.ts";
import { countingEntry, isFor, type PricedModel } from "./price-list.ts";

/** A model on a channel, as it is served and as prices mean it. */
interface Target {
  readonly channel: string;
  readonly model: ChannelModel;
  readonly priced: PricedModel;
}

/** The reasons for which a price of the list does not count where it seems to, in sentences. `prices`: all that there are. */
export function priceWarnings(
  price: PriceEntry,
  prices: readonly PriceEntry[],
  channels: readonly Channel[],
): readonly string[] {
  const meant = channels.flatMap(targetsOf).filter(({ priced }) => isFor(price, priced));
  if (meant.length === 0) return [unserved(price)];
  const own = meant.filter(({ model }) => model.pricing?.isOwn === true);
  const others = new Set<string>();
  let counts = 0;
  for (const { priced, model } of meant) {
    if (model.pricing?.isOwn === true) continue;
    const counting = countingEntry(prices, priced);
    if (counting === undefined || isSamePlace(counting, price)) counts += 1;
    else others.add(placeId(counting));
  }
  return [
    ...own.map(
      ({ channel, model }) =>
        `The channel \`${channel}\` says a price of its own for \`${model.name}\`, which counts there; take that one away, or change it.`,
    ),
    // A price for fewer is meant to go before one for more, unless nothing is left.
    ...(counts === 0 && others.size > 0
      ? [`It counts nowhere, since other prices go before it: ${[...others].join(", ")}.`]
      : []),
  ];
}

function targetsOf({ id, provider, models }: Channel): Target[] {
  return models.map((model) => {
    const names = model.pricing?.names ?? [model.upstream, model.name];
    return { channel: id, model, priced: { provider: provider.id, channel: id, names } };
  });
}

function unserved({ model, provider, channel }: PriceEntry): string {
  const by = provider === undefined ? "" : ` of the provider \`${provider}\``;
  const where = channel === undefined ? `No channel${by}` : `The channel \`${channel}\`${by}`;
  const serves = channel === undefined ? "serves" : "does not serve";
  return `${where} ${serves} \`${model}\`, so this price counts nowhere so far.`;
}
