import { afterAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import type { OpenedStore } from "../../src/store/open.ts";
import { poolerProgram, startPooler } from "../support/pgbouncer.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { attempt, type OpenEmpty, outcome, request } from "./samples.ts";
import { storeSuite } from "./suite.ts";

const now = () => 1_700_000_000_000;
const programs = postgresPrograms();
const server = programs === undefined ? undefined : await startPostgres(programs);
const program = poolerProgram();
const pooler =
  server === undefined || program === undefined ? undefined : await startPooler(program, server);
afterAll(async () => {
  await pooler?.remove();
  await server?.remove();
});

test("there are a Postgres and a PgBouncer for these tests", (context) => {
  expect(requireForTest(context, "Postgres (Debian's package postgresql)", server)).toBeDefined();
  expect(requireForTest(context, "PgBouncer (Debian's package pgbouncer)", pooler)).toBeDefined();
});

describe.runIf(server !== undefined)("with a server", () => {
  storeSuite(
    "Postgres",
    emptyStores("suite", (name) => server?.url(name)),
  );
});

test.runIf(server !== undefined)(
  "a server says how many connections it allows, and how many gateways want theirs",
  async () => {
    const url = (await server?.create("connections")) ?? "";
    const store = await openStore({ url, pool: 7, now });
    const seenAt = (await store.serverTime()) ?? 0;
    const node = {
      startedAt: seenAt,
      version: "0.1.0",
      schemaStep: null,
      host: null,
      fileHash: null,
      fileSince: null,
    };
    await store.nodes.renew({ ...node, id: "here", seenAt });
    await store.nodes.renew({ ...node, id: "gone", seenAt: seenAt - 60_000 });
    const found = await store.connections();
    await store.close();
    expect(found).toMatchObject({ nodes: 1, poolOfNode: 7 });
    expect(found?.used).toBeGreaterThan(0);
    expect(found?.most).toBeGreaterThan(found?.used ?? 0);
  },
);

test.runIf(server !== undefined)(
  "an audit row is never changed, and can be deleted after a year only",
  async () => {
    const url = await server?.create("audited");
    await (await openStore({ url: url ?? "", now })).close();
    const run = (text: string) => server?.sql("audited", text);
    const add = (id: string, at: number) =>
      run(`INSERT INTO audit (id, at, who, action, resource, resource_id)
        VALUES ('${id}', ${at}, 'admin', 'create', 'team', 'art')`);
    await add("new", Date.now());
    await add("old", Date.now() - 366 * 86_400_000);
    for (const text of [
      "UPDATE audit SET who = 'nobody' WHERE id = 'old'",
      "DELETE FROM audit",
      "TRUNCATE audit",
    ])
      await expect(run(text)).rejects.toThrow(/never changed, and kept for a year/);
    await run("DELETE FROM audit WHERE id = 'old'");
    expect(await run("SELECT id, who FROM audit")).toEqual([{ id: "new", who: "admin" }]);
  },
);

describe.runIf(pooler !== undefined)("through a pooler", () => {
  const open = emptyStores("pooled", (name) => pooler?.url(name));
  storeSuite("Postgres through PgBouncer in transaction mode", open);

  test("more clients than connections to the server: all is done, and no statement meets another's transaction", async () => {
    const stores = [await open()];
    const url = pooler?.url("pooled") ?? "";
    for (let at = 1; at < 4; at += 1) stores.push(await openStore({ url, now }));
    const ids = Array.from({ length: 400 }, (_, at) => `r${at}`);
    const storeOf = (at: number): OpenedStore | undefined =>
      stores[at % 4] as OpenedStore | undefined;
    await Promise.all(
      ids.map(async (id, at) => {
        await storeOf(at)?.requests.begin(request(id), [attempt(id)]);
        await storeOf(at + 1)?.requests.finish(outcome(id));
        expect((await storeOf(at + 2)?.requests.get(id))?.state).toBe("succeeded");
      }),
    );
    for (const store of stores.slice(1)) await store.close();
  });
});

/** One store for many tests, emptied in between. */
function emptyStores(name: string, address: (database: string) => string | undefined): OpenEmpty {
  let shared: OpenedStore | undefined;
  afterAll(() => shared?.close());
  return async () => {
    const url = address(name);
    if (server === undefined || url === undefined) throw new Error("there is no server");
    if (shared === undefined) await server.create(name);
    const works = await shared?.settings.set("asked", "1").then(
      () => true,
      () => false,
    );
    if (works !== true) shared = await openStore({ url, now });
    await empty(server, name);
    if (shared === undefined) throw new Error("the store was just opened");
    return shared;
  };
}

async function empty(postgres: TestPostgres, name: string): Promise<void> {
  const rows = await postgres.sql(
    name,
    `SELECT string_agg(relname, ', ') AS tables FROM pg_class
      WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'migrations'`,
  );
  // The audit refuses to be emptied.
  await postgres.sql(name, "ALTER TABLE audit DISABLE TRIGGER USER");
  await postgres.sql(name, `TRUNCATE ${String(rows[0]?.["tables"])} CASCADE`);
  await postgres.sql(name, "ALTER TABLE audit ENABLE TRIGGER USER");
}
