import { type AddressRange, parseRange, rangesHave } from "../../core/address-range.ts";
import { PinholeError } from "../../core/errors.ts";
import type { KeyRecord } from "../../core/key.ts";
import { earlierDigests, keyDigest, looksLikeKey } from "../../core/keys.ts";

/** The caller that presents a key; asked only where the key may not be used from everywhere. */
export interface KeyCaller {
  /** The client's address, behind trusted proxies the one that they tell. */
  readonly ip: string;
}

/** The last use of a secret that a rotation has replaced. Unix milliseconds. */
export interface PreviousUse {
  readonly keyId: string;
  readonly digest: string;
  readonly at: number;
}

/** The gateway's keys in memory: the hot path reads no database. */
export interface KeyRing {
  /** Throws invalid_api_key, one message for every cause; ip_not_allowed for a good key in the wrong place. */
  authenticate(authorization: string | undefined, caller: KeyCaller): KeyRecord;
  /** The keys of a user that would be taken now where one of their secrets came from the caller. */
  usable(userId: string, caller: KeyCaller): readonly KeyRecord[];
  /** A key as it is now; itself where it is gone. What was authenticated may have been changed since. */
  current(key: KeyRecord): KeyRecord;
  replace(keys: readonly KeyRecord[]): void;
  /** All of them; undefined before there were any to tell of. */
  all(): readonly KeyRecord[] | undefined;
  /** Uses of replaced secrets that were not told yet. */
  previousUses(): PreviousUse[];
  /** Forgets uses that have been told. */
  told(uses: readonly PreviousUse[]): void;
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

/** A secret that opens a key. */
interface Opening {
  readonly key: KeyRecord;
  /** Of a secret that a rotation has replaced: its digest, and when it ends. */
  readonly previous: { readonly digest: string; readonly until: number } | undefined;
}

/**
 * Keys are looked up by their keyed digest, so comparison leaks nothing about a key: an attacker
 * who does not know the pepper cannot choose digests. A header that was good is known by itself from
 * then on, until the keys are replaced; a wrong one never is, and costs a digest each time.
 */
export function createKeyRing(
  pepper: Buffer,
  now: () => number,
  earlier: EarlierDigests = none,
): KeyRing {
  return new Ring(pepper, now, earlier);
}

/** The way with digests that were made by an earlier version, or with the secret of before. */
export interface EarlierDigests {
  readonly previousPepper?: Buffer | undefined;
  /** Told of each that was used, and of the one to keep in its place. */
  onUse(keyId: string, from: string, to: string): void;
}

const none: EarlierDigests = { onUse: () => undefined };

class Ring implements KeyRing {
  readonly #pepper: Buffer;
  readonly #now: () => number;
  readonly #earlier: EarlierDigests;
  #byDigest = new Map<string, Opening>();
  #byId = new Map<string, KeyRecord>();
  #all: readonly KeyRecord[] | undefined;
  readonly #known = new Map<string, Opening>();
  /** By digest. */
  readonly #uses = new Map<string, PreviousUse>();

  constructor(pepper: Buffer, now: () => number, earlier: EarlierDigests) {
    this.#pepper = pepper;
    this.#earlier = earlier;
    this.#now = now;
  }

  get size(): number {
    return this.#byId.size;
  }

  replace(keys: readonly KeyRecord[]): void {
    const openings = new Map<string, Opening>();
    // Secrets of today rule over those of before, whosoever they are.
    for (const key of keys) {
      if (key.previous) openings.set(key.previous.digest, { key, previous: key.previous });
    }
    for (const key of keys) openings.set(key.digest, { key, previous: undefined });
    this.#all = keys;
    this.#byDigest = openings;
    this.#byId = new Map(keys.map((key) => [key.id, key]));
    this.#known.clear();
  }

  all(): readonly KeyRecord[] | undefined {
    return this.#all;
  }

