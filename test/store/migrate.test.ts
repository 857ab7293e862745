import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished, describe, expect, test } from "vitest";
import { z } from "zod";
import { backups } from "../../src/store/sqlite/database-file.ts";
import { migrate } from "../../src/store/sqlite/migrate.ts";
import { migrations } from "../../src/store/migrations/index.ts";
import type { Migration } from "../../src/store/migrations/migration.ts";
import { openConnection } from "../../src/store/sqlite/connection.ts";
import type { Connection } from "../../src/store/sqlite/connection.ts";
import { rowSchemas } from "../../src/store/tables.ts";
import { openStore } from "../../src/store/open.ts";
import { attempt, outcome, request, keyEntry, sampleKey, temporaryFolder } from "./samples.ts";

const adds = (name: string, table: string): Migration => ({
  name,
  up: [`CREATE TABLE ${table} (id integer)`],
});
const [one, two] = [adds("0001-one", "ones"), adds("0002-two", "twos")];

function place(): { file: string; open: () => Connection } {
  const file = join(temporaryFolder(), "p.db");
  return {
    file,
    open: () => {
      const connection = openConnection(file, 100);
      onTestFinished(() => connection.close());
      return connection;
    },
  };
}

function all(connection: Connection, text: string): Record<string, unknown>[] {
  return connection
    .run({ sql: text, parameters: [] })
    .rows.map((row) => z.record(z.string(), z.unknown()).parse(row));
}

