import { hostname } from "node:os";
import type { Config } from "../config.ts";
import { migrations } from "../store/migrations/index.ts";
import { moveToPostgres } from "../store/move.ts";
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
