import { afterAll, beforeAll, expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { openConnection } from "../../src/store/postgres/connection.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { firstDay, pay, sumOf } from "./totals-suite.ts";

let started: TestPostgres | undefined;
beforeAll(async () => {
  const programs = postgresPrograms();
  if (programs !== undefined) started = await startPostgres(programs);
});
afterAll(() => started?.remove());

test("a day is counted after the settlements that are in their transactions, and before those that come", async (context) => {
  const server = requireForTest(context, "Postgres (Debian's package postgresql)", started);
  const url = await server.create("counting");
  const store = await openStore({ url, now: () => 1 });
  await pay(store, "before", { nano: 10 });
  const other = await openConnection({ url, answerMsMax: 0 });
  // As a settlement of another node: booked and added, and not committed yet.
  await other.execute(`BEGIN;
    INSERT INTO ledger (id, book, kind, held_at, booked_at, nano, price, key_id, key_name, user_id, user_name, team_id, team_name, channel_id, model, images)
      SELECT 'other customer', book, kind, held_at, booked_at, 7, price, key_id, key_name, user_id, user_name, team_id, team_name, channel_id, model, images FROM ledger;
    UPDATE totals SET nano = nano + 7, entries = entries + 1, images = images + 1`);
  let isCounted = false;
  const counting = store.totals.count(firstDay).then(() => {
    isCounted = true;
  });
  const waits = async (): Promise<boolean> =>
    (await server.sql("counting", "SELECT 1 FROM pg_locks WHERE NOT granted")).length > 0;
  while (!isCounted && !(await waits()));
  expect(isCounted).toBe(false);
  await other.execute("COMMIT");
  await other.close();
  await counting;
  expect(await store.totals.verify(firstDay)).toEqual({ rows: 1, differing: 0 });
  expect(await sumOf(store)).toBe(17n);
  await store.close();
});
