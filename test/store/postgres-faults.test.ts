import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import type { OpenedStore } from "../../src/store/open.ts";
import { openConnection, type Connection } from "../../src/store/postgres/connection.ts";
import { commitGroup, type Work } from "../../src/store/postgres/group-commit.ts";
import { statement } from "../../src/store/query.ts";
import { startCuttingProxy } from "../support/cutting-proxy.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { claim, payer } from "./budget-suite.ts";
import { attempt, outcome, request, keyEntry, sampleKey } from "./samples.ts";

let started: TestPostgres | undefined;
beforeAll(async () => {
  const programs = postgresPrograms();
  if (programs !== undefined) started = await startPostgres(programs);
});
afterAll(() => started?.remove());
beforeEach((context) => {
  requireForTest(context, "Postgres (Debian's package postgresql)", started);
});

function postgres(): TestPostgres {
  if (started === undefined) throw new Error("there is no server");
  return started;
}

let databases = 0;
async function database(): Promise<{ name: string; url: string }> {
  databases += 1;
  const name = `faults_${databases}`;
  return { name, url: await postgres().create(name) };
}

async function open(url: string): Promise<OpenedStore> {
  const store = await openStore({ url, now: () => 1000 });
  onTestFinished(() => store.close());
  return store;
}

const away = {
  code: "overloaded",
  message: "The gateway cannot reach its records at the moment; try again later.",
  retryAfterSeconds: 5,
  evidence: undefined,
};

