import { PinholeError } from "../../core/errors.ts";
import type { KeyRecord } from "../../core/key.ts";
import { keyDigest, looksLikeKey } from "../../core/keys.ts";

/** The gateway's keys in memory: the hot path reads no database. */
export interface KeyRing {
  /** Throws invalid_api_key, one message for every cause. */
  authenticate(authorization: string | undefined): KeyRecord;
  replace(keys: readonly KeyRecord[]): void;
  readonly size: number;
}

/** One message for missing, malformed, unknown, expired and disabled keys. */
function invalidKey(): PinholeError {
  return new PinholeError("invalid_api_key", {
    message: "The API key is missing or not valid. Send it as `Authorization: Bearer <key>`.",
  });
}

/** Good keys in use that are known as they are presented; more cost a digest a request. */
const knownMax = 4096;

/**
 * Keys are looked up by their keyed digest, so comparison leaks nothing about a key: an attacker
 * who does not know the pepper cannot choose digests. A header that was good is known by itself from
 * then on, until the keys are replaced; a wrong one never is, and costs a digest each time.
 */
export function createKeyRing(pepper: Buffer, now: () => number): KeyRing {
  let byDigest = new Map<string, KeyRecord>();
  const known = new Map<string, KeyRecord>();
  const remember = (authorization: string, key: KeyRecord): void => {
    if (known.size >= knownMax) known.clear();
    known.set(authorization, key);
  };
  const find = (authorization: string | undefined): KeyRecord | undefined => {
    if (authorization === undefined) return undefined;
    const seen = known.get(authorization);
    if (seen !== undefined) return seen;
    const presented = bearer(authorization);
    if (presented === undefined || !looksLikeKey(presented)) return undefined;
    const key = byDigest.get(keyDigest(pepper, presented));
    if (key !== undefined) remember(authorization, key);
    return key;
  };
  return {
    get size() {
      return byDigest.size;
    },
    replace(keys) {
      byDigest = new Map(keys.map((key) => [key.digest, key]));
      known.clear();
    },
    authenticate(authorization) {
      const key = find(authorization);
      if (key === undefined || key.disabled) throw invalidKey();
      if (key.expiresAt !== null && key.expiresAt <= now()) throw invalidKey();
      return key;
    },
  };
}

/** The token of a Bearer header; the scheme's name is case-insensitive (RFC 9110). */
export function bearer(authorization: string | undefined): string | undefined {
  return /^bearer +([^\s]{1,1024})$/i.exec(authorization ?? "")?.[1];
}
