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

/** A user or a team that keys belong to. */
export interface KeyOwner {
  readonly id: string;
  readonly name: string;
  /** As a key's: they hold as well. */
  readonly models: readonly string[];
  /** Of all its keys together. */
  readonly limits: KeyLimits;
  readonly budgets: readonly Budget[];
  /** A team's markup on what models cost; absent: that of the model. */
  readonly markup?: PriceMarkup | undefined;
}

/** A gateway key as kept: the key itself is known only to its owner. Times are Unix milliseconds throughout this folder. */
export interface KeyRecord {
  readonly id: string;
  readonly name: string;
  /** HMAC-SHA-256 of the key, hex. */
  readonly digest: string;
  /** The last four characters, for people to tell keys apart. */
  readonly hint: string;
  /** Model names and patterns ending in `*`; `*` alone is all. */
  readonly models: readonly string[];
  /** Absent in the record: all. */
  readonly operations: readonly Operation[] | null;
  readonly strict: boolean;
  readonly disabled: boolean;
  readonly expiresAt: number | null;
  readonly limits: KeyLimits;
  /** Absent: none. */
  readonly budgets?: readonly Budget[] | undefined;
  readonly user?: KeyOwner | undefined;
  readonly team?: KeyOwner | undefined;
  readonly createdAt: number;
}