describe("a server that goes", () => {
  test("refuses new work at once while it is away, and takes it again when it is back", async () => {
    const { url } = await database();
    const store = await open(url);
    await store.requests.begin(request("r1"), [attempt("r1")]);
    await postgres().stop();
    for (const _ of [1, 2]) {
      await expect(store.requests.begin(request("r2"), [])).rejects.toMatchObject(away);
      await expect(store.requests.get("r1")).rejects.toMatchObject(away);
      await expect(store.requests.finish(outcome("r1"))).rejects.toMatchObject(away);
      await expect(store.settings.set("asked", "1")).rejects.toMatchObject(away);
    }
    await postgres().start();
    expect(await store.requests.finish(outcome("r1"))).toBe(true);
    await store.requests.begin(request("r2"), []);
    expect((await store.requests.get("r1"))?.state).toBe("succeeded");
  });

  test("a crash under load loses nothing that was acknowledged, and what was refused is not there", async () => {
    const { name, url } = await database();
    const store = await open(url);
    const begun: string[] = [];
    const unknown: string[] = [];
    let isOver = false;
    const writer = async (lane: number): Promise<void> => {
      for (let at = 0; !isOver; at += 1) {
        const id = `${lane}-${at}`;
        try {
          await store.requests.begin(request(id), [attempt(id)]);
          begun.push(id);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: "overloaded" });
          if ((thrown as { evidence?: string }).evidence === "unknown") unknown.push(id);
          await new Promise((done) => setImmediate(done));
        }
      }
    };
    const writers = Array.from({ length: 20 }, (_, lane) => writer(lane));
    for (let crash = 0; crash < 3; crash += 1) {
      const before = begun.length;
      await expect.poll(() => begun.length, { timeout: 60_000 }).toBeGreaterThan(before + 200);
      await postgres().stop("immediate");
      await postgres().start();
    }
    isOver = true;
    await Promise.all(writers);
    const rows = await postgres().sql(name, "SELECT id FROM requests");
    const there = new Set(rows.map(({ id }) => id));
    expect(begun.filter((id) => !there.has(id))).toEqual([]);
    const known = new Set([...begun, ...unknown]);
    expect([...there].filter((id) => !known.has(String(id)))).toEqual([]);
  });

  test.each([
    [
      "57P01: an administrator ends the connections",
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    ],
  ])("%s: the next command has a new one", async (_, sql) => {
    const { name, url } = await database();
    const store = await open(url);
    await store.settings.set("a", "1");
    await store.settings.get("a");
    await postgres().sql(name, sql);
    await expect
      .poll(() => store.settings.set("b", "2").then(() => store.settings.get("b"), String))
      .toBe("2");
    expect(await store.settings.get("a")).toBe("1");
  });

  test("25006: a server that takes no writes any more is away for writes, and left for a new connection", async () => {
    const { name, url } = await database();
    const store = await open(url);
    const all = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`;
    const change = async (to: string): Promise<void> => {
      await postgres().sql("postgres", `ALTER DATABASE ${name} ${to}`);
      await postgres().sql("postgres", all);
    };
    await store.settings.set("a", "1");
    // As a standby does, or a primary that has become one.
    await change("SET default_transaction_read_only = on");
    await expect
      .poll(() => store.settings.set("a", "2").catch((thrown: unknown) => thrown))
      .toMatchObject({ ...away, detail: expect.stringContaining("read-only") as unknown });
    await expect(store.settings.set("asked", "1")).rejects.toMatchObject(away);
    await postgres().sql("postgres", `ALTER DATABASE ${name} RESET default_transaction_read_only`);
    // The connection that said so is gone: the next one goes to the server that takes writes.
    await store.settings.set("a", "3");
    expect(await store.settings.get("a")).toBe("3");
  });
});

test("a commit whose answer is lost is unknown, is withdrawn, and withdrawing what is not there does nothing", async () => {
  const { name, url } = await database();
  const proxy = await startCuttingProxy(postgres().port);
  onTestFinished(() => proxy.close());
  const store = await open(url.replace(/:\d+\//, `:${proxy.port}/`));
  await store.settings.set("warm", "1");
  // As the protocol says it: the word is also in what begins a transaction.
  proxy.cutAfter("COMMIT\0");
  const held = request("r1", { idempotencyKey: "order" });
  await expect(store.requests.begin(held, [attempt("r1")])).rejects.toMatchObject({
    code: "overloaded",
    evidence: "unknown",
  });
  expect(await postgres().sql(name, "SELECT id, state FROM requests")).toEqual([
    { id: "r1", state: "running" },
  ]);
  const failed = {
    state: "failed" as const,
    costNano: 0,
    settledNano: 0,
    replayable: false,
    answer: null,
    pictures: [],
    attempts: [],
  };
  await store.requests.withdraw(outcome("r1", failed));
  await store.requests.withdraw(outcome("r2", failed));
  expect(await store.requests.get("r1")).toMatchObject({
    state: "failed",
    idempotencyKey: null,
    hold: { state: "voided" },
  });
  expect(await store.requests.get("r2")).toBeUndefined();
  expect(
    await store.requests.begin(request("r3", { idempotencyKey: "order" }), []),
  ).toBeUndefined();
});

describe("groups", () => {
  test("what is asked in one turn is few commits; one by one they are many", async () => {
    const store = await open((await database()).url);
    const ids = Array.from({ length: 200 }, (_, at) => `r${at}`);
    await Promise.all(ids.map((id) => store.requests.begin(request(id), [attempt(id)])));
    expect(store.counters()).toMatchObject({ commands: 200, pending: 0 });
    expect(store.counters().commits).toBeLessThanOrEqual(2);
    const { commits } = store.counters();
    for (const id of ids.slice(0, 5)) await store.requests.finish(outcome(id));
    expect(store.counters().commits).toBe(commits + 5);
  });

  test("a command that fails leaves its neighbours in the same commit alone", async () => {
    const store = await open((await database()).url);
    await store.keys.add(sampleKey, keyEntry());
    const twins = Array.from({ length: 40 }, (_, at) =>
      store.keys.add(
        {
          ...sampleKey,
          id: `twin${at}`,
          digest: at % 2 === 0 ? sampleKey.digest : `d${at}`,
        },
        keyEntry(),
      ),
    );
    const states = (await Promise.allSettled(twins)).map(({ status }) => status);
    expect(states).toEqual(states.map((_, at) => (at % 2 === 0 ? "rejected" : "fulfilled")));
    expect(await store.keys.all()).toHaveLength(21);
  });

  test("two nodes that claim one idempotency key at once: one has it, the other learns whose it is", async () => {
    const { url } = await database();
    const stores = await Promise.all([open(url), open(url)]);
    for (let round = 0; round < 20; round += 1) {
      const keyed = (node: number) =>
        request(`r${round}-${node}`, { idempotencyKey: `order${round}` });
      const holders = await Promise.all(
        stores.map((store, node) => store.requests.begin(keyed(node), [], 0)),
      );
      const winner = holders.indexOf(undefined);
      expect(holders.filter((holder) => holder === undefined)).toHaveLength(1);
      expect(JSON.stringify(holders[1 - winner])).toContain(`"r${round}-${winner}"`);
    }
  });

  test("two nodes that take one orphan at once: one gets it", async () => {
    const { url } = await database();
    const stores = await Promise.all([open(url), open(url)]);
    for (let round = 0; round < 20; round += 1) {
      const print = `f${round}`;
      await stores[0]?.requests.begin(request(`r${round}`, { fingerprint: print }), []);
      await stores[0]?.requests.orphan(`r${round}`, 5);
      const taken = await Promise.all(
        stores.map((store) => store.requests.claimOrphan("key_1", print, 0)),
      );
      expect(taken.filter((id) => id === `r${round}`)).toHaveLength(1);
    }
  });

  test("a sweep and a finish that meet: the outcome stands, nothing is half done, nobody waits for ever", async () => {
    const { name, url } = await database();
    const stores = await Promise.all([open(url), open(url)]);
    const ids = Array.from({ length: 300 }, (_, at) => `r${at}`);
    await Promise.all(
      ids.map((id) => stores[0]?.requests.begin(request(id, { owner: "dead" }), [attempt(id)])),
    );
    await Promise.all([
      stores[1]?.requests.sweep(2000),
      ...ids.toReversed().map((id) => stores[0]?.requests.finish(outcome(id))),
    ]);
    const rows = await postgres().sql(
      name,
      `SELECT DISTINCT r.state, h.state AS hold, a.state AS attempt FROM requests r
        JOIN holds h ON h.request_id = r.id JOIN attempts a ON a.request_id = r.id`,
    );
    expect(rows).toEqual([{ state: "succeeded", hold: "settled", attempt: "succeeded" }]);
  });
});

test("a counter that is counted again while holds are taken loses none of them", async () => {
  const store = await open((await database()).url);
  const claims = [claim({ limitNano: 1_000_000 })];
  const hold = (id: string): Promise<unknown> =>
    store.requests.begin(request(id, { payer, claims, holdNano: 10, createdAt: 2000 }), [], 0);
  await hold("first");
  for (let round = 0; round < 10; round += 1)
    await Promise.all([
      store.budgets.refresh([claim()]),
      ...Array.from({ length: 20 }, (_, at) => hold(`r${round}-${at}`)),
    ]);
  expect(await store.budgets.states([claim()])).toMatchObject([
    { spentNano: "0", reservedNano: "2010" },
  ]);
});

const insert = statement<{ id: string }>("INSERT INTO things (id, count) VALUES (:id, 0)");
const add = statement<{ id: string }>("UPDATE things SET count = count + 1 WHERE id = :id");

/** Work on rows in its own order, with the locks that it names. */
const adding = (ids: readonly string[], locks: readonly string[] = []): Work => ({
  subject: ids.join("+"),
  locks,
  *begin() {
    for (const id of ids) yield add({ id });
    return ids.length;
  },
});

async function things(): Promise<{ name: string; connections: [Connection, Connection] }> {
  const { name, url } = await database();
  const connect = async (): Promise<Connection> => {
    const connection = await openConnection({ url, answerMsMax: 20_000 });
    onTestFinished(() => connection.close());
    return connection;
  };
  const connections: [Connection, Connection] = [await connect(), await connect()];
  await connections[0].execute("CREATE TABLE things (id text PRIMARY KEY, count integer NOT NULL)");
  for (const id of ["a", "b", "c"]) await connections[0].run(insert({ id }));
  return { name, connections };
}

test("groups that lock rows in different orders both get through", async () => {
  const { name, connections } = await things();
  const rounds = 15;
  for (let round = 0; round < rounds; round += 1) {
    const results = await Promise.all(
      connections.map((connection, at) =>
        commitGroup(
          connection,
          at === 0 ? [adding(["a", "b"]), adding(["c"])] : [adding(["c", "b"]), adding(["a"])],
          "BEGIN; SET LOCAL deadlock_timeout = '10ms'",
        ),
      ),
    );
    for (const { outcomes, commits } of results) {
      expect(outcomes.map(({ fault }) => fault?.detail)).toEqual([undefined, undefined]);
      expect(commits).toBe(1);
    }
  }
  const rows = await postgres().sql(name, "SELECT id, count FROM things ORDER BY id");
  expect(rows.map(({ count }) => count)).toEqual([rounds * 2, rounds * 2, rounds * 2]);
});

test("a group whose command waits for a transaction that waits for the group begins anew, so that both get through", async () => {
  const { name, connections } = await things();
  const [ours, other] = connections;
  const gate = await openConnection({ url: postgres().url(name), answerMsMax: 20_000 });
  onTestFinished(() => gate.close());
  await gate.execute("SELECT pg_advisory_lock(7)");
  let begins = 0;
  const late: Work = {
    subject: "late",
    locks: [],
    *begin() {
      begins += 1;
      // The first time all are undone, and then done one after the other.
      if (begins === 1) throw new Error("not together");
      yield { sql: "SELECT pg_advisory_xact_lock_shared(7)", parameters: [] };
      yield add({ id: "c" });
    },
  };
  await other.execute("BEGIN; SET LOCAL deadlock_timeout = '60s'");
  await other.run(add({ id: "c" }));
  const group = commitGroup(
    ours,
    [adding(["a"]), late],
    "BEGIN; SET LOCAL deadlock_timeout = '50ms'",
  );
  const waiting = async (): Promise<number> => {
    const rows = await postgres().sql(name, "SELECT count(*) AS n FROM pg_locks WHERE NOT granted");
    return Number(rows[0]?.["n"]);
  };
  await expect.poll(waiting).toBe(1);
  const theirs = other.run(add({ id: "a" })).then(() => other.execute("COMMIT"));
  await expect.poll(waiting).toBe(2);
  await gate.execute("SELECT pg_advisory_unlock(7)");
  await theirs;
  const { outcomes, commits } = await group;
  expect([outcomes.map(({ fault }) => fault?.detail), commits]).toEqual([
    [undefined, undefined],
    1,
  ]);
  const rows = await postgres().sql(name, "SELECT id, count FROM things ORDER BY id");
  expect(rows.map(({ count }) => count)).toEqual([2, 0, 2]);
});

test("names that are locked are taken before anything else, so no group has to be run twice", async () => {
  const { name, connections } = await things();
  let begins = 0;
  const counted = (work: Work): Work => ({ ...work, begin: () => ((begins += 1), work.begin()) });
  for (let round = 0; round < 15; round += 1)
    await Promise.all(
      connections.map((connection, at) =>
        commitGroup(
          connection,
          at === 0
            ? [counted(adding(["a", "b"], ["a", "b"])), counted(adding(["c"], ["c"]))]
            : [counted(adding(["c", "b"], ["c", "b"])), counted(adding(["a"], ["a"]))],
          "BEGIN",
        ),
      ),
    );
  expect(begins).toBe(60);
  const rows = await postgres().sql(name, "SELECT id, count FROM things ORDER BY id");
  expect(rows.map(({ count }) => count)).toEqual([30, 30, 30]);
});

test("works on one subject are done one after the other", async () => {
  const { connections } = await things();
  const seen: string[] = [];
  const story = (subject: string, word: string): Work => ({
    subject,
    locks: [],
    *begin() {
      for (const at of [1, 2]) {
        yield add({ id: "a" });
        seen.push(`${word}${at}`);
      }
      return undefined;
    },
  });
  await commitGroup(connections[0], [story("r", "x"), story("r", "y"), story("s", "z")], "BEGIN");
  expect(seen.filter((word) => !word.startsWith("z"))).toEqual(["x1", "x2", "y1", "y2"]);
});

test("a statement that takes too long, and a lock that is not given back, fail the command and not the store", async () => {
  const { connections } = await things();
  const [one, two] = connections;
  await two.execute("BEGIN");
  await two.run(add({ id: "a" }));
  for (const limit of ["lock_timeout", "statement_timeout"]) {
    const { outcomes } = await commitGroup(one, [adding(["a"])], `BEGIN; SET LOCAL ${limit} = 50`);
    expect(outcomes[0]?.fault).toMatchObject({
      code: "overloaded",
      message: "The gateway's records were too busy for too long; try again later.",
    });
  }
  await two.execute("ROLLBACK");
  const { outcomes } = await commitGroup(one, [adding(["a"])], "BEGIN");
  expect(outcomes).toEqual([{ value: 1 }]);
});

test("a server that says nothing any more is given up, and the next command has a new connection", async () => {
  const { url } = await database();
  const proxy = await startCuttingProxy(postgres().port);
  onTestFinished(() => proxy.close());
  const connection = await openConnection({
    url: url.replace(/:\d+\//, `:${proxy.port}/`),
    answerMsMax: 200,
  });
  await connection.execute("SELECT 1");
  proxy.freeze();
  const { outcomes } = await commitGroup(connection, [adding(["a"])], "BEGIN");
  expect(outcomes[0]?.fault).toMatchObject(away);
  expect(connection.isLost()).toBe(true);
  await connection.close();
});

test("text with what Postgres cannot keep is kept as near as it can be", async () => {
  const store = await open((await database()).url);
  await store.settings.set("odd", "a\0b \ud800 \u{1f98a}");
  expect(await store.settings.get("odd")).toBe("a\u{fffd}b \u{fffd} \u{1f98a}");
});

test("an amount beyond what JavaScript holds is an error, not a near number", async () => {
  const { name, url } = await database();
  const store = await open(url);
  await store.requests.begin(request("r1", { holdNano: 2 ** 52 + 1 }), []);
  expect((await store.requests.get("r1"))?.hold?.nano).toBe(2 ** 52 + 1);
  await postgres().sql(name, "UPDATE holds SET amount_nano = 9007199254740993");
  await expect(store.requests.get("r1")).rejects.toMatchObject({ code: "internal_error" });
});
