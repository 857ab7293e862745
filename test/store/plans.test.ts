import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commands } from "../../src/store/commands/index.ts";
import { openStore } from "../../src/store/open.ts";
import { type Connection, openConnection } from "../../src/store/postgres/connection.ts";
import type { Steps } from "../../src/store/query.ts";
import { openConnection as openFile } from "../../src/store/sqlite/connection.ts";
import { searchStatement } from "../../src/store/commands/request-search.ts";
import { type UsageQuery, usageStatement } from "../../src/store/commands/usage-report.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { attempt, outcome, request, temporaryFolder } from "./samples.ts";
import { pay } from "./totals-suite.ts";

/** The plans of what is asked often, on Postgres: none may read a whole table, however many records there are. */

let server: TestPostgres | undefined;
let connection: Connection | undefined;
beforeAll(async () => {
  const programs = postgresPrograms();
  if (programs === undefined) return;
  server = await startPostgres(programs);
  const url = await server.create("plans");
  const store = await openStore({ url, now: () => 1 });
  const ids = Array.from({ length: 300 }, (_, at) => `r${at}`);
  await Promise.all(
    ids.map((id, at) => store.requests.begin(request(id, { createdAt: 1000 + at }), [attempt(id)])),
  );
  await Promise.all(ids.slice(5).map((id) => store.requests.finish(outcome(id))));
  await pay(store, "paid", { nano: 1 });
  await store.close();
  await server.sql("plans", "ANALYZE");
  connection = await openConnection({ url, answerMsMax: 0 });
  // A small table is read whole whatever its indexes are: only where none serves it is it read so now.
  await connection.execute("SET enable_seqscan = off; SET enable_bitmapscan = off");
});
afterAll(async () => {
  await connection?.close();
  await server?.remove();
});

function* report(groups: UsageQuery["groups"], only: UsageQuery["only"] = {}): Steps<void> {
  yield usageStatement({ groups, only, first: "2026-11-01", last: "2026-11-30" });
}

function* slow(): Steps<void> {
  yield searchStatement({ from: 1000, tookMsMin: 900, state: "succeeded" }, { limit: 9 });
}

