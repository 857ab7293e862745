import { afterAll, beforeAll, expect, test } from "vitest";
import { commands } from "../../src/store/commands/index.ts";
import { openStore } from "../../src/store/open.ts";
import { type Connection, openConnection } from "../../src/store/postgres/connection.ts";
import type { Steps } from "../../src/store/query.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { attempt, outcome, request } from "./samples.ts";

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
  ["the oldest orphan", commands.requestsClaimOrphan("key_1", "f", 0, 0), /requests_orphaned/],
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
];

test.for(questions)("%s is found by an index", async ([, steps, index], context) => {
  const asked = requireForTest(context, "Postgres (Debian's package postgresql)", connection);
  const first = steps.next();
  if (first.done === true) throw new Error("it asks nothing");
  const { sql, parameters } = first.value;
  const { rows } = await asked.run({ sql: `EXPLAIN (COSTS OFF) ${sql}`, parameters });
  const plan = rows.map((row) => Object.values(row as object).join("")).join("\n");
  expect(plan).not.toMatch(/Seq Scan on (?:requests|attempts|pictures|holds|repeats)/);
  expect(plan).toMatch(index);
});
