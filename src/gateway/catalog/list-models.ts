import { PinholeError } from "../../core/errors.ts";
import type { ModelCard } from "../../core/model-card.ts";
import type { PriceMarkup } from "../../core/price-markup.ts";
import type { KeyRecord } from "../../core/key.ts";
import { publicPrice } from "../../money/settings.ts";
import { rulingCard } from "./serving.ts";
import type { Catalog, CatalogEntry } from "./catalog.ts";
import { mayUse } from "../keys/access.ts";

/** One model as `GET /v1/models` shows it: OpenAI's fields, then ours. */
export interface ModelInfo {
  readonly id: string;
  readonly object: "model";
  /** Unix seconds; 0 where the release day is not known. */
  readonly created: number;
  readonly owned_by: string;
  readonly shutdown_date?: string;
  readonly capabilities?: Readonly<Record<string, unknown>>;
  readonly pricing?: unknown;
  /** The markup on it that the key is charged. */
  readonly markup?: PriceMarkup;
  readonly retires_at?: string;
  readonly successor?: string;
  /** The models that an alias stands for. */
  readonly alias_of?: readonly string[];
}

/** The models that the key may use, by name. */
export function listModels(catalog: Catalog, key: KeyRecord): ModelInfo[] {
  return catalog.entries
    .filter((entry) => mayUse(key, entry.name))
    .map((entry) => modelInfo(entry, key));
}

/** Throws model_not_found, also for models that the key may not use: their names are not its business. */
export function findModel(catalog: Catalog, key: KeyRecord, name: string): ModelInfo {
  const entry = catalog.find(name);
  if (mayUse(key, name)) return modelInfo(entry, key);
  throw new PinholeError("model_not_found", {
    message: `The model \`${name.slice(0, 200)}\` does not exist or no channel serves it; GET /v1/models lists the names this key may use.`,
    param: "model",
  });
}

function modelInfo(entry: CatalogEntry, key: KeyRecord): ModelInfo {
  const target = entry.targets[0];
  // A retired name keeps its own rules and dates; what it costs is what the model in its place costs.
  const card = target === undefined ? undefined : rulingCard(target);
  const price = target?.model.price ?? target?.card?.price;
  const markup = key.team?.markup ?? target?.model.markup;
  return {
    id: entry.name,
    object: "model",
    created: card?.released_at === undefined ? 0 : Date.parse(card.released_at) / 1000,
    owned_by: card?.owned_by ?? "custom",
    ...(card?.retires_at === undefined
      ? {}
      : { shutdown_date: card.retires_at, retires_at: card.retires_at }),
    ...(card?.successor === undefined ? {} : { successor: card.successor }),
    ...(card === undefined ? {} : { capabilities: capabilitiesOf(card) }),
    ...(price === undefined ? {} : { pricing: publicPrice(price) }),
    ...(price === undefined || price === "free" || markup === undefined ? {} : { markup }),
    ...(entry.aliasOf === undefined ? {} : { alias_of: entry.aliasOf }),
  };
}

function capabilitiesOf(card: ModelCard): Readonly<Record<string, unknown>> {
  return {
    operations: card.operations,
    sizes: card.sizes,
    edit_sizes: card.edit_sizes,
    size_rule: card.size_rule,
    aspect_ratios: card.ratios,
    n: card.n_max,
    // The gateway makes these of whatever the model gives.
    formats: [...new Set([...card.formats, "png", "jpeg", "webp"])],
    native_formats: card.formats,
    qualities: card.qualities,
    backgrounds: card.backgrounds,
    styles: card.styles,
    mask: card.mask !== undefined,
    streaming: card.streaming,
    reference_images: card.images?.references === true ? card.images.max : 0,
    edit_images: card.operations.includes("edit") ? (card.images?.max ?? 1) : 0,
    prompt_max: card.prompt_max,
    parameters: card.parameters,
  };
}
