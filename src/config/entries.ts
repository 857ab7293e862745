import type { Channel } from "../core/channel.ts";
import { asPinholeError } from "../core/errors.ts";
import type {
  DeclaredEntry,
  EntryFault,
  EntryPath,
  EntryReader,
  EntryWords,
  ReadEntries,
  ResourceEntry,
  Served,
} from "../core/resource.ts";
import {
  type ChannelSources,
  type DeclaredChannel,
  type MoneyTerms,
  resolveEntry,
} from "./channels.ts";
import { faultOf } from "./entry-faults.ts";
import { gatherFaults } from "./faults.ts";
import { loadFor, retiredCards, type Shelf } from "./loading.ts";
import { readMoney } from "./money-rows.ts";
import { type Named, policyOf, readNames } from "./named-entries.ts";
import type { ListedPrice } from "./price-list.ts";
import { priceOfRow, readPrices } from "./price-rows.ts";
import { priceWarnings } from "./price-warnings.ts";
import { secretPlaces } from "./secret-places.ts";
import { unservedNames } from "./unserved-names.ts";

/** A configuration as it was read, as far as entries of the database are read beside it. */
interface ReadConfiguration {
  readonly sources: Omit<ChannelSources, "faults" | "loaded" | "files">;
  readonly declared: readonly DeclaredChannel[];
  /** Entries of the file of prices. */
  readonly prices: readonly ListedPrice[];
  /** All that it serves by itself. */
  readonly served: Served;
  /** Names and policies that it lists, without those that go with the built-in channels. */
  readonly listed: Named;
  /** All names and policies, with their places. */
  readonly declaredNames: readonly DeclaredEntry[];
}

/** The reader of entries of the database beside a configuration. The environment is not put into them. */
export function entryReader(read: ReadConfiguration, shelf: Shelf): EntryReader {
  const channels = read.declared.map(
    ({ channel: { id }, words, declaredAt, isBuiltIn }): DeclaredEntry => ({
      kind: "channel",
      id,
      words,
      declaredAt,
      givesWay: isBuiltIn,
    }),
  );
  const prices = read.prices.map((price) => price.declared);
  const declared = [...channels, ...read.declaredNames, ...prices];
  return {
    declared: (kind) => declared.filter((entry) => entry.kind === kind),
    secretsOf: async (kind, words) => (kind === "channel" ? channelSecrets(words, shelf) : []),
    concerns: (served) => unservedNames(declared, served),
    warnings(entry, entries, { channels }) {
      if (entry.kind !== "price") return [];
      const rows = entries.filter(({ kind }) => kind === "price").flatMap(priceOfRow);
      const all = [...read.prices.map(({ price }) => price), ...rows];
      return priceOfRow(entry).flatMap((price) => priceWarnings(price, all, channels));
    },
    read: (entries) => readEntries(entries, read, shelf),
  };
}

async function channelSecrets(words: EntryWords, { providers }: Shelf): Promise<EntryPath[]> {
  const line = providers.find(({ id }) => id === words["provider"]);
  if (line === undefined) return [];
  const { default: provider } = await line.load();
  return secretPlaces(provider, words["settings"]).map((path) => ["settings", ...path]);
}

async function readEntries(
  entries: readonly ResourceEntry[],
  configuration: ReadConfiguration,
  shelf: Shelf,
): Promise<ReadEntries> {
  const { sources, declared, served, listed } = configuration;
  if (entries.length === 0) return { served, faults: new Map() };
  const { terms, faults: unpriced } = readTerms(entries, configuration);
  const faults = new Map<ResourceEntry, readonly EntryFault[]>(unpriced);
  const added: Channel[] = [];
  const listedChannels = entries.filter(({ kind }) => kind === "channel");
  for (const entry of listedChannels) {
    const read = await readChannel(entry, { ...sources, ...terms }, shelf);
    if ("faults" in read) faults.set(entry, read.faults);
    else added.push(read.channel);
  }
  // The built-in ones, and the names that go with them, are there while no channel is made.
  const isBare = listedChannels.length === 0;
  const own = declared.filter(({ isBuiltIn }) => isBare || !isBuiltIn);
  const channels = [...own.map(({ channel, under }) => (terms ? under(terms) : channel)), ...added];
  const models = channels.flatMap((channel) => channel.models.map(({ name }) => name));
  const { aliases: bareAliases, defaultModel: bareModel } = served;
  const names = isBare ? { ...listed, aliases: bareAliases, defaultModel: bareModel } : listed;
  const { policy, ...read } = readNames(entries, names, models);
  const { aliases, defaultModel } = read;
  const retired = await retiredCards(
    { models, aliases: Object.keys(aliases), now: sources.now },
    shelf,
  );
  return {
    served: { channels, aliases, defaultModel, retired, policy: policyOf(policy) },
    faults: new Map([...faults, ...read.faults]),
  };
}

/** The terms that entries set; undefined: those of the configuration. */
function readTerms(
  entries: readonly ResourceEntry[],
  { sources, declared, prices: listed }: ReadConfiguration,
): {
  readonly terms: MoneyTerms | undefined;
  readonly faults: ReadonlyMap<ResourceEntry, readonly EntryFault[]>;
} {
  const of = (wanted: ResourceEntry["kind"]) => entries.filter(({ kind }) => kind === wanted);
  const [prices, money] = [of("price"), of("money")];
  if (prices.length + money.length === 0) return { terms: undefined, faults: new Map() };
  const rows = of("channel").map(({ id }) => id);
  const own = declared.filter(({ isBuiltIn }) => rows.length === 0 || !isBuiltIn);
  const channels = [...own.map(({ channel }) => channel.id), ...rows];
  const providers = sources.providers.map(({ id }) => id);
  const read = readPrices(prices, { listed, providers, channels });
  const { rates = sources.rates, markup = sources.markup, faults } = readMoney(money);
  return {
    terms: { prices: read.prices, rates, markup },
    faults: new Map([...read.faults, ...faults]),
  };
}

async function readChannel(
  { id, words }: ResourceEntry,
  sources: ReadConfiguration["sources"],
  shelf: Shelf,
): Promise<{ readonly channel: Channel } | { readonly faults: readonly EntryFault[] }> {
  const entry = { ...words, id };
  const faults = gatherFaults(() => undefined);
  try {
    const loaded = await loadFor([entry], {}, shelf);
    const channel = resolveEntry(entry, { ...sources, loaded, faults, files: undefined });
    if (channel !== undefined && !faults.found) return { channel };
  } catch (thrown) {
    // A provider that fails on one entry keeps no other from being served.
    const { message } = asPinholeError(thrown);
    return { faults: [{ param: undefined, message }] };
  }
  const found = faults.list().map(faultOf);
  const missing = { param: "provider", message: "`provider` is missing; it must be text." };
  return { faults: found.length === 0 ? [missing] : found };
}
