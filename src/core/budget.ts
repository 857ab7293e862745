import type { Nano } from "./money.ts";

/** The spans of time after which a budget begins anew; a budget in `total` never does. */
export const periods = ["day", "week", "month", "total"] as const;
export type Period = (typeof periods)[number];

/** The days on which a week may begin. */
export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;
export type Weekday = (typeof weekdays)[number];

/** The most that somebody may spend in a period. */
export interface Budget {
  readonly nano: Nano;
  readonly period: Period;
  /** Names and patterns of the models that it counts, as clients name them; null: all. */
  readonly models: readonly string[] | null;
  /** False: nothing is refused for it. */
  readonly hard: boolean;
  /** An addition, until a time (Unix milliseconds); null: for good. */
  readonly raise: { readonly nano: Nano; readonly until: number | null } | null;
  /** Shares of it, as decimals, at which the operator is told that so much is spent. Absent: none. */
  readonly notifyAt?: readonly string[] | undefined;
}

/** The kinds of owners that budgets belong to. */
export const budgetScopes = ["key", "user", "team", "channel"] as const;
export type BudgetScope = (typeof budgetScopes)[number];

/** The counter of one budget in one period. Nothing is ever reset: a new period has a counter of its own. */
export interface BudgetCounter {
  readonly id: string;
  readonly scope: BudgetScope;
  readonly scopeId: string;
  readonly period: Period;
  /** Unix milliseconds. */
  readonly periodStart: number;
  /** The first moment after it; null: it has no end. */
  readonly periodEnd: number | null;
  readonly models: readonly string[] | null;
}

/** A counter that a hold is taken at. */
export interface BudgetClaim extends BudgetCounter {
  /** The amount that spent and reserved together must not exceed; null: nothing is refused. */
  readonly limitNano: Nano | null;
}

/** A budget that did not cover a hold, with the state of its counter in digits, which may be beyond 2^53. */
export interface BudgetRefusal {
  readonly id: string;
  readonly spentNano: string;
  readonly reservedNano: string;
}

/** The payer of a request as things were when it began, with the names of that time. */
export interface Payer {
  readonly keyId: string;
  readonly keyName: string;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly teamId: string | null;
  readonly teamName: string | null;
  /** The day of the operator's calendar, as `2027-02-28`; absent in what an earlier version wrote. */
  readonly day?: string | undefined;
  /** Of the request, its key and its team, sorted; absent: none. */
  readonly labels?: readonly string[] | undefined;
}

/** True where a list of names and `prefix*` patterns has the name; no list has all. */
export function namesModel(patterns: readonly string[] | null, name: string): boolean {
  return (
    patterns === null ||
    patterns.some((pattern) =>
      pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name,
    )
  );
}

/** True for the name of a time zone that this machine knows. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}
