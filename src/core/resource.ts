import type { Channel } from "./channel.ts";
import { channelDefaults } from "./channel-words.ts";
import type { Policy } from "./policy.ts";
import type { ModelCard } from "./model-card.ts";

/** A value's place in an entry: names of settings, and places in lists, counted from 0. */
export type EntryPath = readonly (string | number)[];

/** An entry in the words of the file, without its id. */
export type EntryWords = Readonly<Record<string, unknown>>;

interface KindFacts {
  /** The words where nothing is written. */
  readonly defaults: EntryWords;
  /** Words that say how an entry is used, and that may be changed although another of its words is at fault. */
  readonly uses: readonly string[];
}

const kinds = {
  channel: { defaults: channelDefaults, uses: ["enabled", "priority", "weight"] },
  /** A further name for models. */
  alias: { defaults: {}, uses: [] },
  /** A setting of `policy`, or the default model. */
  policy: { defaults: {}, uses: [] },
  /** A setting of `money`. */
  money: { defaults: {}, uses: [] },
  /** A price of a model, wherever it is served or on one channel. */
  price: { defaults: { provider: null, channel: null }, uses: [] },
} as const satisfies Record<string, KindFacts>;

export type ResourceKind = keyof typeof kinds;

/** Kinds of what the file declares and the database may hold as well, a row an entry. */
export const resourceKinds: Readonly<Record<ResourceKind, KindFacts>> = kinds;

/** One entry of a kind, with its credentials. */
export interface ResourceEntry {
  readonly kind: ResourceKind;
  readonly id: string;
  readonly words: EntryWords;
}

/** An entry that the file or the environment declares. */
export interface DeclaredEntry extends ResourceEntry {
  /** In words: `pinhole.yaml, line 3`. */
  readonly declaredAt: string;
  /** True: it is there because nothing else is; an entry of the database takes its place. */
  readonly givesWay: boolean;
}

/** A mistake in an entry. */
export interface EntryFault {
  /** The field, with dots: `settings.api_key`; undefined: the entry as a whole. */
  readonly param: string | undefined;
  /** One sentence; never holds a credential. */
  readonly message: string;
}

/** A declared entry that leads nowhere as what is served stands: a channel of the database may mend it. */
export interface Concern {
  readonly kind: ResourceKind;
  readonly id: string;
  /** In words: `pinhole.yaml, line 3`. */
  readonly declaredAt: string;
  /** One sentence. */
  readonly message: string;
}

/** The channels and names that a configuration serves, and how. */
export interface Served {
  readonly channels: readonly Channel[];
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  readonly defaultModel: string | undefined;
  readonly policy: Policy;
  /** The cards of models that their vendors no longer serve, by name. */
  readonly retired: ReadonlyMap<string, ModelCard>;
}

/** The outcome of reading entries of the database beside what is declared. */
export interface ReadEntries {
  /** All that is declared, and the entries that are as they must be. */
  readonly served: Served;
  /** The mistakes of those that are not, in the order in which they are written. */
  readonly faults: ReadonlyMap<ResourceEntry, readonly EntryFault[]>;
}

/** A reader of entries of the database, by the schemas that read the file. */
export interface EntryReader {
  /** The entries of a kind that the file and the environment declare. */
  declared(kind: ResourceKind): readonly DeclaredEntry[];
  /** The places of an entry's credentials. */
  secretsOf(kind: ResourceKind, words: EntryWords): Promise<readonly EntryPath[]>;
  /** All that is declared and leads nowhere beside what is served. */
  concerns(served: Served): readonly Concern[];
  /** The reasons for which an entry that is as it must be has no effect, or less than it seems to have; `entries`: all of the database. */
  warnings(
    entry: ResourceEntry,
    entries: readonly ResourceEntry[],
    served: Served,
  ): readonly string[];
  /** Reads entries, none of which has the id of a declared one that does not give way. */
  read(entries: readonly ResourceEntry[]): Promise<ReadEntries>;
}
