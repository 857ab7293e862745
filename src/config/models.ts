import type { ChannelModel } from "../core/channel.ts";
import { isRetired, type ModelCard, modelCardSchema } from "../core/model-card.ts";
import { type CurrencyRates, withRates } from "../core/currency.ts";
import { cardNamed } from "../core/cards.ts";
import type { Price } from "../core/price.ts";
import type { BaseSettings, Provider } from "../core/provider.ts";
import { faultUnsentFields } from "./card-fields.ts";
import type { ModelSettings } from "../core/channel-words.ts";
import { isRecord } from "../core/entry-paths.ts";
import type { Path } from "./faults.ts";
import { readWith, type Reading } from "./issues.ts";
import { didYouMean } from "./suggest.ts";

/** The knowledge that models are resolved against. */
export interface ModelSources {
  readonly provider: Provider;
  /** The channel's settings; undefined where they are at fault. */
  readonly settings: BaseSettings | undefined;
  /** Cards of other providers, by the names under which channels serve models that their own does not know. */
  readonly cards: ReadonlyMap<string, ModelCard>;
  /** Unix milliseconds: decides which models are retired. */
  readonly now: number;
  /** The operator's exchange rates, for prices in other currencies. */
  readonly rates: CurrencyRates;
  /** The price that the operator's file has for a model of the channel by these names, the first before the others. */
  readonly priceOf: (names: readonly string[]) => Price | undefined;
  /** True: a channel that names no models, of a provider that knows none, is no fault. */
  readonly modelsMayBeMissing: boolean;
}

/** All models that a provider knows and that its vendor still serves. */
export function currentModels({
  provider,
  now,
  rates,
  priceOf,
}: Pick<ModelSources, "provider" | "now" | "rates" | "priceOf">): ChannelModel[] {
  return provider.models
    .filter((card) => !isRetired(card, now))
    .map((card) => ({
      name: card.name,
      upstream: card.name,
      card,
      price: withRates(priceOf([card.name]) ?? card.price, rates),
      pricing: { names: [card.name], isOwn: false },
    }));
}

/**
 * One entry of a channel's `models`, with its card: the card in the file, over the one that the
 * upstream's name or the client's name brings, over the provider's default. Undefined after a fault.
 * A retired name that another model serves keeps its own card beside that one.
 */
export function resolveModel(
  entry: ModelSettings,
  sources: ModelSources,
  reading: Reading,
): ChannelModel | undefined {
  const given = typeof entry === "string" ? { name: entry } : entry;
  const upstream = given.upstream ?? given.name;
  const known = cardOf(upstream, sources) ?? cardOf(given.name, sources);
  const { provider } = sources;
  const untold = given.upstream === undefined && given.card === undefined;
  if (known === undefined && !provider.openEnded && untold) {
    const at: Path = typeof entry === "string" ? reading.at : [...reading.at, "name"];
    reading.faults.add(at, unknownModel(given.name, provider));
    return undefined;
  }
  const fallback =
    provider.defaultCard === undefined
      ? undefined
      : { ...provider.defaultCard, name: given.name, also: [] };
  const card =
    given.card === undefined
      ? (known ?? fallback)
      : cardWith(given.card, known ?? fallback, given.name, reading);
  if (given.card !== undefined && sources.settings !== undefined) {
    const about = { settings: sources.settings, model: upstream };
    faultUnsentFields(given.card, provider, about, reading);
  }
  const isOwn = given.card !== undefined && Object.hasOwn(given.card, "price");
  const names = [upstream, given.name, ...(known === undefined ? [] : [known.name])];
  const own = given.price ?? (isOwn ? card?.price : undefined);
  const price = own ?? sources.priceOf(names) ?? card?.price;
  const named = retiredCard(given.name, upstream, sources);
  return {
    name: given.name,
    upstream,
    card,
    price: withRates(price, sources.rates),
    pricing: { names, isOwn: own !== undefined },
    ...(given.markup === undefined ? {} : { markup: given.markup }),
    ...(named === undefined ? {} : { named }),
  };
}

/**
 * The card of a retired model whose name is served by another known model. A channel that names a
 * retired model and no other is taken at its word; so is one whose upstream's name says nothing, as
 * the names of deployments do.
 */
function retiredCard(name: string, upstream: string, sources: ModelSources): ModelCard | undefined {
  const own = cardOf(name, sources);
  const served = cardOf(upstream, sources);
  if (own === undefined || served === undefined || own.name === served.name) return undefined;
  return isRetired(own, sources.now) ? own : undefined;
}

function cardOf(name: string, { provider, cards, settings }: ModelSources): ModelCard | undefined {
  const described =
    settings === undefined ? undefined : provider.cardFor?.({ settings, model: name });
  // The channel's own provider knows best what it serves under a name.
  return described ?? cardNamed(provider, name) ?? cards.get(name);
}

function unknownModel(name: string, provider: Provider): string {
  const names = provider.models.map((card) => card.name);
  const hint = didYouMean(name, names);
  const known = `${hint === "" ? ";" : ""} known are ${names.join(", ")}`;
  return `${provider.name} has no model \`${name}\`${hint}${known}; give \`upstream\` or \`card\` to serve any other`;
}

const sizeFields = ["sizes", "edit_sizes", "size_rule", "size_default"] as const;

/** A card with the file's fields over another's. Sizes come from one of the two, never mixed. */
function cardWith(
  given: Readonly<Record<string, unknown>>,
  under: ModelCard | undefined,
  name: string,
  reading: Reading,
): ModelCard | undefined {
  const at = [...reading.at, "card"];
  if (Object.hasOwn(given, "name")) {
    reading.faults.add(
      [...at, "name"],
      "a card in the file takes its name from the model; remove `name`",
    );
    return undefined;
  }
  const inherited: Record<string, unknown> = { ...under, also: [] };
  if (sizeFields.some((field) => Object.hasOwn(given, field))) {
    for (const field of sizeFields) delete inherited[field];
  }
  const merged = isRecord(given) ? { ...inherited, ...given, name } : given;
  return readWith(modelCardSchema, merged, { ...reading, at });
}
