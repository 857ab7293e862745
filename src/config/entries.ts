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
import { type ChannelSources, type DeclaredChannel, resolveEntry } from "./channels.ts";
import { type Fault, gatherFaults } from "./faults.ts";
import { loadFor, retiredCards, type Shelf } from "./loading.ts";
import { secretPlaces } from "./secret-places.ts";

/** A configuration as it was read, as far as entries of the database are read beside it. */
interface ReadConfiguration {
  readonly sources: Omit<ChannelSources, "faults" | "loaded" | "files">;
  readonly declared: readonly DeclaredChannel[];
  /** All that it serves by itself. */
  readonly served: Served;
  /** The names that the file lists, without those that go with the built-in channels. */
  readonly listedNames: Pick<Served, "aliases" | "defaultModel">;
}

/** The reader of entries of the database beside a configuration. The environment is not put into them. */
export function entryReader(read: ReadConfiguration, shelf: Shelf): EntryReader {
  const declared = read.declared.map(
    ({ channel: { id }, words, declaredAt, isBuiltIn }): DeclaredEntry => ({
      kind: "channel",
      id,
      words,
      declaredAt,
      givesWay: isBuiltIn,
    }),
  );
  return {
    declared: (kind) => declared.filter((entry) => entry.kind === kind),
    secretsOf: (_kind, words) => channelSecrets(words, shelf),
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
  { sources, declared, served, listedNames }: ReadConfiguration,
  shelf: Shelf,
): Promise<ReadEntries> {
  if (entries.length === 0) return { served, faults: new Map() };
  const faults = new Map<ResourceEntry, readonly EntryFault[]>();
  const added: Channel[] = [];
  for (const entry of entries) {
    const read = await readChannel(entry, sources, shelf);
    if ("faults" in read) faults.set(entry, read.faults);
    else added.push(read.channel);
  }
  const own = declared.filter(({ isBuiltIn }) => !isBuiltIn).map(({ channel }) => channel);
  const channels = [...own, ...added];
  const models = channels.flatMap((channel) => channel.models.map(({ name }) => name));
  const aliases = Object.keys(listedNames.aliases);
  const retired = await retiredCards({ models, aliases, now: sources.now }, shelf);
  return { served: { channels, ...listedNames, retired }, faults };
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

/** A fault with its field as the admin API names fields, and as a sentence. */
function faultOf({ setting, message }: Fault): EntryFault {
  const param = setting.replaceAll(/\[(\d+)\]/g, ".$1");
  const sentence = message.replace(/^./, (letter) => letter.toUpperCase());
  return {
    param: param === "" ? undefined : param,
    message: /[.?!]$/.test(sentence) ? sentence : `${sentence}.`,
  };
}
