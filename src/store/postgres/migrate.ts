import { integer, record, text } from "../shape.ts";
import { rowSchemas } from "../tables.ts";
import type { Migration } from "../migrations/migration.ts";
import type { Connection } from "./connection.ts";
import { openFault } from "./faults.ts";
import { postgresMigrations } from "./migrations.ts";

export interface MigrateOptions {
  /** The database in the words of its faults. */
  readonly place: string;
  /** Unix milliseconds, for the record of what was applied. */
  readonly now: number;
  /** Oldest first; the program's own unless given. */
  readonly migrations?: readonly Migration[];
  /** False: a schema that is not up to date is refused. */
  readonly isAllowed?: boolean;
}

/** The oldest version of Postgres that has all that is asked of it: 13. */
const versionMin = 130_000;
/** Time that a start waits for another that changes the schema, milliseconds. */
const lockMsMax = 30_000;
/** The lock of those who change the schema: "pinh". */
const lockKey = 0x70696e68;
/** The remark on the table of migrations that tells Pinhole's from another program's. */
const mark = "Pinhole";

/** A node that has not been seen for longer lives no more, milliseconds. */
const nodeMsMax = 30_000;
/** The setting that says since which migration programs can work with the schema as it is. */
const needsSetting = "schema_needs";

const serverRow = record({ version: integer, encoding: text, tables: integer, marked: integer });

const inspect = `SELECT
  current_setting('server_version_num')::integer AS version,
  current_setting('server_encoding') AS encoding,
  (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    AND relkind IN ('r', 'p') AND NOT EXISTS (
      SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype = 'e'
    )) AS tables,
  (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    AND relname = 'migrations' AND obj_description(oid, 'pg_class') = '${mark}') AS marked`;

/**
 * Brings the schema up to date, in one transaction: all of it is done or nothing is. Nodes that start at once
 * take turns by a lock that ends with the transaction, so that a pooler may stand in between. A schema that newer programs have
 * only added to is as good as this one's. Throws what the driver throws, and a `PinholeError` where the database is another program's, too new
 * or cannot be used, where older nodes still work on what is to go, and where it is not up to date and may not be changed.
 */
export async function migrate(connection: Connection, options: MigrateOptions): Promise<void> {
  const isNew = await isEmpty(connection, options);
  const todo = isNew
    ? (options.migrations ?? postgresMigrations)
    : await pending(connection, options);
  const [next] = todo;
  if (!isNew && next === undefined) return;
  if (options.isAllowed === false)
    throw openFault(
      `The database ${options.place} is not up to date (${next?.name ?? "it is empty"} is missing) and database.migrate is never; run \`pinhole migrate\` with this version first.`,
    );
  await connection.execute(
    `BEGIN; SET LOCAL lock_timeout = ${lockMsMax}; SET LOCAL statement_timeout = 0`,
  );
  try {
    await connection.execute(`SELECT pg_advisory_xact_lock(${lockKey})`);
    // Another node may have done it meanwhile.
    if (await isEmpty(connection, options)) await begin(connection);
    for (const migration of await pending(connection, options)) {
      if (migration.contractsAfter !== undefined)
        await beginContract(connection, options, migration.contractsAfter);
      await applyOne(connection, migration, options.now);
    }
    await connection.execute("COMMIT");
  } catch (thrown) {
    await connection.execute("ROLLBACK").catch(() => undefined);
    throw thrown;
  }
}

/** True where there are no tables yet. Throws where there are another program's. */
async function isEmpty(connection: Connection, { place }: MigrateOptions): Promise<boolean> {
  const { rows } = await connection.run({ sql: inspect, parameters: [] });
  const { version, encoding, tables, marked } = serverRow.parse(rows[0]);
  if (version < versionMin)
    throw openFault(
      `The database ${place} runs on Postgres ${Math.floor(version / 10_000)}; Pinhole needs ${versionMin / 10_000} or later.`,
    );
  if (encoding !== "UTF8")
    throw openFault(
      `The database ${place} keeps text as ${encoding}; create it with ENCODING 'UTF8'.`,
    );
  if (tables > 0 && marked === 0)
    throw openFault(
      `The database ${place} belongs to another program; set database.url to a database of Pinhole's own.`,
    );
  return tables === 0;
}

async function begin(connection: Connection): Promise<void> {
  await connection.execute(
    `CREATE TABLE migrations (name text COLLATE "C" PRIMARY KEY, applied_at bigint NOT NULL);
    COMMENT ON TABLE migrations IS '${mark}'`,
  );
}

/** Migrations that are yet to be run. Throws where the database has seen some that this program does not know. */
async function pending(
  connection: Connection,
  { place, migrations = postgresMigrations }: MigrateOptions,
): Promise<readonly Migration[]> {
  const { rows } = await connection.run({
    sql: "SELECT name, applied_at FROM migrations ORDER BY name",
    parameters: [],
  });
  const done = rows.map((row) => rowSchemas.migrations.parse(row).name);
  const known = new Set(migrations.map(({ name }) => name));
  const foreign = done.find((name) => !known.has(name));
  if (foreign !== undefined && (await needed(connection)) > (migrations.at(-1)?.name ?? ""))
    throw openFault(
      `The database ${place} was made by a newer Pinhole (${foreign}); run that version, or restore the copy made before it.`,
    );
  return migrations.filter(({ name }) => !done.includes(name));
}

/** The migration since which programs can work with the schema; empty: all can. */
async function needed(connection: Connection): Promise<string> {
  const { rows } = await connection.run({
    sql: "SELECT name, value FROM settings WHERE name = ?",
    parameters: [needsSetting],
  });
  return rows.map((row) => rowSchemas.settings.parse(row).value).at(0) ?? "";
}

/** Refuses to take away what a node that lives may still use; from then on older programs are refused. */
async function beginContract(
  connection: Connection,
  { place }: MigrateOptions,
  since: string,
): Promise<void> {
  const { rows } = await connection.run({
    sql: `SELECT * FROM nodes
      WHERE seen_at > floor(extract(epoch FROM clock_timestamp()) * 1000) - ${nodeMsMax}
        AND (schema_step IS NULL OR schema_step < ?)
      ORDER BY id LIMIT 1`,
    parameters: [since],
  });
  const [older] = rows.map((row) => rowSchemas.nodes.parse(row));
  if (older !== undefined)
    throw openFault(
      `The database ${place} is not upgraded yet: the node ${older.id} of version ${older.version ?? "0.1.0"} still uses what the upgrade takes away; stop all gateways of that version, and start this one half a minute later.`,
    );
  await connection.run({
    sql: `INSERT INTO settings (name, value) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    parameters: [needsSetting, since],
  });
}

async function applyOne(connection: Connection, migration: Migration, now: number): Promise<void> {
  for (const sql of migration.up) await connection.execute(sql);
  await connection.run({
    sql: "INSERT INTO migrations (name, applied_at) VALUES (?, ?)",
    parameters: [migration.name, now],
  });
}
