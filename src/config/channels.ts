import { budgetsOf } from "../core/budget-words.ts";
import type { Channel, ChannelModel } from "../core/channel.ts";
import type { PriceMarkup } from "../core/price-markup.ts";
import type { EntryWords } from "../core/resource.ts";
import type { EnvironmentChannel, ListedProvider, Provider } from "../core/provider.ts";
import { faultRepeatedBudgets } from "./sections/budget.ts";
import { channelSchema, type ChannelSettings, modelSchema } from "../core/channel-words.ts";
import { findProvider, resolveCredentials } from "./credentials.ts";
import { isRecord } from "../core/entry-paths.ts";
import { type Faults, placeName } from "./faults.ts";
import { readWith, type Reading } from "./issues.ts";
import { environmentChannelOf, type Loaded } from "./loading.ts";
import { withFileTexts } from "./setting-files.ts";
import type { PriceEntry } from "../core/price-entry.ts";
import { findPrice } from "./price-list.ts";
import type { CurrencyRates } from "../core/currency.ts";
import { currentModels, resolveModel, type ModelSources } from "./models.ts";
import { type Environment, readVariable } from "./sources.ts";
import type { TreeInput } from "./tree.ts";

/** The operator's word on what models cost. */
export interface MoneyTerms {
  /** The operator's exchange rates. */
  readonly rates: CurrencyRates;
  /** The operator's list of prices. */
  readonly prices: readonly PriceEntry[];
  /** The operator's markup on all that models cost. */
  readonly markup: PriceMarkup | undefined;
}

/** The parts that channels are made from. */
export interface ChannelSources extends MoneyTerms {
  /** Every provider there is. */
  readonly providers: readonly ListedProvider[];
  /** The providers that `loadFor` found needed. */
  readonly loaded: Loaded;
  readonly env: Environment;
  /** Unix milliseconds. */
  readonly now: number;
  readonly faults: Faults;
  /** True: a channel that names no models, of a provider that knows none, is no fault. */
  readonly modelsMayBeMissing: boolean;
  /** Reads files that settings name; undefined: where a file's name may stand, its text does. */
  readonly files: Pick<TreeInput, "cwd" | "readFile"> | undefined;
}

/** A channel as it was read, and what it is under other terms. */
interface ReadChannel {
  readonly channel: Channel;
  /** The same channel, its models priced anew. */
  readonly under: (terms: MoneyTerms) => Channel;
}

/** A channel with the words that declare it, and their place. */
export interface DeclaredChannel extends ReadChannel {
  readonly words: EntryWords;
  /** In words: `pinhole.yaml, line 3`. */
  readonly declaredAt: string;
  /** True: it is there because no other is listed. */
  readonly isBuiltIn: boolean;
}

/**
 * All channels: those of the file; one for each provider whose variable is set and that the file does
 * not name; and the built-in ones, where the file lists none.
 */
export function resolveChannels(listed: unknown, sources: ChannelSources): DeclaredChannel[] {
  const { faults } = sources;
  const entries: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const channels: DeclaredChannel[] = entries.flatMap((entry, index) => {
    if (!isRecord(entry)) return [];
    const at = ["channels", index];
    const read = fromEntry(entry, { faults, at }, sources);
    if (read === undefined) return [];
    const { id: _, ...words } = entry;
    return [{ ...read, words, declaredAt: placeName(faults.placeOf(at)), isBuiltIn: false }];
  });
  faultRepeatedIds(entries, sources.faults);
  const named = new Set(entries.map((entry) => (isRecord(entry) ? entry["provider"] : undefined)));
  for (const line of sources.providers) {
    if (named.has(line.id)) continue;
    const made = fromEnvironment(line, sources, channels);
    if (made !== undefined) channels.push(made);
  }
  if (entries.length > 0) return channels;
  const builtIn = sources.providers.flatMap(({ id, builtIn: present }) => {
    const provider = present === true ? sources.loaded.providers.get(id) : undefined;
    if (provider === undefined) return [];
    const read = fromNothing(provider, sources);
    return [{ ...read, words: { provider: id }, declaredAt: "built in", isBuiltIn: true }];
  });
  return [...channels, ...builtIn];
}

