import { hostname } from "node:os";
import type { Config } from "../config.ts";
import { migrations } from "../store/migrations/index.ts";
import { moveToPostgres } from "../store/move.ts";
import type { VerifiedCounter } from "../store/money-records.ts";
import { openStore } from "../store/open.ts";
import type { OpenedStore } from "../store/open.ts";

/** Opens the configured database; rejects with one sentence for the operator. */
export function openDatabase({ database }: Config, now: () => number): Promise<OpenedStore> {
  return database.kind === "sqlite"
    ? openStore({ url: `sqlite:${database.path}`, now })
    : openStore({ url: database.url.reveal(), pool: database.pool, now });
}

/** Brings the configured database up to date; returns the name of its newest migration. */
export async function migrateDatabase(config: Config, now: () => number): Promise<string> {
  await (await openDatabase(config, now)).close();
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

/** Counters of budgets that differ from the ledger, of all that there are; with `isRebuild` they are set to it. */
export async function verifyLedger(
  config: Config,
  now: () => number,
  isRebuild: boolean,
): Promise<{ readonly count: number; readonly differences: readonly VerifiedCounter[] }> {
  const store = await openDatabase(config, now);
  try {
    const before = await differing(store);
    // A request that settled between two statements is a difference once; what is wrong stays wrong.
    const again = before.found.length === 0 ? before : await differing(store);
    const texts = new Set(before.found.map((one) => JSON.stringify(one)));
    const differences = again.found.filter((one) => texts.has(JSON.stringify(one)));
    if (isRebuild && differences.length > 0)
      await store.budgets.refresh(differences.map(({ counter }) => counter));
    return { count: again.count, differences };
  } finally {
    await store.close();
  }
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
