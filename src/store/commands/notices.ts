import type { AuditEntry } from "../../core/audit.ts";
import { type NewNotice, type Notice, noticeId, type SettlementNotice } from "../../core/notice.ts";
import { type NoticePage, noticeOf } from "../notice-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { writeDown } from "./audit.ts";

/** Notices that a review reads at once: far more than anybody can read. */
const openMax = 1000;

interface NoticeRow {
  readonly id: string;
  readonly kind: string;
  readonly object: string;
  readonly period: string;
  readonly threshold: string;
  readonly basis: string;
  readonly facts: string;
  readonly spentNano: string | null;
  readonly at: number;
}

const columns = "id, kind, object, period, threshold, basis, state, facts, created_at, spent_nano";
const once = "ON CONFLICT (id) DO NOTHING";
const insert = statement<NoticeRow>(
  `INSERT INTO notices (${columns}) VALUES (
      :id, :kind, :object, :period, :threshold, :basis, 'raised', :facts, :at, :spentNano
    ) ${once}`,
);
/** The same where a counter has spent so much. */
const insertReached = statement<
  NoticeRow & { readonly counter: string; readonly start: number; readonly nano: string }
>(
  `INSERT INTO notices (${columns})
    SELECT CAST(:id AS text), CAST(:kind AS text), CAST(:object AS text), CAST(:period AS text),
      CAST(:threshold AS text), CAST(:basis AS text), 'raised', CAST(:facts AS text),
      CAST(:at AS bigint), CAST(spent_nano AS text)
    FROM budget_counters
    WHERE id = :counter AND period_start = :start AND spent_nano >= CAST(:nano AS bigint)
    ${once}`,
);

function rowOf(notice: NewNotice & { readonly spentNano?: string }): NoticeRow {
  const { kind, object, period, threshold, basis, at, spentNano = null } = notice;
  const facts = JSON.stringify(notice.facts);
  const id = noticeId(notice, "raised");
  return { id, kind, object, period, threshold, basis, facts, spentNano, at };
}

const byId = statement<{ readonly id: string }>("SELECT * FROM notices WHERE id = :id");
const open = statement<{ readonly limit: number }>(
  "SELECT * FROM notices WHERE state = 'raised' AND ended_at IS NULL ORDER BY id LIMIT :limit",
);
const end = statement<{ readonly id: string; readonly at: number }>(
  "UPDATE notices SET ended_at = :at WHERE id = :id AND state = 'raised' AND ended_at IS NULL",
);
const insertRecovery = statement<{
  readonly id: string;
  readonly recovers: string;
  readonly at: number;
}>(
  `INSERT INTO notices (
      id, kind, object, period, threshold, basis, state, recovers, facts, created_at, spent_nano
    ) SELECT :id, kind, object, period, threshold, basis, 'recovered', id, facts,
      CAST(:at AS bigint), spent_nano
    FROM notices WHERE id = :recovers
    ON CONFLICT (id) DO NOTHING`,
);
const acknowledge = statement<{ readonly id: string; readonly at: number }>(
  "UPDATE notices SET acknowledged_at = :at WHERE id = :id AND acknowledged_at IS NULL",
);
const priced = statement<{
  readonly channelId: string;
  readonly model: string;
  readonly since: number;
}>(
  `SELECT 1 AS found FROM ledger
    WHERE channel_id = :channelId AND held_at > :since AND model = :model
      AND book = 'customer' AND price = 'priced'
    LIMIT 1`,
);

// An empty text is no filter.
const page = statement<{
  readonly kind: string;
  readonly object: string;
  readonly state: string;
  readonly acknowledged: string;
  readonly before: string;
  readonly limit: number;
}>(
  `SELECT * FROM notices
    WHERE (:kind = '' OR kind = :kind) AND (:object = '' OR object = :object)
      AND (:state = '' OR state = :state OR (:state = 'open' AND state = 'raised' AND ended_at IS NULL))
      AND (:acknowledged = '' OR (:acknowledged = 'yes') = (acknowledged_at IS NOT NULL))
      AND (:before = '' OR (created_at, id) < (
        SELECT last.created_at, last.id FROM notices AS last WHERE last.id = :before))
    ORDER BY created_at DESC, id DESC LIMIT :limit`,
);

/** Work on notices by itself. */
export const noticeCommands = {
  /** Writes those that nobody has written yet. */
  *noticesRaise(notices: readonly (NewNotice & { readonly spentNano?: string })[]): Steps<void> {
    // In one order everywhere, so that two nodes never wait for each other.
    const rows = notices.map(rowOf).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    for (const row of rows) yield insert(row);
  },
  /** Writes that the matter of a notice is over. False where it was already. */
  *noticesEnd(id: string, at: number): Steps<boolean> {
    if ((yield end({ id, at })).changes === 0) return false;
    const notice = (yield byId({ id })).rows.map(noticeOf).at(0);
    if (notice === undefined) return false;
    yield insertRecovery({ id: noticeId(notice, "recovered"), recovers: id, at });
    return true;
  },
  /** The notice, acknowledged; undefined where there is none. Only the first time is written down. */
  *noticesAcknowledge(id: string, entry: AuditEntry): Steps<Notice | undefined> {
    if ((yield acknowledge({ id, at: entry.at })).changes > 0) yield* writeDown(entry);
    return (yield byId({ id })).rows.map(noticeOf).at(0);
  },
};

/** Reads of notices. */
export const noticeReads = {
  *noticesGet(id: string): Steps<Notice | undefined> {
    return (yield byId({ id })).rows.map(noticeOf).at(0);
  },
  /** The notices whose matter is not over. */
  *noticesOpen(): Steps<Notice[]> {
    return (yield open({ limit: openMax })).rows.map(noticeOf);
  },
  *noticesList({
    limit,
    before,
    kind,
    object,
    state,
    isAcknowledged,
  }: NoticePage): Steps<Notice[]> {
    const acknowledged = isAcknowledged === undefined ? "" : isAcknowledged ? "yes" : "no";
    const filters = { kind: kind ?? "", object: object ?? "", state: state ?? "", acknowledged };
    return (yield page({ ...filters, before: before ?? "", limit })).rows.map(noticeOf);
  },
  /** True where a request that began since was charged at a known price. */
  *noticesIsPriceKnown(channelId: string, model: string, since: number): Steps<boolean> {
    return (yield priced({ channelId, model, since })).rows.length > 0;
  },
};

/** Notices of a settlement: part of its transaction. */
export const noticeWrites = {
  *ofSettlement(notices: readonly SettlementNotice[]): Steps<void> {
    const sorted = notices
      .map((notice) => ({ row: rowOf(notice), reached: notice.reached }))
      .toSorted((a, b) => (a.row.id < b.row.id ? -1 : 1));
    for (const { row, reached } of sorted) {
      if (reached === undefined) yield insert(row);
      else {
        const { id: counter, periodStart: start, nano } = reached;
        yield insertReached({ ...row, counter, start, nano });
      }
    }
  },
};
