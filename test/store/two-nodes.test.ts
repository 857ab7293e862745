import pg from "pg";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { postgresPrograms, startPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import {
  account,
  cent,
  claim,
  expectProved,
  payer,
  priced,
  settled,
  stateOf,
} from "./budget-suite.ts";
import { attempt } from "./samples.ts";

/** Nodes that share a Postgres, one of which has a budget that the other does not know of. */
const programs = postgresPrograms();
const server = programs === undefined ? undefined : await startPostgres(programs);
afterAll(() => server?.remove());

test("a counter that one node is opening does not miss what another settles for the same team meanwhile", async (context) => {
  const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
  const url = await postgres.create("nodes");
  const opener = await openStore({ url, now: () => 1000 });
  const settler = await openStore({ url, now: () => 1000 });
  const blocker = new pg.Client({ connectionString: url });
  await blocker.connect();
  onTestFinished(async () => {
    await opener.close();
    await settler.close();
    await blocker.end();
  });
  const waiting = async (): Promise<number> => {
    const sql = "SELECT count(*) AS count FROM pg_locks WHERE NOT granted";
    const [row] = await postgres.sql("nodes", sql);
    return Number(row?.["count"]);
  };
  await opener.requests.begin(priced("a", [claim()]), [attempt("a")]);
  // The node that opens the team's counter has counted, and waits for the key's, which is open.
  await blocker.query("BEGIN");
  await blocker.query("SELECT 1 FROM budget_counters FOR UPDATE");
  const team = claim({ scope: "team", scopeId: "art" });
  const opened = opener.requests.begin(priced("b", [claim(), team]), [attempt("b")]);
  await expect.poll(waiting).toBe(1);
  // Another key of the team spends, by way of the node that does not know of the team's budget.
  const other = { ...account, payer: { ...payer, keyId: "key_2" } };
  await settler.requests.begin(priced("c", [], other), [attempt("c")]);
  let isOver = false;
  const booking = { ...other, channelId: "main", images: 1 };
  const finished = settler.requests
    .finish(settled("c", 7 * cent, { account: other, booking }))
    .finally(() => {
      isOver = true;
    });
  await expect.poll(async () => isOver || (await waiting()) === 2).toBe(true);
  await blocker.query("COMMIT");
  expect(await opened).toBeUndefined();
  expect(await finished).toBe(true);
  expect(await stateOf(opener, team)).toEqual([7, 20]);
  await expectProved(opener);
});
