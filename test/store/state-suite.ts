import { expect, test } from "vitest";
import type { StoredKey } from "../../src/core/key.ts";
import type { TeamRecord } from "../../src/core/people.ts";
import type { StoredResource } from "../../src/store/resource-records.ts";
import type { StateChange } from "../../src/store/state-store.ts";
import { keyEntry, type OpenEmpty, sampleKey } from "./samples.ts";

const team: TeamRecord = {
  id: "art",
  name: null,
  models: ["*"],
  rpm: 20,
  ipm: null,
  ipd: null,
  budgets: [],
  labels: [],
  markup: null,
  disabled: false,
  version: 1,
  createdAt: 1000,
  changedAt: 2000,
};
const entry = (resourceId: string, id?: string) =>
  keyEntry({ resourceId, ...(id === undefined ? {} : { id }) });
const teamChange = (record: TeamRecord, isNew: boolean, id?: string): StateChange => ({
  table: "teams",
  record,
  isNew,
  entry: entry(record.id, id),
});
const keyChange = (record: StoredKey, isNew: boolean, setsSecret = true): StateChange => ({
  table: "keys",
  record,
  isNew,
  setsSecret,
  entry: entry(record.id),
});
const entryOf = (change: Partial<StoredResource>): StoredResource => ({
  kind: "alias",
  id: "best",
  words: { models: ["a"] },
  secrets: {},
  version: 1,
  createdAt: 1,
  changedAt: 2,
  removedAt: null,
  ...change,
});
const other: StoredKey = { ...sampleKey, id: "key_2", digest: "e".repeat(64) };

/** What changing all that is served at once must do in every database. */
export function stateSuite(open: OpenEmpty): void {
  test("many changes are one step of the version, with an audit row each", async () => {
    const store = await open();
    const before = await store.served.version();
    const { markup: _, ...owner } = team;
    const user = { ...owner, id: "ann", teamId: "art" };
    const alias = entryOf({});
    const changes: StateChange[] = [
      teamChange(team, true),
      { table: "users", record: user, isNew: true, entry: entry("ann") },
      keyChange(sampleKey, true),
      { table: "resources", record: alias, isNew: true, entry: entry("best") },
    ];
    expect(await store.state.apply(before, changes)).toBe(true);
    expect(await store.state.read()).toEqual({
      version: before + 1,
      teams: [team],
      users: [user],
      keys: [sampleKey],
      resources: [alias],
    });
    expect(await store.audit.list({ limit: 10 })).toHaveLength(4);
    // From the version of before nothing is done any more.
    expect(await store.state.apply(before, [teamChange({ ...team, id: "late" }, true)])).toBe(
      false,
    );
    expect(await store.teams.get("late")).toBeUndefined();
  });

  test("a fault between change, audit and version leaves none of them", async () => {
    const store = await open();
    await store.state.apply(await store.served.version(), [teamChange(team, true, "aud_taken")]);
    const before = await store.state.read();
    const from = before?.version ?? 0;
    const good = keyChange(sampleKey, true);
    const faults: readonly StateChange[][] = [
      // The audit refuses a row that it has.
      [good, teamChange({ ...team, id: "b" }, true, "aud_taken")],
      // A row that is not as it was read.
      [good, teamChange({ ...team, version: 7 }, false)],
      [good, teamChange(team, true)],
      // A digest that another key has.
      [good, keyChange({ ...other, digest: sampleKey.digest }, true)],
    ];
    for (const changes of faults)
      await expect(store.state.apply(from, changes)).rejects.toMatchObject({
        code: "internal_error",
      });
    expect(await store.state.read()).toEqual(before);
    expect(await store.audit.list({ limit: 10 })).toHaveLength(1);
    expect(await store.state.apply(from, [good])).toBe(true);
  });

  secretSuite(open);
}

function secretSuite(open: OpenEmpty): void {
  test("entries of the configuration are changed, deleted and made again, each from its version", async () => {
    const store = await open();
    const write = async (record: StoredResource, isNew: boolean): Promise<boolean> => {
      const from = await store.served.version();
      const change = { table: "resources", record, isNew, entry: entry("best") } as const;
      return store.state.apply(from, [change]);
    };
    await write(entryOf({ secrets: { "/settings/api_key": "sealed" } }), true);
    await write(entryOf({ words: { models: ["b"] } }), false);
    await expect(write(entryOf({ version: 7 }), false)).rejects.toMatchObject({
      code: "internal_error",
    });
    await write(entryOf({ version: 2, changedAt: 9, removedAt: 9 }), false);
    expect((await store.state.read())?.resources).toMatchObject([
      { version: 3, secrets: {}, removedAt: 9 },
    ]);
    await write(entryOf({ version: 4 }), true);
    expect((await store.state.read())?.resources).toEqual([entryOf({ version: 4 })]);
    expect(await store.served.version()).toBe(4);
  });

  test("keys change their secrets with each other, and keep those that are not said", async () => {
    const store = await open();
    await store.state.apply(0, [keyChange(sampleKey, true), keyChange(other, true)]);
    const previous = { digest: "p".repeat(64), hint: "prev", until: 9000, usedAt: null };
    const swapped: StateChange[] = [
      keyChange({ ...sampleKey, digest: other.digest, previous }, false),
      keyChange({ ...other, digest: sampleKey.digest }, false),
    ];
    expect(await store.state.apply(1, swapped)).toBe(true);
    expect((await store.state.read())?.keys).toEqual([
      { ...sampleKey, digest: other.digest, previous, version: 2 },
      { ...other, digest: sampleKey.digest, version: 2 },
    ]);
    // Another node has put the digest by today's secret in its place meanwhile.
    await store.keys.redigest("key_1", other.digest, "f".repeat(64));
    const renamed = { ...sampleKey, digest: other.digest, name: "renamed", version: 2 };
    expect(await store.state.apply(2, [keyChange(renamed, false, false)])).toBe(true);
    expect(await store.keys.get("key_1")).toMatchObject({
      name: "renamed",
      digest: "f".repeat(64),
      previous,
    });
    const ended = { ...other, digest: sampleKey.digest, version: 2, removedAt: 5000 };
    expect(await store.state.apply(3, [keyChange(ended, false, false)])).toBe(true);
    expect((await store.keys.all()).map(({ id }) => id)).toEqual(["key_1"]);
    expect((await store.state.read())?.keys).toHaveLength(2);
  });
}
