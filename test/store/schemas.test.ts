import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { openConnection } from "../../src/store/postgres/connection.ts";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { postgresMigrations } from "../../src/store/postgres/migrations.ts";
import type { Migration } from "../../src/store/migrations/migration.ts";
import { openConnection as openFile } from "../../src/store/sqlite/connection.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { canaryWords, makeCanary } from "./end-user-suite.ts";
import { firstDay } from "./totals-suite.ts";
import { requireForTest } from "../support/require.ts";
import { attempt, outcome, request, keyEntry, sampleKey, temporaryFolder } from "./samples.ts";

let started: TestPostgres | undefined;
beforeAll(async () => {
  const programs = postgresPrograms();
  if (programs !== undefined) started = await startPostgres(programs);
});
afterAll(() => started?.remove());
beforeEach((context) => {
  requireForTest(context, "Postgres (Debian's package postgresql)", started);
});

function postgres(): TestPostgres {
  if (started === undefined) throw new Error("there is no server");
  return started;
}

let databases = 0;
async function database(options?: string): Promise<{ name: string; url: string }> {
  databases += 1;
  const name = `schema_${databases}`;
  return { name, url: await postgres().create(name, options) };
}

const now = () => 5;

/** Migrates a database by a list of its own; returns what went wrong. */
async function migrateTo(url: string, migrations?: readonly Migration[]): Promise<void> {
  const connection = await openConnection({ url, answerMsMax: 0 });
  try {
    await migrate(connection, {
      place: "p",
      now: 5,
      ...(migrations === undefined ? {} : { migrations }),
    });
  } finally {
    await connection.close();
  }
}

/** A column in words that both databases share. */
interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** Its place in the primary key, from 1; 0: it is not in it. */
  readonly primary: number;
}

async function sqliteColumns(): Promise<Column[]> {
  const file = join(temporaryFolder(), "p.db");
  await (await openStore({ url: `sqlite:${file}`, now })).close();
  const connection = openFile(file, 100);
  const { rows } = connection.run({
    sql: `SELECT tables.name AS "table", columns.name AS "column", lower(columns.type) AS type,
        columns."notnull" OR columns.pk > 0 AS required, columns.pk AS "primary"
      FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
      WHERE tables.type = 'table' ORDER BY 1, 2`,
    parameters: [],
  });
  connection.close();
  return rows.map((row) => {
    const { required, ...column } = row as Column & { required: number };
    return { ...column, isRequired: required === 1 };
  });
}

async function postgresColumns(name: string): Promise<Column[]> {
  const rows = await postgres().sql(
    name,
    `SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, NULL) AS type,
        a.attnotnull AS "isRequired",
        coalesce(array_position(i.indkey::int[], a.attnum::int) + 1, 0) AS "primary"
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
      WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      ORDER BY c.relname COLLATE "C", a.attname COLLATE "C"`,
  );
  return rows as unknown as Column[];
}

/** Every index by its table, columns, uniqueness and condition. */
async function indexesOf(name: string): Promise<string[]> {
  const rows = await postgres().sql(
    name,
    `SELECT pg_get_indexdef(indexrelid) AS sql FROM pg_index
      WHERE NOT indisprimary AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)`,
  );
  return rows.map(({ sql }) => plain(String(sql)));
}

async function sqliteIndexes(): Promise<string[]> {
  const file = join(temporaryFolder(), "p.db");
  await (await openStore({ url: `sqlite:${file}`, now })).close();
  const connection = openFile(file, 100);
  const { rows } = connection.run({
    sql: "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    parameters: [],
  });
  connection.close();
  return rows.map((row) => plain((row as { sql: string }).sql));
}

