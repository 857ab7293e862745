import { cardNamed, type KnownModels } from "../core/cards.ts";
import type { ModelCard } from "../core/model-card.ts";
import type { EnvironmentChannel, ListedProvider, Provider } from "../core/provider.ts";
import { isRecord } from "../core/entry-paths.ts";
import { type Environment, readVariable } from "./sources.ts";

/** Providers as they are listed, and whose card a model's name brings. */
export interface Shelf {
  readonly providers: readonly ListedProvider[];
  readonly knownModels: KnownModels;
}

/** Providers and cards that one configuration needs, and no others. */
export interface Loaded {
  /** Providers of the channels in the file and the environment, by id. */
  readonly providers: ReadonlyMap<string, Provider>;
  /** Cards of other providers for names that channels list and their own provider does not know. */
  readonly cards: ReadonlyMap<string, ModelCard>;
}

/** The way to a channel from the environment whose variables are all set. */
export function environmentChannelOf(
  { environment }: ListedProvider,
  env: Environment,
): EnvironmentChannel | undefined {
  return environment?.find(({ needs }) =>
    Object.keys(needs).every((name) => readVariable(env, [name]) !== undefined),
  );
}

/** Loads what the channels as they are written need; mistakes in them are told when they are read. */
export async function loadFor(listed: unknown, env: Environment, shelf: Shelf): Promise<Loaded> {
  const all: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const entries = all.filter(isRecord);
  const named = new Set(entries.map((entry) => entry["provider"]));
  const needed = shelf.providers.filter(
    (line) =>
      named.has(line.id) ||
      environmentChannelOf(line, env) !== undefined ||
      (line.builtIn === true && all.length === 0),
  );
  const loaded = await Promise.all(needed.map(({ load }) => load()));
  const providers = new Map(loaded.map(({ default: provider }) => [provider.id, provider]));
  const foreign = entries.flatMap((entry) => {
    const own = providers.get(String(entry["provider"]));
    return own === undefined
      ? []
      : namesIn(entry["models"]).filter((name) => cardNamed(own, name) === undefined);
  });
  return { providers, cards: await cardsNamed(foreign, shelf) };
}

/** Names of a channel's models, here and at the upstream. */
function namesIn(models: unknown): string[] {
  const listed: readonly unknown[] = Array.isArray(models) ? models : [];
  return listed
    .flatMap((model) => (isRecord(model) ? [model["name"], model["upstream"]] : [model]))
    .filter((name) => typeof name === "string");
}

/** The cards of these names, of whichever provider describes them. */
export async function cardsNamed(
  names: readonly string[],
  { providers, knownModels }: Shelf,
): Promise<ReadonlyMap<string, ModelCard>> {
  const cards = new Map<string, ModelCard>();
  for (const name of new Set(names)) {
    const known = knownModels.get(name);
    const line = providers.find(({ id }) => id === known?.provider);
    if (line === undefined) continue;
    const card = cardNamed((await line.load()).default, name);
    if (card !== undefined) cards.set(name, card);
  }
  return cards;
}

/** The settings that decide which retired models matter. */
export interface Served {
  /** Names that channels serve. */
  readonly models: readonly string[];
  readonly aliases: readonly string[];
  /** Unix milliseconds. */
  readonly now: number;
}

/**
 * Cards of retired models that this configuration can have asked for: those whose name an alias bears,
 * and those that a served model succeeds.
 */
export function retiredCards(
  { models, aliases, now }: Served,
  shelf: Shelf,
): Promise<ReadonlyMap<string, ModelCard>> {
  const { knownModels } = shelf;
  const served = new Set(models);
  const names = [...knownModels].flatMap(([name, { retiresAt }]) => {
    if (retiresAt === undefined || Date.parse(retiresAt) > now) return [];
    const matters =
      aliases.includes(name) || successorsOf(name, knownModels).some((next) => served.has(next));
    return matters ? [name] : [];
  });
  return cardsNamed(names, shelf);
}

/** The names that follow this one, each the successor of the one before. */
function successorsOf(name: string, knownModels: KnownModels): string[] {
  const names = [name];
  // The list grows while it is walked, until a name comes again or has no successor.
  for (const one of names) {
    const next = knownModels.get(one)?.successor;
    if (next !== undefined && !names.includes(next)) names.push(next);
  }
  return names.slice(1);
}