/** The channel of one entry that stands in no file, its faults under the names of its own fields. */
export function resolveEntry(
  entry: Readonly<Record<string, unknown>>,
  sources: ChannelSources,
): Channel | undefined {
  const reading = { faults: sources.faults, at: [], asWritten: true };
  return fromEntry(entry, reading, sources)?.channel;
}

/** A channel with its models, under the terms of its sources and under others. */
function withModels(
  bare: Omit<Channel, "models">,
  own: PriceMarkup | undefined,
  [models, modelsUnder]: readonly [readonly ChannelModel[], (terms: MoneyTerms) => ChannelModel[]],
  { markup }: MoneyTerms,
): ReadChannel {
  const channel = (priced: readonly ChannelModel[], house: PriceMarkup | undefined): Channel => ({
    ...bare,
    models: withMarkup(withMarkup(priced, own), house),
  });
  return {
    channel: channel(models, markup),
    under: (terms) => channel(modelsUnder(terms), terms.markup),
  };
}

/** Models with a markup where they have none of their own. */
function withMarkup(
  models: readonly ChannelModel[],
  markup: PriceMarkup | undefined,
): readonly ChannelModel[] {
  if (markup === undefined) return models;
  return models.map((model) => ({ ...model, markup: model.markup ?? markup }));
}

function fromEntry(
  entry: Readonly<Record<string, unknown>>,
  reading: Reading,
  sources: ChannelSources,
): ReadChannel | undefined {
  const { at } = reading;
  // Each part is read although another is at fault, so that all faults are told at once.
  const written = readWith(channelSchema, entry, reading);
  const provider = findProvider(entry["provider"], sources, reading);
  if (provider === undefined) return undefined;
  const settings = entry["settings"] ?? {};
  // Their kinds are the provider's own matter, and a command line has nothing but text.
  const place = { ...reading, asWritten: false, at: [...at, "settings"] };
  const { files } = sources;
  const texts = (given: Readonly<Record<string, unknown>>) =>
    files === undefined ? given : withFileTexts(provider, given, files, place);
  const credentials = isRecord(settings)
    ? resolveCredentials(provider, texts(settings), place)
    : [];
  const modelsUnder = (terms: MoneyTerms): ChannelModel[] => {
    const known = modelSources(provider, { ...sources, ...terms }, entry["id"]);
    return listedModels(entry["models"], { ...known, settings: credentials[0] }, reading);
  };
  const models = modelsUnder(sources);
  if (written === undefined) return undefined;
  faultRepeatedBudgets(written.budget, [...at, "budget"], sources.faults);
  const bare = channelOf(provider, written, credentials);
  return withModels(bare, written.markup, [models, modelsUnder], sources);
}

/** A channel that serves all that its provider knows. */
function withCurrentModels(bare: Omit<Channel, "models">, sources: ChannelSources): ReadChannel {
  const modelsUnder = (terms: MoneyTerms): ChannelModel[] =>
    currentModels(modelSources(bare.provider, { ...sources, ...terms }, bare.id));
  return withModels(bare, undefined, [modelsUnder(sources), modelsUnder], sources);
}

function modelSources(
  provider: Provider,
  { loaded, now, rates, prices, modelsMayBeMissing }: ChannelSources,
  id: unknown,
): ModelSources {
  const channel = typeof id === "string" ? id : undefined;
  const priceOf: ModelSources["priceOf"] = (names) =>
    findPrice(prices, { provider: provider.id, channel, names });
  const { cards } = loaded;
  return { provider, settings: undefined, cards, now, rates, priceOf, modelsMayBeMissing };
}

