import type { StoreClient } from "./client.ts";
import {
  type UsageQuery,
  type UsageRow,
  usageRow,
  usageStatement,
} from "./commands/usage-report.ts";
import type { DaySpan, LedgerSpan } from "./money-records.ts";
import type { Backlog } from "./backlog.ts";

/** Work on records that grow old, in pieces of one transaction each. */
export interface RetentionStore {
  /** Forgets records older than this, and what repeats are known of; returns how many records. */
  forget(before: number, limit: number): Promise<number>;
  /** Takes the prompts out of records older than this; returns how many records were looked at. */
  forgetPrompts(before: number, limit: number): Promise<number>;
  /** Forgets notices that were over before this; returns how many. */
  forgetNotices(before: number, limit: number): Promise<number>;
  /** The number of records that are left to both, each counted up to `limit`. */
  backlog(before: number, promptsBefore: number, limit: number): Promise<Backlog>;
}

/** Totals of the ledger by day of the operator's calendar. What settles adds to them by itself. */
export interface TotalsStore {
  /** The moments of the ledger's first and last request; null where it has none. */
  span(): Promise<LedgerSpan | null>;
  /** The number of rows of a day, and of those that are not the ledger's sums or are missing. */
  verify(day: DaySpan): Promise<{ readonly rows: number; readonly differing: number }>;
  /** Counts a day's totals again from the ledger. */
  count(day: DaySpan): Promise<void>;
  /** The rows of a report in pieces, sorted by its groups, all of one moment. */
  report(query: UsageQuery): AsyncGenerator<readonly UsageRow[]>;
  /** Drops the totals of days before the first and after the last. */
  trim(first: string, last: string): Promise<void>;
}

export function retentionOf(client: StoreClient): RetentionStore {
  return {
    forget: (before, limit) => client.call("requestsForget", before, limit),
    forgetPrompts: (before, limit) => client.call("requestsForgetPrompts", before, limit),
    forgetNotices: (before, limit) => client.call("noticesForget", before, limit),
    backlog: (before, promptsBefore, limit) =>
      client.call("requestsBacklog", before, promptsBefore, limit),
  };
}

export function totalsOf(client: StoreClient): TotalsStore {
  return {
    span: () => client.call("totalsSpan"),
    verify: (day) => client.call("totalsVerify", day),
    count: (day) => client.call("totalsCount", day),
    async *report(query) {
      for await (const rows of client.report(usageStatement(query)))
        yield rows.map((row) => usageRow(query, row));
    },
    trim: (first, last) => client.call("totalsTrim", first, last),
  };
}
