import { isRecord, valueAt } from "../core/entry-paths.ts";
import { ownerId } from "../core/forms.ts";
import { defaultModelId } from "../core/name-words.ts";
import type { EntryWords, ResourceKind } from "../core/resource.ts";
import type { StateEntry } from "../core/state.ts";
import { type Faults, type Path, settingName } from "./faults.ts";

type Entry = StateEntry<EntryWords>;

const idForm = ownerId("The entry in records.");

/**
 * The entries of a state that rest in the database in the words of the file. What they say is read where they are put
 * beside the configuration; here each gets its id.
 */
export function entriesIn(
  value: unknown,
  faults: Faults,
): ReadonlyMap<ResourceKind, readonly Entry[]> {
  const found = new Map<ResourceKind, readonly Entry[]>();
  const channels = valueAt(value, ["channels"]);
  if (Array.isArray(channels)) found.set("channel", listed("channels", channels, faults));
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

/** Entries of a list, each of which bears its id. */
function listed(section: string, entries: readonly unknown[], faults: Faults): Entry[] {
  const seen = new Set<string>();
  return entries.flatMap((entry: unknown, index) => {
    const at: Path = [section, index];
    const name = settingName(at);
    if (!isRecord(entry)) {
      faults.add(at, `\`${name}\` must be a group of settings`);
      return [];
    }
    const { id, version, ...words } = entry;
    if (!idForm.safeParse(id).success) {
      faults.add(
        [...at, "id"],
        `\`${name}.id\` must be letters, digits, dots, hyphens and underscores, at most 64`,
      );
      return [];
    }
    const isNumbered = version === undefined || Number.isSafeInteger(version);
    if (!isNumbered) faults.add([...at, "version"], `\`${name}.version\` must be a whole number`);
    if (seen.has(String(id))) {
      faults.add(
        [...at, "id"],
        `another entry of \`${section}\` has the id \`${String(id)}\` already; choose a different one`,
      );
      return [];
    }
    seen.add(String(id));
    const known = typeof version === "number" ? version : undefined;
    return [{ id: String(id), settings: words, version: known, at: name }];
  });
}