const questions: readonly (readonly [string, Steps<unknown>, RegExp])[] = [
  ["a request", commands.requestsGet("r9"), /requests_pkey/],
  [
    "an idempotency key",
    commands.requestsByIdempotencyKey("key_1", "k", 0),
    /requests_by_idempotency_key/,
  ],
  ["a client's own id", commands.requestsByClientId("key_1", "theirs"), /requests_by_client_id/],
  ["an answer that was given again", commands.requestsByRepeat("key_1", "again"), /repeats_pkey/],
  ["orphans", commands.requestsRecent("key_1", "f", 0, 9), /requests_orphaned/],
  ["whether anything may be repeated", commands.requestsAnyRecent(0), /requests_orphaned/],
  ["the oldest orphan", commands.requestsOldestOrphan("key_1", "f", 0, 0), /requests_orphaned/],
  [
    "equal requests that run",
    commands.requestsRecent("key_1", "f", 0, 9),
    /requests_running_equal/,
  ],
  [
    "equal requests that were answered",
    commands.requestsRecent("key_1", "f", 0, 9),
    /requests_answered/,
  ],
  ["what a dead node answered last", commands.nodesBury("n1", 9), /requests_by_(?:time|key)/],
  [
    "what a person made in the console",
    commands.galleryExpiring({ personId: "p1", keyId: "console:p1" }, {}, 9, 0),
    /requests_by_key[\s\S]*requests_by_person/,
  ],
  ["kept pictures", commands.requestsKeptPictures(0, 9), /pictures_kept/],
  ["what is nobody's", commands.requestsLost(5, 9), /requests_running/],
  ["what is old", commands.requestsForget(5, 9), /repeats_by_time/],
  ["the newest page", commands.requestsList({ limit: 9 }), /requests_by_time/],
  [
    "a later page",
    commands.requestsList({ limit: 9, before: "r9" }),
    /requests_by_time[\s\S]*Index Cond: \(+created_at <=/,
  ],
  [
    "a key's later page",
    commands.requestsList({ limit: 9, before: "r9", keyId: "key_1" }),
    /requests_by_key[\s\S]*Index Cond: [^\n]*created_at <=/,
  ],
  [
    "what took long in a span of time",
    slow(),
    /requests_by_time[\s\S]*Index Cond: \(+created_at >=/,
  ],
  ["usage by day", report(["day"]), /Index Scan using totals_[\s\S]*day >=/],
  ["usage by label", report(["label"]), /Index Scan using totals_[\s\S]*day >=/],
  ["usage of a key", report(["model"], { key: "key_1" }), /totals_by_key|totals_pkey/],
  [
    "what a key has spent",
    commands.ledgerOfKey("key_1", ["2026-11-01", "2026-11-30"], 0),
    /totals_by_key/,
  ],
  ["the ledger of a day", commands.totalsVerify({ day: "x", from: 0, to: 9 }), /ledger_by_time/],
  ["the ledger's first and last request", commands.totalsSpan(), /ledger_by_time/],
  ["prompts that are old", commands.requestsForgetPrompts(5, 9), /settings_pkey/],
  ["what waits to be forgotten", commands.requestsBacklog(5, 5, 9), /requests_by_time/],
];

test.for(questions)("%s is found by an index", async ([, steps, index], context) => {
  const asked = requireForTest(context, "Postgres (Debian's package postgresql)", connection);
  const first = steps.next();
  if (first.done === true) throw new Error("it asks nothing");
  const { sql, parameters } = first.value;
  const { rows } = await asked.run({ sql: `EXPLAIN (COSTS OFF) ${sql}`, parameters });
  const plan = rows.map((row) => Object.values(row as object).join("")).join("\n");
  expect(plan).not.toMatch(
    /Seq Scan on (?:requests|attempts|pictures|holds|repeats|totals|ledger)/,
  );
  expect(plan).toMatch(index);
});

const inFile: readonly (readonly [string, () => Steps<unknown>, RegExp])[] = [
  [
    "usage by day",
    () => report(["day"]),
    /SEARCH totals USING PRIMARY KEY \(slice=\? AND day>\? AND day<\?\)/,
  ],
  [
    "usage by label and key",
    () => report(["label", "key"]),
    /SEARCH totals USING PRIMARY KEY \(slice=\? AND day>\? AND day<\?\)/,
  ],
  [
    "what a key has spent",
    () => commands.ledgerOfKey("key_1", ["2026-11-01", "2026-11-30"], 0),
    /SEARCH totals USING INDEX totals_by_key \(key_id=\? AND day>\? AND day<\?\)/,
  ],
  [
    "the ledger of a day",
    () => commands.totalsVerify({ day: "x", from: 0, to: 9 }),
    /SEARCH ledger USING INDEX ledger_by_time/,
  ],
  ["what took long in a span of time", slow, /INDEX requests_by_time \(created_at>\?\)/],
  ["the newest page", () => commands.requestsList({ limit: 9 }), /INDEX requests_by_time/],
  [
    "what a person made in the console",
    () => commands.galleryExpiring({ personId: "p1", keyId: "console:p1" }, {}, 9, 0),
    /INDEX requests_by_key \(key_id=\?[\s\S]*INDEX requests_by_person \(person_id=\?/,
  ],
];

test.for(inFile)("%s is found by an index of SQLite", async ([, steps, plan]) => {
  const file = join(temporaryFolder(), "p.db");
  await (await openStore({ url: `sqlite:${file}`, now: () => 1 })).close();
  const opened = openFile(file, 100);
  const first = steps().next();
  if (first.done === true) throw new Error("it asks nothing");
  const { sql, parameters } = first.value;
  const { rows } = opened.run({ sql: `EXPLAIN QUERY PLAN ${sql}`, parameters });
  opened.close();
  const told = rows.map((row) => String((row as { detail: unknown }).detail)).join("\n");
  expect(told).not.toMatch(/SCAN (?:totals|ledger|requests)(?! USING INDEX)/);
  expect(told).toMatch(plan);
});
