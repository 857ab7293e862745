import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { keyDigest, keyHint, makeKey } from "../../core/keys.ts";
import type { Secret } from "../../core/secret.ts";
import type { KeyLimits, KeyRecord } from "../../core/key.ts";
import type { GatewayLog } from "../../core/log.ts";
import type { Store } from "../../store/store.ts";
import type { KeyRing } from "../keys/key-ring.ts";

/** The parts that the administration of keys works with. */
export interface AdministrationParts {
  readonly keys: KeyRing;
  readonly log: GatewayLog;
  readonly store: Store;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly newId: (prefix: string) => string;
}

/** A key that the configuration file declares. */
export interface DeclaredKey extends Pick<
  KeyRecord,
  | "id"
  | "name"
  | "models"
  | "operations"
  | "strict"
  | "disabled"
  | "expiresAt"
  | "limits"
  | "budgets"
  | "user"
  | "team"
> {
  readonly key: Secret;
}

export interface NewKey {
  readonly name: string;
  readonly models: readonly string[];
  readonly strict: boolean;
  /** Unix milliseconds. */
  readonly expiresAt: number | null;
  readonly limits: KeyLimits;
}

/** Keys as the admin API changes them. Keys of the file are listed but changed in the file only. */
export interface KeyAdministration {
  list(): Promise<KeyRecord[]>;
  /** The key itself is returned this once and kept nowhere. */
  create(wanted: NewKey): Promise<{ readonly key: string; readonly record: KeyRecord }>;
  update(
    id: string,
    change: { readonly disabled?: boolean; readonly name?: string },
  ): Promise<boolean>;
  remove(id: string): Promise<boolean>;
  /** Puts others in the place of those that the file declared. */
  declare(keys: readonly DeclaredKey[]): Promise<void>;
  /** Takes over the keys that another node has made, changed or removed. Wants to be called every 2 s. */
  catchUp(): Promise<void>;
}

/** Credentials that the first start made and shows once. */
export interface FirstCredentials {
  readonly adminToken: string | undefined;
  readonly apiKey: string | undefined;
}

const adminDigestName = "admin_token_digest";
const firstKeyName = "first_key_made";

/**
 * A check of admin tokens, by digest, so that the time it takes says nothing about the token.
 * `configured` rules over the one that the first start made.
 */
export async function createAdminCheck(
  gateway: AdministrationParts,
  pepper: Buffer,
  configured: Secret | undefined,
): Promise<(token: string) => boolean> {
  const digest =
    configured === undefined
      ? await gateway.store.settings.get(adminDigestName)
      : keyDigest(pepper, configured.reveal());
  if (digest === undefined) return () => false;
  const wanted = sha256(digest);
  return (token) => timingSafeEqual(sha256(keyDigest(pepper, token)), wanted);
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Knows no key of the file until `declare` names them. */
export function administerKeys(gateway: AdministrationParts, pepper: Buffer): KeyAdministration {
  const { store, now } = gateway;
  let declared: readonly KeyRecord[] = [];
  const list = async (): Promise<KeyRecord[]> => [...(await store.keys.all()), ...declared];
  /** Of the keys that are in memory. */
  let version: number | undefined;
  const refresh = async (): Promise<void> => {
    // Before the keys: what changes meanwhile is read again.
    const found = await store.served.version();
    const stopped = new Set(await store.people.stoppedUsers());
    gateway.keys.replace((await list()).map((key) => asStopped(key, stopped)));
    version = found;
  };
  return {
    list,
    async declare(keys) {
      declared = keys.map((key) => declaredRecord(key, pepper));
      await refresh();
    },
    async catchUp() {
      if ((await store.served.version()) !== version) await refresh();
    },
    async create(wanted) {
      const key = makeKey(randomBytes);
      const record: KeyRecord = {
        ...wanted,
        id: gateway.newId("key"),
        digest: keyDigest(pepper, key),
        hint: keyHint(key),
        operations: null,
        disabled: false,
        createdAt: now(),
      };
      await store.keys.add(record);
      await refresh();
      gateway.log.info({ key: record.id, name: record.name }, "an API key was made");
      return { key, record };
    },
    async update(id, change) {
      const done = await store.keys.update(id, change);
      await refresh();
      return done;
    },
    async remove(id) {
      const done = await store.keys.remove(id);
      await refresh();
      return done;
    },
  };
}

/** A key as it serves: the keys of a user whose person is disabled or gone are stopped, and nothing is written on them, so that enabling brings back those alone that were good before. */
function asStopped(key: KeyRecord, stopped: ReadonlySet<string>): KeyRecord {
  return key.user !== undefined && stopped.has(key.user.id) ? { ...key, disabled: true } : key;
}

function declaredRecord(declared: DeclaredKey, pepper: Buffer): KeyRecord {
  const { key, ...rest } = declared;
  return {
    ...rest,
    id: `file:${declared.id}`,
    digest: keyDigest(pepper, key.reveal()),
    hint: keyHint(key.reveal()),
    createdAt: 0,
  };
}

/** On a fresh data folder: an admin token and an API key, each only where the operator set none. */
export async function makeFirstCredentials(
  gateway: AdministrationParts,
  keys: KeyAdministration,
  pepper: Buffer,
  adminConfigured: boolean,
): Promise<FirstCredentials> {
  const { settings } = gateway.store;
  let adminToken: string | undefined;
  if (!adminConfigured && (await settings.get(adminDigestName)) === undefined) {
    const made = makeKey(randomBytes);
    // Of nodes that start at once on a new database one makes them.
    if (await settings.claim(adminDigestName, keyDigest(pepper, made))) adminToken = made;
  }
  let apiKey: string | undefined;
  if ((await keys.list()).length === 0 && (await settings.claim(firstKeyName, "yes"))) {
    const limits = { rpm: null, ipm: null, ipd: null, concurrency: null };
    const wanted = { name: "first key", models: ["*"], strict: false, expiresAt: null, limits };
    apiKey = (await keys.create(wanted)).key;
  }
  return { adminToken, apiKey };
}
