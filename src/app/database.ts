import { hostname } from "node:os";
import type { Config } from "../config.ts";
import { type CalendarDay, createCalendar } from "../money/calendar.ts";
import { migrations } from "../store/migrations/index.ts";
import { moveToPostgres } from "../store/move.ts";
import type { VerifiedCounter } from "../store/money-records.ts";
import { openStore } from "../store/open.ts";
import type { OpenedStore, OpenStoreOptions } from "../store/open.ts";

/** Opens the configured database; rejects with one sentence for the operator. */
export function openDatabase(
  { database }: Config,
  now: () => number,
  onCommand?: OpenStoreOptions["onCommand"],
): Promise<OpenedStore> {
  const { migrates } = database;
  return database.kind === "sqlite"
    ? openStore({ url: `sqlite:${database.path}`, now, migrates, onCommand })
    : openStore({ url: database.url.reveal(), pool: database.pool, now, migrates, onCommand });
}

/** Brings the configured database up to date; returns the name of its newest migration. */
export async function migrateDatabase(config: Config, now: () => number): Promise<string> {
  const database = { ...config.database, migrates: true };
  await (await openDatabase({ ...config, database }, now)).close();
  return migrations.at(-1)?.name ?? "none";
}

/** Copies an SQLite database to a Postgres that has no rows. */
export function moveDatabase(
  file: string,
  url: string,
  now: () => number,
  onTable: (table: string, rows: number) => void,
): Promise<void> {
  const owner = { node: "migrate", pid: process.pid, host: hostname(), startedAt: now() };
  return moveToPostgres({ file, url, owner, now, onTable });
}

/** The findings of `verifyLedger`. */
export interface LedgerFindings {
  /** All counters of budgets. */
  readonly count: number;
  /** Counters that differ from the ledger. */
  readonly differences: readonly VerifiedCounter[];
  /** Days that the ledger has entries of. */
  readonly days: number;
  /** Days whose totals differ from the ledger. */
  readonly wrongDays: readonly WrongDay[];
}

/** A day whose totals are not the ledger's sums. */
interface WrongDay extends CalendarDay {
  readonly rows: number;
  readonly differing: number;
}

/** Counters of budgets and totals of days that differ from the ledger, of all that there are; with `isRebuild` they are set to it. */
export async function verifyLedger(
  config: Config,
  now: () => number,
  isRebuild: boolean,
): Promise<LedgerFindings> {
  const store = await openDatabase(config, now);
  try {
    const before = await differing(store);
    // A request that settled between two statements is a difference once; what is wrong stays wrong.
    const again = before.found.length === 0 ? before : await differing(store);
    const texts = new Set(before.found.map((one) => JSON.stringify(one)));
    const differences = again.found.filter((one) => texts.has(JSON.stringify(one)));
    if (isRebuild && differences.length > 0)
      await store.budgets.refresh(differences.map(({ counter }) => counter));
    const totals = await verifyTotals(store, config);
    if (isRebuild) for (const day of totals.wrongDays) await store.totals.count(day);
    return { count: again.count, differences, ...totals };
  } finally {
    await store.close();
  }
}

async function verifyTotals(
  { totals }: OpenedStore,
  { calendar: { timeZone, weekStarts } }: Config,
): Promise<Pick<LedgerFindings, "days" | "wrongDays">> {
  const span = await totals.span();
  if (span === null) return { days: 0, wrongDays: [] };
  const days = createCalendar(timeZone, weekStarts).daysFrom(span.from, span.to);
  const wrongDays: WrongDay[] = [];
  for (const day of days) {
    if ((await totals.verify(day)).differing === 0) continue;
    // What settled between two statements is a difference once.
    const { rows, differing: count } = await totals.verify(day);
    if (count > 0) wrongDays.push({ ...day, rows, differing: count });
  }
  return { days: days.length, wrongDays };
}

async function differing({
  budgets,
}: OpenedStore): Promise<{ readonly count: number; readonly found: readonly VerifiedCounter[] }> {
  const all = await budgets.verify();
  const found = all.filter(
    ({ counter, spentNano, reservedNano }) =>
      counter.spentNano !== spentNano || counter.reservedNano !== reservedNano,
  );
  return { count: all.length, found };
}