/** An index's SQL without what the databases say differently. */
function plain(sql: string): string {
  const bare = sql.toLowerCase().replaceAll(/::text|using btree|public\.|collate "c"|["()\s]/g, "");
  // As Postgres writes `state IN ('a', 'b')`.
  return bare.replaceAll(/=anyarray\[([^\]]*)\]/g, "in$1");
}

test("both databases have the same tables, columns, types and keys", async () => {
  const { name, url } = await database();
  await (await openStore({ url, now })).close();
  const columns = await postgresColumns(name);
  expect(columns.length).toBeGreaterThan(60);
  expect(columns).toEqual(await sqliteColumns());
});

test("both databases have the same indexes", async () => {
  const { name, url } = await database();
  await (await openStore({ url, now })).close();
  const own = (await indexesOf(name)).filter((sql) => !sql.includes("keys_digest_key"));
  expect(own.length).toBeGreaterThan(8);
  expect(own.toSorted()).toEqual((await sqliteIndexes()).toSorted());
});

test("every text column compares by its bytes", async () => {
  const { name, url } = await database();
  await (await openStore({ url, now })).close();
  const rows = await postgres().sql(
    name,
    `SELECT a.attrelid::regclass || '.' || a.attname AS name FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
      WHERE a.atttypid = 'text'::regtype AND a.attcollation <> '"C"'::regcollation`,
  );
  expect(rows).toEqual([]);
});

const adds = (name: string, table: string): Migration => ({
  name,
  up: [`CREATE TABLE ${table} (id integer)`],
});
const [one, two] = [adds("0001-one", "ones"), adds("0002-two", "twos")];

async function tables(name: string): Promise<unknown[]> {
  const sql =
    "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1";
  return (await postgres().sql(name, sql)).map((row) => row["relname"]);
}

test("migrations run in order, once, and are recorded", async () => {
  const { name, url } = await database();
  await migrateTo(url, [one]);
  await migrateTo(url, [one, two]);
  await migrateTo(url, [one, two]);
  expect(await tables(name)).toEqual(["migrations", "ones", "twos"]);
  expect(await postgres().sql(name, "SELECT * FROM migrations ORDER BY name")).toEqual([
    { name: "0001-one", applied_at: "5" },
    { name: "0002-two", applied_at: "5" },
  ]);
});

test("nodes that start at once take turns", async () => {
  const { url } = await database();
  const stores = await Promise.all([1, 2, 3, 4].map(() => openStore({ url, now, pool: 6 })));
  await Promise.all(stores.map((store, at) => store.settings.set(`s${at}`, "x")));
  expect(await stores[0]?.settings.get("s3")).toBe("x");
  await Promise.all(stores.map((store) => store.close()));
});

test("one that fails is undone with all that would have come with it", async () => {
  const { name, url } = await database();
  await migrateTo(url, [one]);
  const fails: Migration = {
    name: "0003-fails",
    up: ["CREATE TABLE half (id integer)", "DROP TABLE nowhere"],
  };
  await expect(migrateTo(url, [one, two, fails])).rejects.toThrow(/nowhere/);
  expect(await tables(name)).toEqual(["migrations", "ones"]);
});

test("a newer program's database is refused in words and left alone", async () => {
  const { name, url } = await database();
  await (await openStore({ url, now })).close();
  await postgres().sql(name, "INSERT INTO migrations VALUES ('9999-future', 1)");
  // It says so where it has taken away what this program needs.
  await postgres().sql(name, "INSERT INTO settings VALUES ('schema_needs', '9999-future')");
  const before = await tables(name);
  await expect(openStore({ url, now })).rejects.toThrow(
    new RegExp(
      `^The database ${name} on 127.0.0.1:\\d+ was made by a newer Pinhole \\(9999-future\\); run that version, .*\\.$`,
    ),
  );
  expect(await tables(name)).toEqual(before);
});

test("another program's database is refused in words, whatever its tables are called", async () => {
  for (const sql of [
    "CREATE TABLE users (id integer)",
    "CREATE TABLE migrations (name text, applied_at bigint)",
  ]) {
    const { name, url } = await database();
    await postgres().sql(name, sql);
    await expect(openStore({ url, now })).rejects.toThrow(
      /belongs to another program; set database.url/,
    );
    expect(await tables(name)).toHaveLength(1);
  }
});

test("a database that keeps no Unicode is refused in words", async () => {
  const { url } = await database(
    "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
  );
  await expect(openStore({ url, now })).rejects.toThrow(
    /keeps text as LATIN1; create it with ENCODING 'UTF8'\.$/,
  );
});

test("a database of the release before is brought up to date with all that is in it", async () => {
  const { name, url } = await database();
  await migrateTo(url, postgresMigrations.slice(0, 1));
  const columns = Object.entries({ ...sampleKey.limits });
  expect(columns).toHaveLength(4);
  await postgres().sql(
    name,
    `INSERT INTO requests (id, key_id, operation, model, n, fields, created_at, lease_until, state, warnings)
        VALUES ('old', 'key_1', 'generation', 'm', 1, '{}', 1, 2, 'running', '[]');
      INSERT INTO attempts (request_id, call, attempt, id, channel_id, provider_id, upstream_model, started_at, state)
        VALUES ('old', 0, 1, 'old-0-1', 'c', 'p', 'm', 3, 'running');
      INSERT INTO holds (request_id, amount_nano, state, created_at) VALUES ('old', 40000000, 'held', 1);
      INSERT INTO settings VALUES ('name', 'value')`,
  );
  const store = await openStore({ url, now });
  try {
    expect(await store.settings.get("name")).toBe("value");
    expect(await store.requests.finish(outcome("old"))).toBe(true);
    expect(await store.requests.get("old")).toMatchObject({
      state: "succeeded",
      hold: { nano: 40_000_000, state: "settled", settledNano: 30_000_000 },
    });
    await store.requests.begin(request("new"), [attempt("new")]);
    await store.keys.add(sampleKey, keyEntry());
  } finally {
    await store.close();
  }
});

test("what pg_dump wrote is restored by pg_restore into another database, and is Pinhole's there too", async () => {
  const { url } = await database();
  const store = await openStore({ url, now });
  await store.requests.begin(request("r1"), [attempt("r1")]);
  await store.requests.finish(outcome("r1"));
  const told = await store.requests.get("r1");
  await store.close();
  const programs = postgresPrograms() ?? "";
  const dump = join(temporaryFolder(), "pinhole.dump");
  const other = await database();
  for (const [program, ...words] of [
    ["pg_dump", "--format=custom", `--file=${dump}`, url],
    ["pg_restore", "--no-owner", `--dbname=${other.url}`, dump],
  ])
    expect(spawnSync(join(programs, program ?? ""), words, { encoding: "utf8" })).toMatchObject({
      status: 0,
      stderr: "",
    });
  const restored = await openStore({ url: other.url, now });
  expect(await restored.requests.get("r1")).toEqual(told);
  await restored.close();
});

test("a dump after an end user was forgotten has no trace of them, and the money", async () => {
  const { url } = await database();
  const store = await openStore({ url, now });
  for (const id of ["r1", "r2"]) await makeCanary(store, id);
  const dump = (): string =>
    spawnSync(join(postgresPrograms() ?? "", "pg_dump"), [url], { encoding: "utf8" }).stdout;
  expect(dump()).toMatch(canaryWords);
  const { heldAt } = await store.endUsers.erase(["r1", "r2"], 5000);
  expect(heldAt).toHaveLength(2);
  await store.totals.count(firstDay);
  await store.close();
  const left = dump();
  expect(left).toContain("COPY public.ledger");
  expect(left).not.toMatch(canaryWords);
});

test.each([
  [
    "a wrong password",
    (url: string) => url.replace(/:[^:@/]+@/, ":wrong@"),
    /does not let this user in .*; set user and password in database\.url\.$/,
  ],
  [
    "a database that is not there",
    (url: string) => `${url}_missing`,
    /does not exist; create it, or set database\.url to another\.$/,
  ],
  [
    "a server that is not there",
    (url: string) => url.replace(/:\d+\//, ":1/"),
    /cannot be reached \(.*ECONNREFUSED.*\); start the server, or correct database\.url\.$/,
  ],
] as const)("%s is one clear sentence without the password", async (_, change, sentence) => {
  const url = change(postgres().url("postgres"));
  const opening = openStore({ url, now });
  await expect(opening).rejects.toThrow(sentence);
  await expect(opening).rejects.not.toThrow(/hole%|wrong/);
});
