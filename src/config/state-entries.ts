import type { z } from "zod";
import { isRecord, valueAt } from "../core/entry-paths.ts";
import { ownerId } from "../core/forms.ts";
import { defaultModelId } from "../core/name-words.ts";
import { idOfPlace, priceEntryId, priceIdForm } from "../core/price-entry.ts";
import type { EntryWords, ResourceKind } from "../core/resource.ts";
import type { StateEntry } from "../core/state.ts";
import { type Faults, type Path, settingName } from "./faults.ts";

type Entry = StateEntry<EntryWords>;

/** The way in which entries of a list get their ids. */
interface ListIds {
  readonly schema: z.ZodType<string>;
  /** The form of an id, in words. */
  readonly form: string;
  /** The id of an entry that says none; undefined: it must say one. */
  readonly of?: (entry: EntryWords) => string | undefined;
}

const channelIds: ListIds = {
  schema: ownerId("The entry in records."),
  form: "letters, digits, dots, hyphens and underscores, at most 64",
};
const priceIds: ListIds = { schema: priceEntryId, form: priceIdForm, of: idOfPlace };

/** Sections that are lists. */
const lists = [
  ["channels", "channel", channelIds],
  ["prices", "price", priceIds],
] as const satisfies readonly (readonly [string, ResourceKind, ListIds])[];

/**
 * The entries of a state that rest in the database in the words of the file. What they say is read where they are put
 * beside the configuration; here each gets its id.
 */
export function entriesIn(
  value: unknown,
  faults: Faults,
): ReadonlyMap<ResourceKind, readonly Entry[]> {
  const found = new Map<ResourceKind, readonly Entry[]>();
  for (const [section, kind, ids] of lists) {
    const entries = valueAt(value, [section]);
    if (Array.isArray(entries)) found.set(kind, listed(section, entries, ids, faults));
  }
  const aliases = valueAt(value, ["aliases"]);
  if (isRecord(aliases)) found.set("alias", Object.entries(aliases).map(aliasOf));
  const policy = valueAt(value, ["policy"]);
  const defaultModel = valueAt(value, [defaultModelId]);
  if (isRecord(policy) || defaultModel !== undefined)
    found.set("policy", [
      ...(isRecord(policy) ? Object.entries(policy).map(policyOf) : []),
      ...(defaultModel === undefined
        ? []
        : [entryAt(defaultModelId, [defaultModelId], { value: defaultModel })]),
    ]);
  const money = valueAt(value, ["money"]);
  if (isRecord(money)) found.set("money", Object.entries(money).map(moneyOf));
  return found;
}

function entryAt(id: string, at: Path, settings: EntryWords): Entry {
  return { id, settings, version: undefined, at: settingName(at) };
}

function aliasOf([name, models]: readonly [string, unknown]): Entry {
  return entryAt(name, ["aliases", name], { models: [models].flat() });
}

function policyOf([name, value]: readonly [string, unknown]): Entry {
  return entryAt(name, ["policy", name], { value });
}

function moneyOf([name, value]: readonly [string, unknown]): Entry {
  return entryAt(name, ["money", name], { value });
}

/** Entries of a list, each of which bears its id. */
function listed(
  section: string,
  entries: readonly unknown[],
  ids: ListIds,
  faults: Faults,
): Entry[] {
  const seen = new Set<string>();
  return entries.flatMap((entry: unknown, index) => {
    const at: Path = [section, index];
    const name = settingName(at);
    if (!isRecord(entry)) {
      faults.add(at, `\`${name}\` must be a group of settings`);
      return [];
    }
    const { id: written, version, ...words } = entry;
    // One whose id cannot be made of it is told of where its words are read.
    const made = ids.of === undefined ? undefined : (ids.of(words) ?? name);
    const id = ids.schema.safeParse(written ?? made).data;
    if (id === undefined) {
      faults.add([...at, "id"], `\`${name}.id\` must be ${ids.form}`);
      return [];
    }
    const isNumbered = version === undefined || Number.isSafeInteger(version);
    if (!isNumbered) faults.add([...at, "version"], `\`${name}.version\` must be a whole number`);
    if (seen.has(id)) {
      faults.add(
        [...at, "id"],
        `another entry of \`${section}\` has the id \`${id}\` already; choose a different one`,
      );
      return [];
    }
    seen.add(id);
    const known = typeof version === "number" ? version : undefined;
    return [{ id, settings: words, version: known, at: name }];
  });
}
