import { isDeepStrictEqual } from "node:util";
import { keyWordsOf } from "../../../core/key-words.ts";
import type { PreviousSecret, StoredKey } from "../../../core/key.ts";
import { earlierDigests, keyDigest, keyHint, type Peppers, pepperId } from "../../../core/keys.ts";
import type { StateFault, StateKey } from "../../../core/state.ts";
import { keyJson, settingsOf, storedView } from "../key-views.ts";
import {
  changedFields,
  type EntryPlan,
  type PlannedChange,
  type SectionPlan,
  sectionPlan,
  staleEntry,
} from "./planned.ts";

/** The keys of a state, and what stands. */
export interface KeySection {
  /** Undefined: the state says nothing of them. */
  readonly entries: readonly StateKey[] | undefined;
  /** Tombstones too. */
  readonly rows: readonly StoredKey[];
  /** True: those of the database that the state does not have are revoked. */
  readonly prunes: boolean;
  readonly has: (kind: "team" | "user", id: string) => boolean;
  readonly peppers: Peppers;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Plans what a state wants of keys. */
export function planKeys(section: KeySection): SectionPlan {
  const { entries, rows, prunes } = section;
  if (entries === undefined) return sectionPlan([]);
  const wanted = new Set(entries.map(({ id }) => id));
  const left = rows.filter(({ id, removedAt }) => !wanted.has(id) && removedAt === null);
  const pruned = prunes
    ? left.map((row): EntryPlan => ({ planned: revoking(row, section.now) }))
    : [];
  const byId = new Map(rows.map((row) => [row.id, row]));
  const secrets = new Map(entries.map((entry) => [entry, secretOf(section, entry, byId)]));
  const taken = ownersOfDigests(section, secrets);
  const plans = entries.map((entry): EntryPlan => {
    const row = byId.get(entry.id);
    const secret = secrets.get(entry);
    const faults = faultsOf(section, entry, row, secret);
    const other = secret === undefined ? undefined : taken(secret.digest, entry);
    if (other !== undefined)
      faults.push({
        setting: `${entry.at}.${entry.secret?.kind === "digest" ? "digest" : "key"}`,
        code: "conflict",
        message: `the key \`${other}\` has the same secret; make a new one`,
      });
    if (faults.length > 0 || secret === undefined) return { faults };
    return planKey(section, entry, row, secret);
  });
  return sectionPlan([...plans, ...pruned]);
}

/** The secrets of a key as its row has them. */
type Secrets = Pick<StoredKey, "digest" | "hint" | "previous">;

/** The secrets that an entry asks for; those that stand where it says none. Undefined: there is none. */
function secretOf(
  { peppers }: KeySection,
  { id, secret, previous }: StateKey,
  rows: ReadonlyMap<string, StoredKey>,
): Secrets | undefined {
  const row = rows.get(id);
  const own = secret === undefined ? undefined : digestOf(secret, peppers);
  const isSame = row !== undefined && (own === undefined || isSameSecret(own, row, peppers));
  const found = isSame ? row : own;
  if (found === undefined) return undefined;
  const { digest, hint } = found;
  if (previous === undefined) return { digest, hint, previous: isSame ? row.previous : null };
  const usedAt = isSame && row.previous?.digest === previous.digest ? row.previous.usedAt : null;
  return { digest, hint, previous: { ...previous, usedAt } };
}

/** A secret that a state names: all digests under which it may be kept, the one of today first. */
interface NamedSecret {
  readonly digest: string;
  readonly hint: string;
  readonly others: readonly string[];
}

function digestOf(secret: NonNullable<StateKey["secret"]>, peppers: Peppers): NamedSecret {
  if (secret.kind === "digest") return { ...secret, others: [] };
  const key = secret.key.reveal();
  const others = earlierDigests(peppers, key);
  return { digest: keyDigest(peppers.pepper, key), hint: keyHint(key), others };
}

/**
 * True where a row has this secret. A digest by the secret of before cannot be compared with one by today's, into which it is turned when
 * the key is used; with the same last characters it is taken for the same.
 */
function isSameSecret(
  { digest, hint, others }: NamedSecret,
  row: StoredKey,
  { pepper }: Peppers,
): boolean {
  if (row.digest === digest || others.includes(row.digest)) return true;
  const ofToday = `${pepperId(pepper)}:`;
  return row.hint === hint && row.digest.startsWith(ofToday) && !digest.startsWith(ofToday);
}

/** Says which other key has a digest, in the database as it will be. */
function ownersOfDigests(
  { rows }: KeySection,
  secrets: ReadonlyMap<StateKey, Secrets | undefined>,
): (digest: string, entry: StateKey) => string | undefined {
  const moved = new Set([...secrets.keys()].map(({ id }) => id));
  const owners = new Map<string, string>();
  // A revoked key keeps its digest for ever.
  for (const { id, digest, removedAt } of rows)
    if (!moved.has(id) || removedAt !== null) owners.set(digest, id);
  const first = new Map<string, StateKey>();
  for (const [entry, secret] of secrets)
    if (secret !== undefined && !first.has(secret.digest)) first.set(secret.digest, entry);
  return (digest, entry) => {
    const earlier = first.get(digest);
    const standing = owners.get(digest);
    if (standing !== undefined && standing !== entry.id) return standing;
    return earlier === entry ? undefined : earlier?.id;
  };
}

function faultsOf(
  section: KeySection,
  entry: StateKey,
  row: StoredKey | undefined,
  secret: Secrets | undefined,
): StateFault[] {
  const { id, at, settings } = entry;
  if (row !== undefined && row.removedAt !== null) {
    const when = new Date(row.removedAt).toISOString();
    const message = `the key \`${id}\` was revoked at ${when}, which cannot be undone; remove it here, or give it another id`;
    return [{ setting: `${at}.id`, code: "conflict", message }];
  }
  const faults: StateFault[] = [];
  const add = (field: string, message: string): void =>
    void faults.push({ setting: `${at}.${field}`, code: "invalid_value", message });
  if (secret === undefined)
    add(
      "key",
      `there is no key \`${id}\` yet, so it needs a \`key\` (\`key: \${SOME_KEY}\`) or a \`digest\`; \`pinhole keys create\` makes one with a secret of its own`,
    );
  if (entry.secret?.kind === "digest" && !isReadable(entry.secret.digest, section.peppers))
    add(
      "digest",
      "was made with another secret than this gateway's `PINHOLE_SECRET`; set that one, or give the key itself as `key`",
    );
  for (const kind of ["team", "user"] as const) {
    const name = kind === "team" ? "teamId" : "userId";
    const owner = settings[name];
    if (owner === null || owner === row?.[name] || section.has(kind, owner)) continue;
    add(kind, `there is no ${kind} \`${owner}\`; add it to \`${kind}s\`, or name another`);
  }
  return faults;
}

/** Digests of early versions do not say which secret made them. */
function isReadable(digest: string, { pepper, previousPepper }: Peppers): boolean {
  const [id = "", rest] = digest.split(":");
  if (rest === undefined) return true;
  return [pepper, previousPepper].some((known) => known !== undefined && pepperId(known) === id);
}

function planKey(
  section: KeySection,
  entry: StateKey,
  row: StoredKey | undefined,
  secrets: Secrets,
): EntryPlan {
  const { id, settings } = entry;
  const { now } = section;
  if (row === undefined) {
    const about = { id, version: 1, createdAt: now, removedAt: null };
    return { planned: writing(undefined, { ...settings, ...secrets, ...about }) };
  }
  const isSame = isDeepStrictEqual(settings, settingsOf(row)) && !setsSecret(row, secrets);
  const { damaged, ...whole } = row;
  if (isSame && damaged === undefined) return "unchanged";
  if (entry.version !== undefined && entry.version !== row.version)
    return { faults: [staleEntry(entry, `the key \`${id}\``, row.version)] };
  return { planned: writing(row, { ...whole, ...settings, ...secrets }) };
}

function setsSecret(row: StoredKey, { digest, previous }: Secrets): boolean {
  const ends = (secret: PreviousSecret | null): unknown => secret && [secret.digest, secret.until];
  return digest !== row.digest || !isDeepStrictEqual(ends(previous), ends(row.previous));
}

function revoking(row: StoredKey, now: number): PlannedChange {
  const plan = writing(row, { ...row, removedAt: now });
  return { ...plan, told: { ...plan.told, action: "revoke", fields: [] }, after: null };
}

function writing(before: StoredKey | undefined, record: StoredKey): PlannedChange {
  const after = before === undefined ? record : { ...record, version: record.version + 1 };
  return {
    told: {
      action: before === undefined ? "create" : "change",
      resource: "key",
      id: record.id,
      fields: changedFields(before && shownWords(before), shownWords(record, before)),
    },
    row: { table: "keys", record, setsSecret: before === undefined || setsSecret(before, record) },
    isNew: before === undefined,
    before: before === undefined ? null : keyJson(storedView(before)),
    after: keyJson(storedView(after)),
  };
}

/** A key's words with its secrets as far as they may be shown. */
function shownWords(key: StoredKey, before?: StoredKey): Record<string, unknown> {
  const { digest, hint, previous } = key;
  // Two secrets may end alike.
  const isOther = before !== undefined && before.digest !== digest && before.hint === hint;
  return {
    ...keyWordsOf(settingsOf(key)),
    key: `…${hint}${isOther ? " (another)" : ""}`,
    previous: previous && `…${previous.hint} until ${new Date(previous.until).toISOString()}`,
  };
}
