import type { BaseSettings, ListedProvider, Provider } from "../core/provider.ts";
import type { Loaded } from "./loading.ts";
import { didYouMean } from "./suggest.ts";
import { readWith, type Reading } from "./issues.ts";
import { settingsOf } from "./walk.ts";

/**
 * A channel's settings, once for each credential. A setting of the provider, say `api_key`, may be a
 * list under its plural, `api_keys`; all else is the same in every copy. Empty after a fault.
 */
export function resolveCredentials(
  provider: Provider,
  given: Readonly<Record<string, unknown>>,
  reading: Reading,
): BaseSettings[] {
  const { faults, at } = reading;
  const known = Object.keys(settingsOf(provider.settings));
  const plurals = Object.keys(given).filter(
    (name) => !known.includes(name) && /_\w+s$/.test(name) && known.includes(name.slice(0, -1)),
  );
  const [plural, second] = plurals;
  if (plural === undefined) {
    const settings = readWith(provider.settings, given, reading);
    return settings === undefined ? [] : [settings];
  }
  const singular = plural.slice(0, -1);
  const place = [...at, plural];
  if (second !== undefined) {
    faults.add([...at, second], `only one of \`${plural}\` and \`${second}\` may be a list`);
    return [];
  }
  if (Object.hasOwn(given, singular)) {
    faults.add(place, `give \`${singular}\` or \`${plural}\`, not both`);
    return [];
  }
  const list = given[plural];
  if (!Array.isArray(list) || list.length === 0) {
    faults.add(place, `\`${plural}\` must be a list with at least one entry`);
    return [];
  }
  if (new Set(list).size < list.length) {
    faults.add(place, `\`${plural}\` has the same entry twice; remove one`);
    return [];
  }
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => name !== plural));
  return list.flatMap((value: unknown, index) => {
    const settings = readWith(
      provider.settings,
      { ...rest, [singular]: value },
      { ...reading, renamed: [{ from: singular, to: [...place, index] }] },
    );
    return settings === undefined ? [] : [settings];
  });
}

/** The provider of this name, or a fault that names the known ones. */
export function findProvider(
  id: unknown,
  { providers, loaded }: { readonly providers: readonly ListedProvider[]; readonly loaded: Loaded },
  reading: Reading,
): Provider | undefined {
  if (typeof id !== "string" || id === "") return undefined;
  const found = loaded.providers.get(id);
  if (found !== undefined) return found;
  const ids = providers.map((line) => line.id);
  const hint = didYouMean(id, ids);
  reading.faults.add(
    [...reading.at, "provider"],
    `there is no provider \`${id}\`${hint === "" ? `; there are ${ids.join(", ")}` : hint}`,
  );
  return undefined;
}
