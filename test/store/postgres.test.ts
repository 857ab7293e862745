import { afterAll, describe, expect, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import type { OpenedStore } from "../../src/store/open.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import type { OpenEmpty } from "./samples.ts";
import { storeSuite } from "./suite.ts";

const now = () => 1_700_000_000_000;
const programs = postgresPrograms();
const server = programs === undefined ? undefined : await startPostgres(programs);
afterAll(() => server?.remove());

describe.runIf(server !== undefined)("with a server", () => {
  storeSuite("Postgres", emptyStores(server));
});

test("there is a Postgres for these tests", (context) => {
  expect(requireForTest(context, "Postgres (Debian's package postgresql)", server)).toBeDefined();
});

/** One store for many tests, emptied in between. */
function emptyStores(postgres: TestPostgres | undefined): OpenEmpty {
  let shared: OpenedStore | undefined;
  afterAll(() => shared?.close());
  return async () => {
    if (postgres === undefined) throw new Error("there is no server");
    const url = postgres.url("suite");
    if (shared === undefined) await postgres.create("suite");
    const works = await shared?.ping().then(
      () => true,
      () => false,
    );
    if (works !== true) shared = await openStore({ url, now });
    await postgres.sql("suite", "TRUNCATE keys, requests, settings, repeats, nodes CASCADE");
    if (shared === undefined) throw new Error("the store was just opened");
    return shared;
  };
}
