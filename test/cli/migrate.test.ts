import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { startGatewayProcess } from "../support/gateway-process.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { claim, payer } from "../store/budget-suite.ts";
import { attempt, outcome, request, keyEntry, sampleKey } from "../store/samples.ts";
import { runCommand, temporaryFolder } from "./run-command.ts";

let server: TestPostgres | undefined;
beforeAll(async () => {
  const programs = postgresPrograms();
  if (programs !== undefined) server = await startPostgres(programs);
});
afterAll(() => server?.remove());

let disposable: ReturnType<typeof temporaryFolder>;
let root = "";
beforeEach(() => {
  disposable = temporaryFolder();
  root = disposable.path;
});
afterEach(() => disposable[Symbol.dispose]());

const now = () => 1000;
const source = (): string => join(root, "pinhole.db");

/** An SQLite database with many requests and odd values. Returns all that is in it, as both stores tell it. */
async function filled(): Promise<unknown> {
  const store = await openStore({ url: `sqlite:${source()}`, now });
  await store.keys.add(sampleKey, keyEntry());
  await store.settings.set("odd", `a \\ "b" \u{1f98a} 'c'\n`);
  await store.settings.set("nul", "a\0b");
  const ids = Array.from({ length: 1203 }, (_, at) => `r${at}`);
  await Promise.all(ids.map((id) => store.requests.begin(request(id), [attempt(id)])));
  await Promise.all(ids.slice(3).map((id) => store.requests.finish(outcome(id))));
  await store.requests.begin(request("large", { holdNano: Number.MAX_SAFE_INTEGER }), []);
  await store.requests.addRepeat({
    id: "again",
    requestId: "r7",
    keyId: "key_1",
    clientRequestId: "theirs",
    createdAt: 5,
  });
  const claims = [claim()];
  const money = { payer, claims, holdNano: 10_000_000, createdAt: 2000 };
  for (const id of ["held", "paid"]) await store.requests.begin(request(id, money), [attempt(id)]);
  const booking = { payer, heldAt: 2000, model: "m", channelId: "main", images: 1 };
  await store.requests.finish(outcome("paid", { costNano: 7, settledNano: 7, booking }));
  await store.nodes.renew({
    id: "dead",
    startedAt: 1,
    seenAt: 1,
    version: null,
    schemaStep: null,
    host: null,
    fileHash: null,
    fileSince: null,
  });
  const told = await tellAll(store);
  await store.close();
  return told;
}

async function tellAll(store: Awaited<ReturnType<typeof openStore>>): Promise<unknown> {
  return {
    keys: await store.keys.all(),
    odd: await store.settings.get("odd"),
    requests: await Promise.all(["r0", "r3", "r1202", "large"].map((id) => store.requests.get(id))),
    repeat: await store.requests.byClientId("key_1", "theirs"),
    budget: await store.budgets.states([claim()]),
    newest: (await store.requests.list({ limit: 100 })).map(({ id }) => id),
  };
}

const migrate = (url: string, from = `sqlite:${source()}`) =>
  runCommand(["migrate", "--from", from], { cwd: root, env: { DATABASE_URL: url } });

test("an SQLite database moves to Postgres whole, its nodes and their running requests ended", async (context) => {
  const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
  const before = await filled();
  const url = await postgres.create("moved");
  const { code, out, err } = await migrate(url);
  expect(err).toBe("");
  expect(code).toBe(0);
  expect(out).toContain("requests: 1206\n");
  const booked = "SELECT request_id, nano FROM ledger WHERE book = 'customer'";
  expect(await postgres.sql("moved", booked)).toContainEqual({ request_id: "paid", nano: "7" });
  expect(out).toMatch(/the database is up to date \(\d{4}-[\w-]+\)\n$/);
  const store = await openStore({ url, now });
  expect(await tellAll(store)).toEqual(before);
  expect(await store.settings.get("nul")).toBe("a\u{fffd}b");
  expect(
    await store.nodes.renew({
      id: "new",
      startedAt: 2,
      seenAt: 2,
      version: null,
      schemaStep: null,
      host: null,
      fileHash: null,
      fileSince: null,
    }),
  ).toHaveLength(1);
  await store.close();

  // Not a second time, and not into what is in use.
  const again = await migrate(url);
  expect(again.code).toBe(1);
  expect(again.err).toMatch(
    /^pinhole: The database moved on 127.0.0.1:\d+ has rows already \(keys\); copy into a new database/,
  );
});

test("a number beyond what JavaScript holds arrives to the last digit", async (context) => {
  const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
  await filled();
  const database = new DatabaseSync(source());
  database.exec("UPDATE holds SET amount_nano = 9223372036854775807 WHERE request_id = 'large'");
  database.close();
  const url = await postgres.create("digits");
  expect((await migrate(url)).code).toBe(0);
  const rows = await postgres.sql(
    "digits",
    "SELECT amount_nano FROM holds WHERE request_id = 'large'",
  );
  expect(rows).toEqual([{ amount_nano: "9223372036854775807" }]);
});

test("what fails half-way leaves no row behind, and the file as it was", async (context) => {
  const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
  const before = await filled();
  const url = await postgres.create("half");
  await (await openStore({ url, now })).close();
  await postgres.sql("half", "ALTER TABLE repeats ADD CHECK (id <> 'again')");
  const { code, err } = await migrate(url);
  expect(code).toBe(1);
  expect(err.trimEnd().split("\n")).toHaveLength(1);
  expect(await postgres.sql("half", "SELECT count(*)::integer AS count FROM requests")).toEqual([
    { count: 0 },
  ]);
  const store = await openStore({ url: `sqlite:${source()}`, now });
  expect(await tellAll(store)).toEqual(before);
  await store.close();
});

test.each([
  [
    "a file that is not there",
    "sqlite:./missing/none.db",
    /none\.db does not exist|cannot be locked/,
  ],
  [
    "another kind of database",
    "mysql://u:p@h/d",
    /--from must be sqlite: and a file, such as sqlite:\.\/data\/pinhole\.db/,
  ],
])("%s is one sentence", async (_, from, words) => {
  const { code, err } = await migrate("postgres://u:hush@127.0.0.1:1/p", from);
  expect(err).toMatch(words);
  expect(err).not.toContain("hush");
  expect(code).toBe(1);
});

test("without --from the database of the configuration is brought up to date", async () => {
  mkdirSync(join(root, "data"));
  const made = await runCommand(["migrate"], { cwd: root });
  expect(made).toMatchObject({ code: 0, err: "" });
  expect(made.out).toMatch(/^the database is up to date \(\d{4}-[\w-]+\)\n$/);
  const only = await runCommand(["migrate", "--from", "sqlite:./data/pinhole.db"], { cwd: root });
  expect(only).toMatchObject({
    code: 1,
    err: expect.stringMatching(/--from copies to Postgres: set database\.url/) as unknown,
  });
});

test("a database that a gateway works on is not moved", async (context) => {
  const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
  const gateway = await startGatewayProcess();
  const from = `sqlite:${join(gateway.folder, "data", "pinhole.db")}`;
  const { code, err } = await migrate(await postgres.create("busy"), from);
  await gateway.stop();
  expect(err).toMatch(/in use by another Pinhole \(process \d+ .*; stop that one/);
  expect(code).toBe(1);
});
