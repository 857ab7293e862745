import { pathOf, replaceAt } from "../../../core/entry-paths.ts";
import { defaultModelId } from "../../../core/name-words.ts";
import type { EntryWords } from "../../../core/resource.ts";
import type { KnownResource } from "../offered.ts";

/** Entries of the configuration in the sections of a state. Where a credential stands, they name the variable to fill it from. */
export function writeResources(
  rows: readonly KnownResource[],
  versions: boolean,
): Readonly<Record<string, unknown>> {
  const variables = new Set<string>();
  const of = (kind: KnownResource["kind"]) => rows.filter((row) => row.kind === kind);
  const entry = (row: KnownResource): EntryWords => ({
    id: escaped(row.id),
    ...(versions ? { version: row.version } : {}),
    ...withPlaceholders(row, variables),
  });
  const policies = of("policy").map(({ id, words }) => [id, escaped(words["value"])] as const);
  const settings = policies.filter(([id]) => id !== defaultModelId);
  return {
    channels: of("channel").map(entry),
    money: Object.fromEntries(
      of("money").map(({ id, words }) => [id, escaped(words["value"])] as const),
    ),
    prices: of("price").map(entry),
    aliases: Object.fromEntries(of("alias").map(({ id, words }) => [id, escaped(words["models"])])),
    ...Object.fromEntries(policies.filter(([id]) => id === defaultModelId)),
    policy: Object.fromEntries(settings),
  };
}

/** An entry's words whose credentials are `${CHANNEL_X_API_KEY}`. */
function withPlaceholders(
  { kind, id, words, secrets }: KnownResource,
  taken: Set<string>,
): EntryWords {
  let written: EntryWords = escaped(words);
  for (const pointer of Object.keys(secrets).toSorted()) {
    const path = pathOf(pointer);
    // `settings` is where all of them stand.
    const name = variableOf([kind, id, ...path.filter((step) => step !== "settings")], taken);
    // An entry's words stay a group.
    written = replaceAt(written, path, `\${${name}}`) as EntryWords;
  }
  return written;
}

/** A name for a variable; two credentials never share one. */
function variableOf(parts: readonly string[], taken: Set<string>): string {
  const name = parts
    .join("_")
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, "_");
  let free = name;
  for (let count = 2; taken.has(free); count += 1) free = `${name}_${count}`;
  taken.add(free);
  return free;
}

/** A value whose texts come back as they are where `${NAME}` in them would be filled. */
export function escaped<T>(value: T): T {
  const write = (inner: unknown): unknown => {
    if (typeof inner === "string") return inner.replaceAll(/\$\{[^}]*\}/g, (found) => `$${found}`);
    if (Array.isArray(inner)) return inner.map(write);
    if (typeof inner !== "object" || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([name, of]) => [name, write(of)]));
  };
  // Each branch returns a value of the kind that it was given.
  return write(value) as T;
}
