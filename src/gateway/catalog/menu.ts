import type { KeyRecord } from "../../core/key.ts";
import { buildCatalog, type Catalog } from "./catalog.ts";
import { listServed } from "./list-served.ts";
import { findModel, listModels } from "./list-models.ts";
import type { Offer } from "./offer.ts";

/** The offer that is served now, with its catalog. Requests keep the targets that they began with. */
export interface Menu {
  readonly offer: Offer;
  readonly catalog: Catalog;
  /** Puts another offer in its place. */
  put(next: Offer): void;
}

export function createMenu(first: Offer): Menu {
  const catalogOf = ({ channels, aliases, retired, policy }: Offer): Catalog =>
    buildCatalog(channels, aliases, retired, policy.successors);
  let offer = first;
  let catalog = catalogOf(first);
  return {
    get offer() {
      return offer;
    },
    get catalog() {
      return catalog;
    },
    put(next) {
      catalog = catalogOf(next);
      offer = next;
    },
  };
}

/** The use cases that tell what is served. */
export function menuCases(menu: Menu) {
  return {
    serves: (name: string) => menu.catalog.has(name),
    models: (key: KeyRecord) => listModels(menu.catalog, key),
    model: (key: KeyRecord, name: string) => findModel(menu.catalog, key, name),
    servedModels: () => listServed(menu.catalog),
    defaultModel: () => menu.offer.defaultModel,
  };
}
