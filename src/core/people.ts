import type { Budget } from "./budget.ts";
import type { PriceMarkup } from "./price-markup.ts";

/** A team or a user as a row of the database. It is disabled and never deleted, since records and books name it. */
export interface PersonRecord {
  /** Chosen by whoever made it. */
  readonly id: string;
  /** Null: its id. */
  readonly name: string | null;
  /** As a key's: they hold as well. */
  readonly models: readonly string[];
  /** Requests a minute, of all its keys together; null: no limit. */
  readonly rpm: number | null;
  /** Images a minute. */
  readonly ipm: number | null;
  /** Images a day. */
  readonly ipd: number | null;
  readonly budgets: readonly Budget[];
  /** For usage, sorted. A user has none. */
  readonly labels: readonly string[];
  /** True: all keys of it are refused. */
  readonly disabled: boolean;
  /** Counts its changes, from 1. */
  readonly version: number;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly changedAt: number;
  /** The words of it that the database holds damaged: its keys are refused until they are said anew. Absent: none. */
  readonly damaged?: readonly string[] | undefined;
}

export interface TeamRecord extends PersonRecord {
  /** On what models cost it; null: that of the model. */
  readonly markup: PriceMarkup | null;
}

export interface UserRecord extends PersonRecord {
  /** The team that the user's keys belong to. */
  readonly teamId: string | null;
}

/** The choices of an operator about a team or a user. */
export interface OwnerSettings extends Pick<
  PersonRecord,
  "name" | "models" | "rpm" | "ipm" | "ipd" | "budgets" | "disabled" | "labels"
> {
  /** Of a user; a team has none. */
  readonly teamId: string | null;
  /** Of a team; a user has none. */
  readonly markup: PriceMarkup | null;
}
