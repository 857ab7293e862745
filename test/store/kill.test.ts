import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, type TestContext } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { postgresPrograms, startPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { temporaryFolder } from "./samples.ts";

const program = fileURLToPath(new URL("./killed-writer.ts", import.meta.url));
const killsCount = 10;

/** Lets the writer acknowledge so many lines, then kills it. Returns every whole line that it printed. */
async function writeUntilKilled(url: string, prefix: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [program, url, prefix], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acknowledged: string[] = [];
  const exited = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === lines) child.kill("SIGKILL");
  }
  expect(await exited).toEqual([null, "SIGKILL"]);
  // The last line may have been cut by the kill.
  return acknowledged.slice(0, -1);
}

/** Rows that must not exist: money and record out of step, an end without its attempt or picture. */
const halfDone = `
  SELECT requests.id FROM requests
  LEFT JOIN holds ON holds.request_id = requests.id
  WHERE (requests.state, holds.state) NOT IN
      (VALUES ('running', 'held'), ('succeeded', 'settled'), ('failed', 'voided'))
    OR (requests.state = 'succeeded' AND holds.settled_nano <> requests.cost_nano)
    OR holds.request_id IS NULL
    OR (SELECT count(*) FROM attempts WHERE request_id = requests.id
        AND (state = 'running') = (requests.state = 'running')) <> 1
    OR (SELECT count(*) FROM pictures WHERE request_id = requests.id)
      <> CASE requests.state WHEN 'running' THEN 0 ELSE 1 END`;

/** A database that is looked into past the store. */
interface Looked {
  readonly url: string;
  sql(text: string): Promise<Record<string, unknown>[]>;
}

function sqlite(): Promise<Looked> {
  const file = join(temporaryFolder(), "p.db");
  const sql = (text: string): Promise<Record<string, unknown>[]> => {
    const database = new DatabaseSync(file);
    try {
      return Promise.resolve(database.prepare(text).all());
    } finally {
      database.close();
    }
  };
  return Promise.resolve({ url: `sqlite:${file}`, sql });
}

async function postgres(context: TestContext): Promise<Looked> {
  const what = "Postgres (Debian's package postgresql)";
  const server = await startPostgres(requireForTest(context, what, postgresPrograms()));
  onTestFinished(() => server.remove());
  const url = await server.create("killed");
  return { url, sql: (text) => server.sql("killed", text) };
}

const idOf = ({ id }: Record<string, unknown>): string => String(id);

test.for([
  ["SQLite", sqlite],
  ["Postgres", postgres],
] as const)(
  "kill -9 on %s loses nothing acknowledged and leaves nothing half done",
  { timeout: 120_000 },
  async ([, open], context) => {
    const { url, sql } = await open(context);
    const acknowledged: string[] = [];
    for (let kill = 0; kill < killsCount; kill += 1)
      acknowledged.push(...(await writeUntilKilled(url, `k${kill}`, 40 + kill * 37)));
    expect(acknowledged.length).toBeGreaterThan(killsCount * 40);
    // A server may still be at work for one that was killed.
    const store = await openStore({ url, now: Date.now });
    await store.settings.set("asked", "1");

    const states = new Map(
      (await sql("SELECT id, state FROM requests")).map((row) => [idOf(row), row["state"]]),
    );
    const idsOf = (what: string) =>
      acknowledged
        .map((line) => line.split(" "))
        .flatMap(([word, id = ""]) => (word === what ? [id] : []));
    expect(idsOf("begun").filter((id) => !states.has(id))).toEqual([]);
    const ended = ["succeeded", "failed"];
    expect(idsOf("finished").filter((id) => !ended.includes(String(states.get(id))))).toEqual([]);
    expect(idsOf("finished").length).toBeGreaterThan(killsCount);
    expect(await sql(halfDone)).toEqual([]);
    // The question can be answered otherwise.
    const settled = (
      await sql("SELECT request_id AS id FROM holds WHERE state = 'settled' LIMIT 1")
    ).map(idOf);
    await sql(`UPDATE holds SET state = 'held' WHERE request_id = '${String(settled[0])}'`);
    expect((await sql(halfDone)).map(idOf)).toEqual(settled);
    await sql(`UPDATE holds SET state = 'settled' WHERE request_id = '${String(settled[0])}'`);
    const running = [...states.values()].filter((state) => state === "running").length;
    expect(running).toBeGreaterThan(0);
    expect(await store.requests.sweep(60_000)).toBe(running);
    await store.close();
    expect(await sql("SELECT request_id FROM holds WHERE state = 'held'")).toEqual([]);
    if (url.startsWith("sqlite:"))
      expect(await sql("PRAGMA integrity_check")).toEqual([{ integrity_check: "ok" }]);
  },
);