/** Every table and index as its SQL, but for quotes, case and white space. */
function schemaOf(connection: Connection): string[] {
  const rows = all(connection, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL");
  return rows.map(({ sql }) => String(sql).replaceAll(/["\s]/g, "").toLowerCase()).toSorted();
}

const tables = (connection: Connection) =>
  all(connection, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1").map(
    (row) => row["name"],
  );

describe("migrations", () => {
  test("run in order, once, and are recorded; a new database needs no backup", () => {
    const { file, open } = place();
    const connection = open();
    migrate(connection, { file, migrations: [one, two], now: 5 });
    migrate(connection, { file, migrations: [one, two], now: 6 });
    expect(tables(connection)).toEqual(["migrations", "ones", "twos"]);
    expect(all(connection, "SELECT * FROM migrations")).toEqual([
      { name: "0001-one", applied_at: 5 },
      { name: "0002-two", applied_at: 5 },
    ]);
    expect(backups(file)).toEqual([]);
  });

  test("an existing database is copied as it was, and the last two copies are kept", () => {
    const { file, open } = place();
    const connection = open();
    const list = [one, two, adds("0003-three", "threes"), adds("0004-four", "fours")];
    for (const count of [1, 2, 3, 4])
      migrate(connection, {
        file,
        migrations: list.slice(0, count),
        now: Date.UTC(2026, 10, count),
      });
    expect(backups(file).map((path) => basename(path))).toEqual([
      "p.db.backup-20261103T000000000Z-before-0003-three",
      "p.db.backup-20261104T000000000Z-before-0004-four",
    ]);
    const [copy = ""] = backups(file);
    const copied = openConnection(copy, 100);
    expect(tables(copied)).toEqual(["migrations", "ones", "twos"]);
    copied.close();
    expect(statSync(copy).mode & 0o777).toBe(0o600);
  });

  test("one that fails is undone whole, those before it stay", () => {
    const { file, open } = place();
    const connection = open();
    const fails: Migration = {
      name: "0002-fails",
      up: ["CREATE TABLE half (id integer)", "DROP TABLE nowhere"],
    };
    const run = () => migrate(connection, { file, migrations: [one, fails], now: 5 });
    expect(run).toThrow(/nowhere/);
    expect(tables(connection)).toEqual(["migrations", "ones"]);
    expect(all(connection, "SELECT name FROM migrations")).toEqual([{ name: "0001-one" }]);
  });

  test("a damaged database is not migrated", () => {
    const { file, open } = place();
    const connection = open();
    migrate(connection, { file, migrations: [one], now: 5 });
    connection.execute("INSERT INTO ones VALUES (1), (2); CREATE INDEX damaged ON ones (id)");
    // An index that says something else than its table: damage that opens and reads like health.
    const vandal = new DatabaseSync(file, { defensive: false });
    vandal.exec("PRAGMA writable_schema = ON");
    vandal.exec(
      "UPDATE sqlite_master SET sql = replace(sql, '(id)', '(id DESC)') WHERE name = 'damaged'",
    );
    vandal.close();
    const damaged = open();
    const run = () => migrate(damaged, { file, migrations: [one, two], now: 5 });
    expect(run).toThrow(/is damaged .*; restore it from a backup\.$/);
    expect(tables(damaged)).toEqual(["migrations", "ones"]);
  });

  test("a newer program's database is left alone, to the byte", () => {
    const { file, open } = place();
    const connection = open();
    migrate(connection, { file, migrations: [one, two], now: 5 });
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    const before = readFileSync(file);
    const run = () => migrate(connection, { file, migrations: [one], now: 5 });
    expect(run).toThrow(/made by a newer Pinhole \(0002-two\)/);
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("the program's own are sorted by name and make the tables that the rows are read by", () => {
    const names = migrations.map(({ name }) => name);
    expect(names).toEqual(names.toSorted());
    const { file, open } = place();
    const connection = open();
    migrate(connection, { file, migrations, now: 5 });
    for (const [table, schema] of Object.entries(rowSchemas)) {
      const columns = all(connection, `SELECT name FROM pragma_table_info('${table}')`);
      expect(new Set(columns.map((row) => row["name"]))).toEqual(
        new Set(Object.keys(schema.fields)),
      );
    }
  });

  test("the program's own make the tables of databases that were made before", () => {
    const before = place().open();
    before.execute(readFileSync(new URL("schema-0003.sql", import.meta.url), "utf8"));
    const { file, open } = place();
    const after = open();
    migrate(after, { file, migrations: migrations.slice(0, 3), now: 5 });
    const own = schemaOf(after).filter((sql) => !sql.includes("migrations"));
    expect(own).toEqual(schemaOf(before));
  });

  test("0004-fewer-trees keeps every row, and rows still go with their request", () => {
    const { file, open } = place();
    const connection = open();
    migrate(connection, { file, migrations: migrations.slice(0, 3), now: 5 });
    connection.execute(`
      INSERT INTO requests (id, key_id, operation, model, n, fields, created_at, lease_until, state, warnings)
        VALUES ('r1', 'k', 'generation', 'm', 1, '{}', 1, 2, 'running', '[]'),
          ('r2', 'k', 'generation', 'm', 1, '{}', 1, 2, 'running', '[]');
      INSERT INTO attempts VALUES ('a1', 'r1', 0, 1, 'c', 'p', 'm', 3, 'failed', 'e', 'v', 'd', 4, 5),
        ('a2', 'r1', 0, 2, 'c', 'p', 'm', 3, 'running', NULL, NULL, NULL, NULL, NULL);
      INSERT INTO pictures VALUES ('r1', 0, 'b', 'png', 1, 2, 3, 'a fox', 6, 7);
      INSERT INTO holds VALUES ('r1', 10, 'settled', 9, 1, 2), ('r2', 11, 'held', NULL, 1, NULL)`);
    const children = ["attempts", "pictures", "holds"];
    const read = () =>
      children.map((table) => all(connection, `SELECT * FROM ${table} ORDER BY 1`));
    const before = read();
    migrate(connection, { file, migrations: migrations.slice(0, 4), now: 6 });
    expect(read()).toEqual(before);
    expect(all(connection, "PRAGMA foreign_key_check")).toEqual([]);
    expect(all(connection, "PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
    connection.execute("DELETE FROM requests WHERE id = 'r1'");
    expect(read().map((rows) => rows.length)).toEqual([0, 0, 1]);
  });

  test("a database of the release before is brought up to date with all that is in it, and a copy is kept", async () => {
    const { file, open } = place();
    const before = open();
    // Those of 0.1.0.
    migrate(before, { file, migrations: migrations.slice(0, 5), now: 5 });
    before.execute(`
      INSERT INTO requests (id, key_id, operation, model, n, fields, created_at, lease_until, state, warnings, owner)
        VALUES ('old', 'key_1', 'generation', 'm', 1, '{}', 1, 2, 'running', '[]', 'node_1');
      INSERT INTO attempts (request_id, call, attempt, id, channel_id, provider_id, upstream_model, started_at, state)
        VALUES ('old', 0, 1, 'old-0-1', 'c', 'p', 'm', 3, 'running');
      INSERT INTO holds (request_id, amount_nano, state, created_at) VALUES ('old', 40000000, 'held', 1);
      INSERT INTO settings VALUES ('name', 'value')`);
    const store = await openStore({ url: `sqlite:${file}`, now: () => 6 });
    expect(await store.settings.get("name")).toBe("value");
    expect(await store.requests.finish(outcome("old"))).toBe(true);
    expect(await store.requests.get("old")).toMatchObject({
      state: "succeeded",
      hold: { nano: 40_000_000, state: "settled", settledNano: 30_000_000 },
    });
    await store.keys.add(sampleKey, keyEntry());
    await store.requests.begin(request("new"), [attempt("new")]);
    await store.close();
    expect(backups(file)).toHaveLength(migrations.length > 5 ? 1 : 0);
  });
});
