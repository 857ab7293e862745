import type { Budget } from "./budget.ts";
import type { PriceMarkup } from "./price-markup.ts";
import type { Operation } from "./request.ts";

/** The limits of a key. Null: no limit. */
export interface KeyLimits {
  /** Requests a minute. */
  readonly rpm: number | null;
  /** Images a minute. */
  readonly ipm: number | null;
  /** Images a day. */
  readonly ipd: number | null;
  /** Requests at the same time. */
  readonly concurrency: number | null;
}

/** The choices about a key that may do everything. */
export const mayDoEverything = {
  models: ["*"],
  operations: null,
  strict: false,
  disabled: false,
  expiresAt: null,
  limits: { rpm: null, ipm: null, ipd: null, concurrency: null },
} as const;

/** A user or a team that keys belong to. */
export interface KeyOwner {
  readonly id: string;
  readonly name: string;
  /** As a key's: they hold as well. */
  readonly models: readonly string[];
  /** Of all its keys together. */
  readonly limits: KeyLimits;
  readonly budgets: readonly Budget[];
  /** Of a team, for usage; absent: none. */
  readonly labels?: readonly string[] | undefined;
  /** A team's markup on what models cost; absent: that of the model. */
  readonly markup?: PriceMarkup | undefined;
  /** True: its keys are refused. */
  readonly disabled: boolean;
  /** The place in the file that declares it, in words; absent: it is in the database. */
  readonly declaredAt?: string | undefined;
}

/** The beginning of ids of keys that stand in no list: those with which people make pictures in the console. The person's id follows. */
export const consoleKeyPrefix = "console:";

/** The person whose console key it is; null: it is another kind of key. */
export function personOfKey(keyId: string): string | null {
  return keyId.startsWith(consoleKeyPrefix) ? keyId.slice(consoleKeyPrefix.length) : null;
}

/** The beginning of ids of keys by which tests of channels are booked. The channel's id follows. */
export const channelTestKeyPrefix = "test:";

/** A user, who may belong to a team. */
export interface KeyUser extends KeyOwner {
  readonly teamId: string | null;
}

/** All users and teams of one source. */
export interface KeyOwners {
  readonly users: readonly KeyUser[];
  readonly teams: readonly KeyOwner[];
}

/** The choices of an operator about a key. Times are Unix milliseconds throughout this folder. */
export interface KeySettings {
  readonly name: string;
  /** Model names and patterns ending in `*`; `*` alone is all. */
  readonly models: readonly string[];
  /** Null: all. */
  readonly operations: readonly Operation[] | null;
  readonly strict: boolean;
  readonly disabled: boolean;
  readonly expiresAt: number | null;
  readonly limits: KeyLimits;
  readonly budgets: readonly Budget[];
  /** Addresses and CIDR ranges that it may be used from; null: from everywhere. */
  readonly ipAllow: readonly string[] | null;
  readonly userId: string | null;
  /** The team of a key without a user, or with one who belongs to no team. */
  readonly teamId: string | null;
  /** For usage, sorted. */
  readonly labels: readonly string[];
}

/** The secret that a rotation replaced. */
export interface PreviousSecret {
  /** As a key's own. */
  readonly digest: string;
  readonly hint: string;
  /** The end of it: from then on it is refused. */
  readonly until: number;
  /** Null: not since the rotation. */
  readonly usedAt: number | null;
}

/** A gateway key as the database keeps it: the key itself is known only to its owner. */
export interface StoredKey extends KeySettings {
  readonly id: string;
  /** HMAC-SHA-256 of the key, hex. */
  readonly digest: string;
  /** The last four characters, for people to tell keys apart. */
  readonly hint: string;
  readonly previous: PreviousSecret | null;
  /** Counts its changes, from 1. */
  readonly version: number;
  readonly createdAt: number;
  /** The moment from which it is refused for ever, and its id is nobody else's; null: it stands. */
  readonly removedAt: number | null;
  /** The words of it that the database holds damaged: it is refused until they are said anew. Absent: none. */
  readonly damaged?: readonly string[] | undefined;
}

/** A gateway key as a request is judged by it. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  readonly digest: string;
  readonly models: readonly string[];
  readonly operations: readonly Operation[] | null;
  readonly strict: boolean;
  /** True also where its user or team is disabled. */
  readonly disabled: boolean;
  readonly expiresAt: number | null;
  readonly limits: KeyLimits;
  /** Absent: none. */
  readonly budgets?: readonly Budget[] | undefined;
  /** Absent: it may be used from everywhere. */
  readonly ipAllow?: readonly string[] | null | undefined;
  /** A secret that it has beside its own for a while. */
  readonly previous?: Pick<PreviousSecret, "digest" | "until"> | null | undefined;
  readonly user?: KeyOwner | undefined;
  readonly team?: KeyOwner | undefined;
  /** For usage; absent: none. */
  readonly labels?: readonly string[] | undefined;
}
