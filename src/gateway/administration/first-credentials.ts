import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { Changer } from "../../core/audit.ts";
import { type Peppers, earlierDigests, keyDigest, makeKey } from "../../core/keys.ts";
import { type KeySettings, mayDoEverything } from "../../core/key.ts";
import type { Secret } from "../../core/secret.ts";
import type { Store } from "../../store/store.ts";
import type { KeyAdministration } from "./key-terms.ts";

/** Credentials that the first start made and shows once. */
export interface FirstCredentials {
  readonly adminToken: string | undefined;
  readonly apiKey: string | undefined;
}

/** The setting that holds the digest of the admin token of the first start. */
export const adminDigestName = "admin_token_digest";
const firstKeyName = "first_key_made";

/** The maker of the first key: the gateway. */
const itself: Changer = { who: "gateway", address: null, requestId: null };

/** The key of a first run: it may do everything. */
const firstKey: KeySettings = {
  name: "first key",
  ...mayDoEverything,
  budgets: [],
  ipAllow: null,
  userId: null,
  teamId: null,
  labels: [],
};

/**
 * A check of admin tokens, by digest, so that the time it takes says nothing about the token.
 * `configured` rules over the one that the first start made.
 */
export async function createAdminCheck(
  store: Pick<Store, "settings">,
  peppers: Peppers,
  configured: Secret | undefined,
): Promise<(token: string) => boolean> {
  const { pepper } = peppers;
  const digest =
    configured === undefined
      ? await store.settings.get(adminDigestName)
      : keyDigest(pepper, configured.reveal());
  if (digest === undefined) return () => false;
  let wanted = sha256(digest);
  const isWanted = (found: string): boolean => timingSafeEqual(sha256(found), wanted);
  return (token) => {
    const today = keyDigest(pepper, token);
    if (isWanted(today)) return true;
    if (!earlierDigests(peppers, token).some(isWanted)) return false;
    wanted = sha256(today);
    // Where it fails, the next start tries again.
    store.settings.set(adminDigestName, today).catch(() => undefined);
    return true;
  };
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** On a fresh data folder: an admin token and an API key, each only where the operator set none. */
export async function makeFirstCredentials(
  { settings }: Pick<Store, "settings">,
  keys: Pick<KeyAdministration, "count" | "create">,
  pepper: Buffer,
  adminConfigured: boolean,
): Promise<FirstCredentials> {
  let adminToken: string | undefined;
  if (!adminConfigured && (await settings.get(adminDigestName)) === undefined) {
    const made = makeKey(randomBytes);
    // Of nodes that start at once on a new database one makes them.
    if (await settings.claim(adminDigestName, keyDigest(pepper, made))) adminToken = made;
  }
  let apiKey: string | undefined;
  if (keys.count() === 0 && (await settings.claim(firstKeyName, "yes")))
    apiKey = (await keys.create(itself, firstKey)).key;
  return { adminToken, apiKey };
}
