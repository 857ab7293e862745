import { backUp } from "./database-file.ts";
import { openFault } from "./faults.ts";
import type { Migration } from "../migrations/migration.ts";
import type { Connection } from "./connection.ts";
import { record, text } from "../shape.ts";
import { rowSchemas } from "../tables.ts";

export interface MigrateOptions {
  readonly file: string;
  /** Oldest first. */
  readonly migrations: readonly Migration[];
  /** Unix milliseconds, for the record of what was applied and the name of the backup. */
  readonly now: number;
  /** False: a schema that is not up to date is refused. */
  readonly isAllowed?: boolean;
}

const checkSchema = record({ integrity_check: text });

/** Names in the order applied; empty for a new database. */
function applied(connection: Connection): string[] {
  const table = connection.run({
    sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'migrations'",
    parameters: [],
  });
  if (table.rows.length === 0) return [];
  const { rows } = connection.run({
    sql: "SELECT name, applied_at FROM migrations ORDER BY name",
    parameters: [],
  });
  return rows.map((row) => rowSchemas.migrations.parse(row).name);
}

/** Migrations that are yet to be run. Throws where the database has seen migrations that this program does not know. */
function pending(connection: Connection, { file, migrations }: MigrateOptions): Migration[] {
  const done = applied(connection);
  const known = new Set(migrations.map((migration) => migration.name));
  const foreign = done.find((name) => !known.has(name));
  if (foreign !== undefined)
    throw openFault(
      `The database ${file} was made by a newer Pinhole (${foreign}); run that version, or restore the backup made before it.`,
    );
  return migrations.filter((migration) => !done.includes(migration.name));
}

function checkIntegrity(connection: Connection, file: string): void {
  const { rows } = connection.run({ sql: "PRAGMA integrity_check(1)", parameters: [] });
  const found = rows.map((row) => checkSchema.parse(row).integrity_check).join("; ");
  if (found !== "ok")
    throw openFault(`The database ${file} is damaged (${found}); restore it from a backup.`);
}

function applyOne(connection: Connection, migration: Migration, now: number): void {
  for (const sql of [...migration.up, ...(migration.sqlite ?? [])]) connection.execute(sql);
  connection.run({
    sql: "INSERT INTO migrations (name, applied_at) VALUES (?, ?)",
    parameters: [migration.name, now],
  });
}

/**
 * Brings the schema up to date, each migration in a transaction of its own. An existing database is
 * checked and copied first. Two processes that start at once take turns: each looks again at what is
 * left to do once it holds the write lock. Throws SQLite's errors and `PinholeError`.
 */
export function migrate(connection: Connection, options: MigrateOptions): void {
  const next = pending(connection, options).at(0);
  if (next === undefined) return;
  if (options.isAllowed === false)
    throw openFault(
      `The database ${options.file} is not up to date (${next.name} is missing) and database.migrate is never; run \`pinhole migrate\` with this version first.`,
    );
  if (applied(connection).length > 0) {
    checkIntegrity(connection, options.file);
    backUp(connection, options.file, next.name, options.now);
  }
  while (applyNext(connection, options));
}

/** False where nothing was left to do. */
function applyNext(connection: Connection, options: MigrateOptions): boolean {
  connection.execute("BEGIN IMMEDIATE");
  try {
    connection.execute(
      "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at bigint NOT NULL)",
    );
    const next = pending(connection, options).at(0);
    if (next !== undefined) applyOne(connection, next, options.now);
    connection.execute("COMMIT");
    return next !== undefined;
  } catch (fault) {
    if (connection.inTransaction()) connection.execute("ROLLBACK");
    throw fault;
  }
}
