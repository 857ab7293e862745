import type { CredentialCache, ShortCredential } from "../../core/provider.ts";
import { PinholeError } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";

/** Every channel has a handful; past this the oldest go. */
const entriesMax = 10_000;

/** Kept credentials and those that are being made, by key. */
export interface CredentialStore {
  /** One provider's part of it. */
  of(providerId: string): CredentialCache;
}

/** `now`: Unix milliseconds. */
export function createCredentialStore(now: () => number): CredentialStore {
  const kept = new Map<string, ShortCredential>();
  const making = new Map<string, Promise<ShortCredential>>();
  const begin = async (
    key: string,
    make: () => Promise<ShortCredential>,
  ): Promise<ShortCredential> => {
    const promise = make();
    making.set(key, promise);
    try {
      const made = await promise;
      keep(kept, key, made, now());
      return made;
    } finally {
      making.delete(key);
    }
  };
  const get = async (key: string, make: () => Promise<ShortCredential>): Promise<Secret> => {
    const found = kept.get(key);
    if (found !== undefined && found.expiresAt > now()) return found.value;
    const other = making.get(key);
    if (other !== undefined) {
      try {
        return (await other).value;
      } catch (thrown) {
        // What the identity provider refused, it refuses again; a caller who only went away says nothing.
        if (thrown instanceof PinholeError && thrown.code === "upstream_credentials") throw thrown;
        const next = making.get(key);
        if (next !== undefined) return (await next).value;
      }
    }
    return (await begin(key, make)).value;
  };
  return { of: (providerId) => ({ get: (key, make) => get(`${providerId} ${key}`, make) }) };
}

function keep(
  kept: Map<string, ShortCredential>,
  key: string,
  made: ShortCredential,
  now: number,
): void {
  // Deleted first, so that the map's order is by age.
  kept.delete(key);
  kept.set(key, made);
  for (const [old, { expiresAt }] of kept) {
    if (expiresAt > now && kept.size <= entriesMax) break;
    kept.delete(old);
  }
}