  current(key: KeyRecord): KeyRecord {
    return this.#byId.get(key.id) ?? key;
  }

  authenticate(authorization: string | undefined, caller: KeyCaller): KeyRecord {
    const opening = this.#find(authorization);
    if (opening === undefined) throw invalidKey();
    const { key, previous } = opening;
    if (!this.#isOpen(key)) throw invalidKey();
    if (previous !== undefined) this.#usePrevious(key, previous);
    if (!isAllowedFrom(key, caller)) throw elsewhere(caller);
    return key;
  }

  usable(userId: string, caller: KeyCaller): readonly KeyRecord[] {
    return (this.#all ?? []).filter(
      (key) => key.user?.id === userId && this.#isOpen(key) && isAllowedFrom(key, caller),
    );
  }

  #isOpen({ disabled, expiresAt }: KeyRecord): boolean {
    return !disabled && (expiresAt === null || expiresAt > this.#now());
  }

  #find(authorization: string | undefined): Opening | undefined {
    if (authorization === undefined) return undefined;
    const seen = this.#known.get(authorization);
    if (seen !== undefined) return seen;
    const presented = bearer(authorization);
    if (presented === undefined || !looksLikeKey(presented)) return undefined;
    const digest = keyDigest(this.#pepper, presented);
    const opening = this.#byDigest.get(digest) ?? this.#renew(presented, digest);
    if (opening === undefined) return undefined;
    if (this.#known.size >= knownMax) this.#known.clear();
    this.#known.set(authorization, opening);
    return opening;
  }

  /** The key that a digest of before opens, which is kept under the digest of today from now on. */
  #renew(presented: string, digest: string): Opening | undefined {
    const { previousPepper, onUse } = this.#earlier;
    for (const from of earlierDigests({ pepper: this.#pepper, previousPepper }, presented)) {
      const found = this.#byDigest.get(from);
      if (found === undefined) continue;
      const { key, previous } = found;
      const opening = { key, previous: previous && { ...previous, digest } };
      this.#byDigest.delete(from);
      this.#byDigest.set(digest, opening);
      onUse(key.id, from, digest);
      return opening;
    }
    return undefined;
  }

  /** Throws where the secret has ended, else notes its use. */
  #usePrevious(key: KeyRecord, { digest, until }: NonNullable<Opening["previous"]>): void {
    const at = this.#now();
    if (until <= at) throw invalidKey();
    this.#uses.set(digest, { keyId: key.id, digest, at });
  }

  previousUses(): PreviousUse[] {
    return [...this.#uses.values()];
  }

  told(uses: readonly PreviousUse[]): void {
    for (const use of uses) {
      if (this.#uses.get(use.digest) === use) this.#uses.delete(use.digest);
    }
  }
}

/** The token of a Bearer header; the scheme's name is case-insensitive (RFC 9110). */
export function bearer(authorization: string | undefined): string | undefined {
  return /^bearer +([^\s]{1,1024})$/i.exec(authorization ?? "")?.[1];
}

/** The ranges of the lists that are in use: a list is read once. */
const rangesOf = new WeakMap<readonly string[], readonly AddressRange[]>();

function isAllowedFrom({ ipAllow: allowed }: KeyRecord, { ip }: KeyCaller): boolean {
  if (!allowed) return true;
  let ranges = rangesOf.get(allowed);
  if (ranges === undefined) {
    // Whoever wrote the list was refused what is no range.
    ranges = allowed.flatMap((text) => parseRange(text) ?? []);
    rangesOf.set(allowed, ranges);
  }
  // A connection that is gone already has no address.
  return rangesHave(ranges, ip ?? "");
}

function elsewhere({ ip }: KeyCaller): PinholeError {
  return new PinholeError("ip_not_allowed", {
    message:
      "This key may not be used from your address; call from one that the key allows, or ask the operator to add yours to its `ip_allow`.",
    detail: `the request came from ${ip}`,
  });
}
