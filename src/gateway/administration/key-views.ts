import type { KeySettings, PreviousSecret, StoredKey } from "../../core/key.ts";
import { keyDigest, keyHint } from "../../core/keys.ts";
import { keyWordsOf } from "../../core/key-words.ts";
import type { NewSecret } from "../../store/key-records.ts";
import { damageJson } from "./damage.ts";
import type { Secret } from "../../core/secret.ts";

/** A key that the configuration file declares. */
export interface DeclaredKey extends KeySettings {
  readonly id: string;
  readonly key: Secret;
  /** In words: `pinhole.yaml, line 3`. */
  readonly declaredAt: string;
}

/** A key as operators see it, without its secret. Times are Unix milliseconds. */
export interface KeyView extends KeySettings {
  readonly id: string;
  readonly hint: string;
  /** The secret that the last rotation replaced. */
  readonly previous: Omit<PreviousSecret, "digest"> | null;
  /** Counts its changes, from 1; 0: the file's. */
  readonly version: number;
  /** The place in the file that declares it; null: it is in the database. */
  readonly declaredAt: string | null;
  /** Null: the file's, of which nobody knows. */
  readonly createdAt: number | null;
  readonly removedAt: number | null;
  readonly damaged?: readonly string[] | undefined;
}

/** A key of the file, both as it is judged by and as it is shown. */
export interface DeclaredEntry {
  readonly view: KeyView;
  readonly digest: string;
}

/** The beginning of ids of the file's keys: of another kind than those of the database, so that neither can be taken for the other. */
const fileIdPrefix = "file:";

/** True for ids that only a key of the file can have. */
export function isFileId(id: string): boolean {
  return id.startsWith(fileIdPrefix);
}

export function declaredEntry(declared: DeclaredKey, pepper: Buffer): DeclaredEntry {
  const { key, id, ...settings } = declared;
  const view = {
    ...settings,
    id: fileIdPrefix + id,
    hint: keyHint(key.reveal()),
    previous: null,
    version: 0,
    createdAt: null,
    removedAt: null,
  };
  return { view, digest: keyDigest(pepper, key.reveal()) };
}

export function storedView(stored: StoredKey): KeyView {
  const { id, hint, previous, version, createdAt, removedAt, damaged } = stored;
  const known = { id, hint, version, createdAt, removedAt, declaredAt: null, damaged };
  return { ...settingsOf(stored), ...known, previous: previous && withoutDigest(previous) };
}

function withoutDigest({ hint, until, usedAt }: PreviousSecret): NonNullable<KeyView["previous"]> {
  return { hint, until, usedAt };
}

/** A key as the admin API shows it: in the words of the file, and what the gateway knows of it. */
export function keyJson(view: KeyView): Record<string, unknown> {
  const { id, hint, previous, version, declaredAt, createdAt, removedAt } = view;
  return {
    id,
    // What tells one from another stands first in a list.
    name: view.name,
    hint,
    ...keyWordsOf(view),
    previous: previous && {
      hint: previous.hint,
      until: timeText(previous.until),
      last_used_at: timeText(previous.usedAt),
    },
    version,
    ...damageJson(view),
    declared_at: declaredAt,
    created_at: timeText(createdAt),
    removed_at: timeText(removedAt),
  };
}

function timeText(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** A key after its rotation. */
export function rotated(key: StoredKey, { digest, hint, oldUntil }: NewSecret): StoredKey {
  const previous = { digest: key.digest, hint: key.hint, until: oldUntil, usedAt: null };
  return { ...key, digest, hint, previous, version: key.version + 1 };
}

/** The choices of an operator out of all that is known of a key. */
export function settingsOf(key: StoredKey): KeySettings {
  const { name, models, operations, strict, disabled, expiresAt, limits, budgets } = key;
  const { ipAllow, userId, teamId, labels } = key;
  const about = { name, models, operations, strict, disabled, expiresAt, limits, budgets };
  return { ...about, ipAllow, userId, teamId, labels };
}
