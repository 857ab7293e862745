import { join } from "node:path";
import { onTestFinished, expect, test } from "vitest";
import { z } from "zod";
import { commitGroup } from "../../src/store/sqlite/group-commit.ts";
import { openConnection } from "../../src/store/sqlite/connection.ts";
import type { Connection } from "../../src/store/sqlite/connection.ts";
import { temporaryFolder } from "./samples.ts";

function open(): Connection {
  const connection = openConnection(join(temporaryFolder(), "p.db"), 100);
  onTestFinished(() => connection.close());
  connection.execute(`
    CREATE TABLE parents (id integer PRIMARY KEY);
    CREATE TABLE notes (text text UNIQUE);
    CREATE TABLE children (parent integer REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)`);
  return connection;
}

const note = (connection: Connection, text: string) => () => {
  connection.run({ sql: "INSERT INTO notes VALUES (?)", parameters: [text] });
  return text.length;
};

function notes(connection: Connection): unknown[] {
  const sql = "SELECT length(text) AS length FROM notes ORDER BY 1";
  return connection
    .run({ sql, parameters: [] })
    .rows.map((row) => z.object({ length: z.int() }).parse(row).length);
}

test("a group is one commit, its values in order", () => {
  const connection = open();
  const result = commitGroup(connection, [note(connection, "a"), note(connection, "bb")]);
  expect(result).toEqual({ outcomes: [{ value: 1 }, { value: 2 }], commits: 1 });
  expect(notes(connection)).toEqual([1, 2]);
});

test("a command that fails half way is undone whole, its neighbours stay", () => {
  const connection = open();
  const half = () => {
    note(connection, "ccc")();
    throw new Error("half way");
  };
  const { outcomes, commits } = commitGroup(connection, [
    note(connection, "a"),
    half,
    note(connection, "a"),
    note(connection, "bb"),
  ]);
  expect(commits).toBe(1);
  expect(outcomes.map(({ fault }) => fault?.code)).toEqual([
    undefined,
    "internal_error",
    "internal_error",
    undefined,
  ]);
  expect(notes(connection)).toEqual([1, 2]);
});

test("a commit that fails fails all of its group and applies none of it", () => {
  const connection = open();
  const orphan = () =>
    connection.run({ sql: "INSERT INTO children VALUES (7)", parameters: [] }).changes;
  const { outcomes, commits } = commitGroup(connection, [note(connection, "a"), orphan]);
  expect(commits).toBe(0);
  expect(outcomes.map(({ fault }) => fault?.code)).toEqual(["internal_error", "internal_error"]);
  expect(outcomes[0]?.fault?.detail).toMatch(/FOREIGN KEY/);
  expect(notes(connection)).toEqual([]);
  expect(connection.inTransaction()).toBe(false);
  expect(commitGroup(connection, [note(connection, "a")]).commits).toBe(1);
});

test("on a full disk the large command fails as storage_full, the small ones still go in", () => {
  const connection = open();
  connection.execute("PRAGMA max_page_count = 12");
  const { outcomes } = commitGroup(connection, [
    note(connection, "a"),
    note(connection, "x".repeat(200_000)),
    note(connection, "bb"),
  ]);
  expect(outcomes.map(({ fault }) => fault?.code)).toEqual([undefined, "storage_full", undefined]);
  expect(notes(connection)).toEqual([1, 2]);
});

test("a database that another process keeps locked fails the group and can be used after", () => {
  const folder = temporaryFolder();
  const [one, two] = [
    openConnection(join(folder, "p.db"), 20),
    openConnection(join(folder, "p.db"), 20),
  ];
  one.execute("CREATE TABLE notes (text text)");
  two.execute("BEGIN IMMEDIATE");
  const [outcome] = commitGroup(one, [note(one, "a")]).outcomes;
  expect(outcome?.fault?.message).toContain("locked by another process");
  two.execute("ROLLBACK");
  expect(commitGroup(one, [note(one, "a")]).commits).toBe(1);
  one.close();
  two.close();
});
