import type { Target } from "../../core/channel.ts";
import { type KeyRecord, mayDoEverything } from "../../core/key.ts";
import { priceWords } from "../../core/price-words.ts";
import type { Catalog, CatalogEntry } from "./catalog.ts";
import { type ModelInfo, listModels } from "./list-models.ts";

/** A channel that can serve a name. */
export interface ServingTarget {
  readonly channel: string;
  readonly provider: string;
  /** The model that serves it there. */
  readonly model: string;
  readonly upstream: string;
  readonly priority: number;
  readonly weight: number;
  /** A part each; empty: no price is set. */
  readonly price_words: readonly string[];
}

/** A name that is served, as operators see it. */
export interface ServedModel extends ModelInfo {
  /** In the order in which they are tried. */
  readonly targets: readonly ServingTarget[];
}

/** A reader to whom nothing is closed. */
const everything: KeyRecord = { id: "", name: "", digest: "", ...mayDoEverything };

/** All names that are served, with what serves them. */
export function listServed(catalog: Catalog): ServedModel[] {
  const infos = listModels(catalog, everything);
  return catalog.entries.flatMap((entry, at) => {
    const info = infos[at];
    return info === undefined ? [] : [{ ...info, targets: targetsOf(entry) }];
  });
}

/** Of an alias the models stand in its order; of each the channel of the highest priority is first. */
function targetsOf({ targets, aliasOf = [] }: CatalogEntry): ServingTarget[] {
  const rank = ({ model }: Target): number => aliasOf.indexOf(model.name);
  return targets
    .toSorted((a, b) => rank(a) - rank(b) || b.channel.priority - a.channel.priority)
    .map(({ channel, model }) => ({
      channel: channel.id,
      provider: channel.provider.name,
      model: model.name,
      upstream: model.upstream,
      priority: channel.priority,
      weight: channel.weight,
      price_words: priceWords(model.price),
    }));
}
