import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, onTestFinished, describe, expect, test } from "vitest";
import { networkFileSystem } from "../../src/store/sqlite/database-file.ts";
import { openStore } from "../../src/store/open.ts";
import type { OpenedStore } from "../../src/store/open.ts";
import { rowSchemas } from "../../src/store/tables.ts";
import {
  attempt,
  outcome,
  request,
  keyEntry,
  sampleKey,
  temporaryFolder,
  type OpenEmpty,
} from "./samples.ts";
import { storeSuite } from "./suite.ts";

const now = () => 1_700_000_000_000;

async function openIn(folder: string, busyTimeoutMs = 5000): Promise<OpenedStore> {
  const store = await openStore({ url: `sqlite:${join(folder, "p.db")}`, now, busyTimeoutMs });
  onTestFinished(() => store.close());
  return store;
}

storeSuite("SQLite", emptyStores());

/** One store for many tests, emptied in between: starting its thread takes longer than most of them. */
function emptyStores(): OpenEmpty {
  const folder = mkdtempSync(join(tmpdir(), "pinhole-store-"));
  const url = `sqlite:${join(folder, "p.db")}`;
  let shared: OpenedStore | undefined;
  afterAll(async () => {
    await shared?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return async () => {
    const works = await shared?.settings.set("asked", "1").then(
      () => true,
      () => false,
    );
    if (works !== true) shared = await openStore({ url, now });
    await outside(folder, empty);
    if (shared === undefined) throw new Error("the store was just opened");
    return shared;
  };
}

/** Deletes all rows; the triggers that keep those of the audit are put back. */
function empty(database: DatabaseSync): void {
  const triggers = database
    .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    .all() as { name: string; sql: string }[];
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
  for (const table of Object.keys(rowSchemas).filter((name) => name !== "migrations"))
    database.exec(`DELETE FROM ${table}`);
  for (const { sql } of triggers) database.exec(sql);
}

/** Runs SQL on the file from outside the store. */
async function outside(folder: string, work: (database: DatabaseSync) => unknown): Promise<void> {
  const database = new DatabaseSync(join(folder, "p.db"));
  try {
    await work(database);
  } finally {
    database.close();
  }
}

describe("commits", () => {
  test("what is asked in one turn is one commit; one by one they are many", async () => {
    const store = await openIn(temporaryFolder());
    const ids = Array.from({ length: 200 }, (_, at) => `r${at}`);
    await Promise.all(ids.map((id) => store.requests.begin(request(id), [attempt(id)])));
    expect(store.counters()).toEqual({ commands: 200, commits: 1, pending: 0 });
    for (const id of ids.slice(0, 5)) await store.requests.finish(outcome(id));
    expect(store.counters()).toEqual({ commands: 205, commits: 6, pending: 0 });
  });

  test("what only reads makes none", async () => {
    const store = await openIn(temporaryFolder());
    await store.requests.begin(request("r1"), []);
    const { commits } = store.counters();
    await store.keys.all();
    await store.settings.get("name");
    await store.requests.get("r1");
    await store.requests.list({ limit: 5 });
    await store.requests.byClientId("key_1", "theirs");
    await store.requests.byIdempotencyKey("key_1", "order", 0);
    await store.requests.keptPictures(0, 5);
    expect(store.counters().commits).toBe(commits);
  });

  test("what waits while one commit runs goes into the next", async () => {
    const folder = temporaryFolder();
    const store = await openIn(folder);
    const asked: Promise<void>[] = [];
    // Another process has the lock, so the first commit runs until the rest has arrived.
    await outside(folder, async (other) => {
      other.exec("BEGIN IMMEDIATE");
      for (let turn = 0; turn < 50; turn += 1) {
        asked.push(store.settings.set(`s${turn}`, "x"));
        await new Promise((done) => setImmediate(done));
      }
      other.exec("ROLLBACK");
    });
    await Promise.all(asked);
    expect(store.counters().commits).toBeLessThanOrEqual(2);
  });

  test("a command that fails leaves its neighbours in the same commit alone", async () => {
    const store = await openIn(temporaryFolder());
    const results = await Promise.allSettled([
      store.settings.set("before", "x"),
      store.keys.add(sampleKey, keyEntry()),
      store.requests.begin(request("r1"), [attempt("r1"), attempt("r1")]),
      store.keys.add({ ...sampleKey, id: "twin" }, keyEntry()),
      store.settings.set("after", "y"),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "rejected",
      "fulfilled",
    ]);
    expect(store.counters().commits).toBe(1);
    expect(await store.settings.get("before")).toBe("x");
    expect(await store.settings.get("after")).toBe("y");
    expect(await store.requests.get("r1")).toBeUndefined();
    expect(await store.keys.all()).toEqual([sampleKey]);
  });

  test("an amount is kept as an integer, and one too large for JavaScript is an error, not a near number", async () => {
    const folder = temporaryFolder();
    const store = await openIn(folder);
    await store.requests.begin(request("r1", { holdNano: 2 ** 52 + 1 }), []);
    await outside(folder, (other) => {
      expect(other.prepare("SELECT typeof(amount_nano) AS kind FROM holds").get()).toEqual({
        kind: "integer",
      });
      other.exec("UPDATE holds SET amount_nano = 9007199254740993");
    });
    await expect(store.requests.get("r1")).rejects.toMatchObject({ code: "internal_error" });
  });

  test("two stores on one file see each other's work", async () => {
    const folder = temporaryFolder();
    const [one, two] = await Promise.all([openIn(folder), openIn(folder)]);
    await Promise.all([one.settings.set("a", "1"), two.settings.set("b", "2")]);
    expect(await one.settings.get("b")).toBe("2");
    expect(await two.settings.get("a")).toBe("1");
  });

  test("a lock that another process does not give back fails the command, not the store", async () => {
    const folder = temporaryFolder();
    const store = await openIn(folder, 20);
    await outside(folder, async (other) => {
      other.exec("BEGIN IMMEDIATE");
      await expect(store.settings.set("asked", "1")).rejects.toMatchObject({
        code: "internal_error",
        message: expect.stringContaining("locked by another process") as unknown,
      });
      expect(await store.settings.get("a")).toBeUndefined();
    });
    await store.settings.set("asked", "1");
  });
});

describe("opening", () => {
  test("everything is there after close and open, in one file that only its owner reads", async () => {
    const folder = temporaryFolder();
    const first = await openIn(folder);
    await first.keys.add(sampleKey, keyEntry());
    await first.close();
    expect(readdirSync(folder)).toEqual(["p.db"]);
    expect(statSync(join(folder, "p.db")).mode & 0o777).toBe(0o600);
    const second = await openIn(folder);
    expect(await second.keys.all()).toEqual([sampleKey]);
  });

  const faults: [string, (folder: string) => unknown, RegExp][] = [
    ["a folder in its place", (folder) => mkdirSync(join(folder, "p.db")), /is a folder/],
    [
      "a file of something else",
      (folder) => writeFileSync(join(folder, "p.db"), "no database ".repeat(1000)),
      /is not a database/,
    ],
    [
      "another program's database",
      (folder) => outside(folder, (other) => other.exec("CREATE TABLE users (id)")),
      /belongs to another program/,
    ],
    [
      "a newer Pinhole's database",
      async (folder) => {
        await (await openIn(folder)).close();
        const sql = "INSERT INTO migrations VALUES ('9999-future', 1)";
        await outside(folder, (other) => other.exec(sql));
      },
      /made by a newer Pinhole \(9999-future\)/,
    ],
  ];
  test.each(faults)("%s is one clear sentence", async (_, prepare, sentence) => {
    const folder = temporaryFolder();
    await prepare(folder);
    const opening = openIn(folder);
    await expect(opening).rejects.toMatchObject({ name: "PinholeError", code: "internal_error" });
    await expect(opening).rejects.toThrow(sentence);
    await expect(opening).rejects.toThrow(/^[^\n]*[^.\n]\.$/);
  });

  test("a folder that is not there is one clear sentence", async () => {
    const opening = openIn(join(temporaryFolder(), "missing"));
    await expect(opening).rejects.toThrow(/^The folder of the database .* does not exist; .*\.$/);
  });

  test.skipIf(process.platform !== "linux")("a place that nobody may write to", async () => {
    const opening = openStore({ url: "sqlite:/sys/pinhole-test.db", now });
    await expect(opening).rejects.toThrow(/cannot be written; let Pinhole's user/);
  });

  test("a file that this user may only read", async () => {
    const folder = temporaryFolder();
    await (await openIn(folder)).close();
    chmodSync(join(folder, "p.db"), 0o400);
    const opening = openIn(folder);
    // Modes do not bind root; the place above binds even root.
    if (process.getuid?.() === 0) await expect(opening).resolves.toBeDefined();
    else await expect(opening).rejects.toThrow(/cannot be written; let Pinhole's user/);
  });

  test("a database that another process keeps to itself", async () => {
    const folder = temporaryFolder();
    await (await openIn(folder)).close();
    await outside(folder, async (other) => {
      other.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; UPDATE settings SET value = 1");
      other.exec("COMMIT");
      await expect(openIn(folder, 20)).rejects.toThrow(/locked by another process; stop/);
    });
  });

  test.each([
    ["mysql://localhost/p", /must be sqlite: and the path of a file/],
    ["sqlite:", /must be sqlite: and the path of a file/],
    ["sqlite::memory:", /must be sqlite: and the path of a file/],
    ["sqlite:p.db?mode=ro", /must be sqlite: and the path of a file/],
  ])("the address %s is refused", async (url, sentence) => {
    await expect(openStore({ url, now })).rejects.toThrow(sentence);
  });

  test("network disks are told from local ones on Linux", () => {
    expect(networkFileSystem(0x6969, "linux")).toBe("NFS");
    // statfs may give the number with its sign.
    expect(networkFileSystem(0xff534d42 | 0, "linux")).toBe("CIFS");
    expect(networkFileSystem(0xef53, "linux")).toBeUndefined();
    expect(networkFileSystem(0x6969, "darwin")).toBeUndefined();
  });
});

test("a store does not keep an idle process alive, and work under way does", () => {
  const module = new URL("../../src/store/open.ts", import.meta.url).href;
  const script = `
    const { openStore } = await import(${JSON.stringify(module)});
    const store = await openStore({ url: "sqlite:p.db", now: Date.now });
    void store.settings.set("a", "1").then(() => console.log("kept"));`;
  const folder = temporaryFolder();
  const run = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: folder,
    encoding: "utf8",
    timeout: 20_000,
  });
  expect({ status: run.status, out: run.stdout, err: run.stderr }).toEqual({
    status: 0,
    out: "kept\n",
    err: "",
  });
});

test("an audit row is never changed, and can be deleted after a year only", async () => {
  const folder = temporaryFolder();
  await openIn(folder);
  await outside(folder, (other) => {
    const add = (id: string, at: number): unknown =>
      other.exec(
        `INSERT INTO audit (id, at, who, action, resource, resource_id)
          VALUES ('${id}', ${at}, 'admin', 'create', 'team', 'art')`,
      );
    add("new", Date.now());
    add("old", Date.now() - 366 * 86_400_000);
    const kept = /never changed, and kept for a year/;
    expect(() => other.exec("UPDATE audit SET who = 'nobody' WHERE id = 'old'")).toThrow(kept);
    expect(() => other.exec("DELETE FROM audit")).toThrow(kept);
    expect(() => other.exec("REPLACE INTO audit SELECT * FROM audit")).toThrow(kept);
    other.exec("DELETE FROM audit WHERE id = 'old'");
    expect(other.prepare("SELECT id, who FROM audit").all()).toEqual([{ id: "new", who: "admin" }]);
  });
});
