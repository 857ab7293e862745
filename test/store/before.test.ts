import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { migrate } from "../../src/store/postgres/migrate.ts";
import { openConnection } from "../../src/store/postgres/connection.ts";
import { postgresMigrations } from "../../src/store/postgres/migrations.ts";
import type { Migration } from "../../src/store/migrations/migration.ts";
import { openStore } from "../../src/store/open.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";

/** Nodes of two releases on one Postgres: the one before goes on working on the schema of this one, and this one on the next one's. */

let server: TestPostgres | undefined;
beforeAll(async () => {
  const programs = postgresPrograms();
  if (programs !== undefined) server = await startPostgres(programs);
});
afterAll(() => server?.remove());
beforeEach((context) => {
  requireForTest(context, "Postgres (Debian's package postgresql)", server);
});

let databases = 0;
async function database(): Promise<{ name: string; url: string; server: TestPostgres }> {
  if (server === undefined) throw new Error("there is no server");
  databases += 1;
  const name = `before_${databases}`;
  return { name, url: await server.create(name), server };
}

/** One statement of the release before, and what it got. */
interface Told {
  readonly sql: string;
  readonly values: readonly (string | number | null)[];
  readonly columns: readonly string[];
  readonly rows: number | null;
}

/** What `npm run record-release` wrote down of the release before, without what it asked of its own migrations. */
function told(): readonly Told[] {
  const text = readFileSync(join(import.meta.dirname, "before/statements.jsonl"), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told)
    .filter(({ sql }) => !/\bmigrations\b/.test(sql));
}

test("what the release before asks of the database is answered as it was, on the schema of this one", async () => {
  const { url } = await database();
  await (await openStore({ url, now: () => 1 })).close();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  const before = told();
  expect(before.length).toBeGreaterThan(150);
  for (const { sql, values, columns, rows } of before) {
    const asked = { text: sql, values: [...values] };
    const found = await client.query(asked).catch((thrown: unknown) => {
      throw new Error(`${sql}\n${JSON.stringify(values)}`, { cause: thrown });
    });
    const names = found.fields.map(({ name }) => name);
    expect([sql, columns.filter((name) => !names.includes(name))]).toEqual([sql, []]);
    expect([sql, values, found.rowCount]).toEqual([sql, values, rows]);
  }
});

const adds: Migration = {
  name: "9998-adds",
  up: [
    "CREATE TABLE later (id text PRIMARY KEY)",
    "ALTER TABLE requests ADD COLUMN later text",
    "CREATE INDEX requests_later ON requests (later) WHERE later IS NOT NULL",
  ],
};
const takes: Migration = {
  name: "9999-takes",
  up: ["ALTER TABLE requests DROP COLUMN later"],
  contractsAfter: adds.name,
};

async function upgrade(url: string, ...next: readonly Migration[]): Promise<void> {
  const connection = await openConnection({ url, answerMsMax: 0 });
  try {
    const migrations = [...postgresMigrations, ...next];
    await migrate(connection, { place: "of the test", now: Date.now(), migrations });
  } finally {
    await connection.close();
  }
}

test("a release goes on working, and can be started, on the schema of the next one, until that takes something away", async () => {
  const { url, name, server: postgres } = await database();
  const first = await openStore({ url, now: Date.now });
  await first.nodes.renew({
    id: "node_old",
    startedAt: Date.now(),
    seenAt: Date.now(),
    version: "0.1.0",
    host: null,
    fileHash: null,
    fileSince: null,
    schemaStep: String(postgresMigrations.at(-1)?.name),
  });
  await upgrade(url, adds);
  await first.settings.set("still", "written");
  const again = await openStore({ url, now: Date.now });
  expect(await again.settings.get("still")).toBe("written");
  await again.close();
  // The older node may still use what is to go.
  await expect(upgrade(url, adds, takes)).rejects.toMatchObject({
    message: expect.stringMatching(/node_old of version 0\.1\.0 still uses/),
  });
  expect(await postgres.sql(name, "SELECT name FROM migrations WHERE name > '9'")).toHaveLength(1);
  // One that has not been seen for half a minute works no more.
  await postgres.sql(name, "UPDATE nodes SET seen_at = seen_at - 31000");
  await upgrade(url, adds, takes);
  await first.close();
  await expect(openStore({ url, now: Date.now })).rejects.toMatchObject({
    message: expect.stringMatching(/made by a newer Pinhole \(9998-adds\)/),
  });
});

test("a node from before nodes said their version holds a contract up; one of the version that does without does not", async () => {
  const { url, name, server: postgres } = await database();
  await (await openStore({ url, now: Date.now })).close();
  const row = (id: string, step: string): string =>
    `INSERT INTO nodes (id, started_at, seen_at, schema_step)
      VALUES ('${id}', 1, floor(extract(epoch FROM now()) * 1000), ${step})`;
  await postgres.sql(name, row("new", "'9998-adds'"));
  await postgres.sql(name, row("first", "NULL"));
  await expect(upgrade(url, adds, takes)).rejects.toThrow("first of version 0.1.0");
  await postgres.sql(name, "DELETE FROM nodes WHERE id = 'first'");
  await upgrade(url, adds, takes);
});

test("a gateway that may not migrate is refused where something is to be done, and starts where nothing is", async () => {
  const { url } = await database();
  const open = () => openStore({ url, now: Date.now, migrates: false });
  await expect(open()).rejects.toThrow(/not up to date .* run `pinhole migrate`/);
  await (await openStore({ url, now: Date.now })).close();
  await (await open()).close();
});
