import type { KeyRecord } from "../../core/key.ts";
import { buildCatalog, type Catalog } from "./catalog.ts";
import { type ServedModel, listServed } from "./list-served.ts";
import { type ModelInfo, findModel, listModels } from "./list-models.ts";
import { type ServingProvider, listServingProviders } from "./list-options.ts";
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
export interface MenuCases {
  /** True where something is served by this name. */
  serves(name: string): boolean;
  /** The models that a key may use, by name. */
  models(key: KeyRecord): readonly ModelInfo[];
  /** One of them. Throws model_not_found. */
  model(key: KeyRecord, name: string): ModelInfo;
  /** The providers that serve one of them, each once. Throws model_not_found. */
  servingProviders(key: KeyRecord, name: string): readonly ServingProvider[];
  servedModels(): readonly ServedModel[];
  /** The model of requests that name none; undefined: they must name one. */
  defaultModel(): string | undefined;
}

export function menuCases(menu: Menu): MenuCases {
  return {
    serves: (name: string) => menu.catalog.has(name),
    models: (key: KeyRecord) => listModels(menu.catalog, key),
    model: (key: KeyRecord, name: string) => findModel(menu.catalog, key, name),
    servingProviders: (key: KeyRecord, name: string) =>
      listServingProviders(menu.catalog, key, name),
    servedModels: () => listServed(menu.catalog),
    defaultModel: () => menu.offer.defaultModel,
  };
}
