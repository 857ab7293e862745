import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
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
    OR (SELECT count(*) FROM pictures WHERE request_id = requests.id) <> (requests.state <> 'running')`;

test(
  "kill -9 loses nothing acknowledged and leaves nothing half done",
  { timeout: 120_000 },
  async () => {
    const file = join(temporaryFolder(), "p.db");
    const url = `sqlite:${file}`;
    const acknowledged: string[] = [];
    for (let kill = 0; kill < killsCount; kill += 1)
      acknowledged.push(...(await writeUntilKilled(url, `k${kill}`, 40 + kill * 37)));
    expect(acknowledged.length).toBeGreaterThan(killsCount * 40);

    const database = new DatabaseSync(file);
    const states = new Map(
      database
        .prepare("SELECT id, state FROM requests")
        .all()
        .map((row) => [row["id"], row["state"]]),
    );
    const idsOf = (what: string) =>
      acknowledged
        .map((line) => line.split(" "))
        .flatMap(([word, id = ""]) => (word === what ? [id] : []));
    expect(idsOf("begun").filter((id) => !states.has(id))).toEqual([]);
    const ended = ["succeeded", "failed"];
    expect(idsOf("finished").filter((id) => !ended.includes(String(states.get(id))))).toEqual([]);
    expect(idsOf("finished").length).toBeGreaterThan(killsCount);
    expect(database.prepare(halfDone).all()).toEqual([]);
    // The question can be answered otherwise.
    database.exec("BEGIN; UPDATE holds SET state = 'held' WHERE state = 'settled'");
    expect(database.prepare(halfDone).all()).not.toEqual([]);
    database.exec("ROLLBACK");
    expect(database.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    const running = [...states.values()].filter((state) => state === "running").length;
    expect(running).toBeGreaterThan(0);

    const store = await openStore({ url, now: Date.now });
    expect(await store.requests.sweep(60_000)).toBe(running);
    await store.close();
    expect(
      database.prepare("SELECT count(*) AS count FROM holds WHERE state = 'held'").get(),
    ).toEqual({ count: 0 });
    database.close();
  },
);