function listedModels(listed: unknown, sources: ModelSources, reading: Reading): ChannelModel[] {
  const { faults } = reading;
  const at = [...reading.at, "models"];
  if (listed === undefined) {
    const current = currentModels(sources);
    if (current.length === 0 && !sources.modelsMayBeMissing) {
      const { name, discover } = sources.provider;
      const hint =
        discover === undefined
          ? ""
          : ", which `pinhole channels models` with the channel's id shows";
      faults.add(at, `\`models\` is missing; list those that this ${name} serves${hint}`);
    }
    return current;
  }
  const names = new Set<string>();
  const entries: readonly unknown[] = Array.isArray(listed) ? listed : [];
  return entries.flatMap((entry, index) => {
    const place = { ...reading, at: [...at, index] };
    const written = readWith(modelSchema, entry, place);
    if (written === undefined) return [];
    const name = typeof written === "string" ? written : written.name;
    if (names.has(name)) {
      faults.add(place.at, `the channel lists \`${name}\` twice; remove one`);
      return [];
    }
    names.add(name);
    const model = resolveModel(written, sources, place);
    return model === undefined ? [] : [model];
  });
}

function channelOf(
  provider: Provider,
  written: ChannelSettings,
  credentials: Channel["credentials"],
): Omit<Channel, "models"> {
  const { limits, timeout } = written;
  return {
    id: written.id,
    provider,
    credentials,
    priority: written.priority,
    weight: written.weight,
    enabled: written.enabled,
    retryUnknown: written.retry_unknown,
    ...(written.budget === undefined ? {} : { budgets: budgetsOf(written.budget) }),
    limits: {
      concurrency: limits.concurrency,
      rpm: limits.rpm,
      ipm: limits.ipm,
      queue: limits.queue,
    },
    timeout: {
      connectMs: timeout.connect,
      firstByteMs: timeout.first_byte,
      totalMs: timeout.total,
    },
  };
}

function fromEnvironment(
  line: ListedProvider,
  sources: ChannelSources,
  others: readonly DeclaredChannel[],
): DeclaredChannel | undefined {
  const environment = environmentChannelOf(line, sources.env);
  const provider = sources.loaded.providers.get(line.id);
  if (environment === undefined || provider === undefined) return undefined;
  const settings = environmentSettings(environment, sources.env);
  const [first] = settings;
  if (first === undefined) return undefined;
  const given = Object.fromEntries(settings.map(({ setting, value }) => [setting, value]));
  const credentials = resolveCredentials(provider, given, {
    faults: sources.faults,
    at: [first.variable],
    renamed: settings.map(({ setting, variable }) => ({ from: setting, to: [variable] })),
    secret: true,
  });
  const taken = others.some(({ channel }) => channel.id === provider.id);
  const id = taken ? `${provider.id}-environment` : provider.id;
  const written = channelSchema.parse({ id, provider: provider.id });
  return {
    ...withCurrentModels(channelOf(provider, written, credentials), sources),
    words: { provider: provider.id, settings: given },
    declaredAt: first.variable,
    isBuiltIn: false,
  };
}

/** A provider's settings as far as the environment gives them. */
function environmentSettings(
  { needs, takes = {} }: EnvironmentChannel,
  env: Environment,
): { readonly setting: string; readonly variable: string; readonly value: string }[] {
  return Object.entries({ ...needs, ...takes }).flatMap(([variable, setting]) => {
    const found = readVariable(env, [variable]);
    return found === undefined ? [] : [{ setting, variable, value: found.value }];
  });
}

function fromNothing(provider: Provider, sources: ChannelSources): ReadChannel {
  const written = channelSchema.parse({ id: provider.id, provider: provider.id });
  const reading: Reading = { faults: sources.faults, at: [provider.id] };
  const credentials = resolveCredentials(provider, {}, reading);
  return withCurrentModels(channelOf(provider, written, credentials), sources);
}

function faultRepeatedIds(entries: readonly unknown[], faults: Faults): void {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const id = isRecord(entry) ? entry["id"] : undefined;
    if (typeof id !== "string") continue;
    if (seen.has(id)) {
      faults.add(
        ["channels", index, "id"],
        `another channel has the id \`${id}\` already; choose a different one`,
      );
    }
    seen.add(id);
  }
}
