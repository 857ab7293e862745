import { expect, test } from "vitest";
import type { AuditEntry } from "../../src/core/audit.ts";
import type { StoredResource } from "../../src/store/resource-records.ts";
import { type OpenEmpty, keyEntry } from "./samples.ts";

const up: StoredResource = {
  kind: "channel",
  id: "up",
  words: { provider: "openai", settings: { api_key: { hint: "wxyz" } }, weight: 0.5, note: "✓" },
  secrets: { "/settings/api_key": "v1.00000000.sealed" },
  version: 1,
  createdAt: 1000,
  changedAt: 1000,
  removedAt: null,
};

const entry = (change: Partial<AuditEntry> = {}): AuditEntry =>
  keyEntry({ resource: "channel", resourceId: "up", ...change });

/** What entries of the configuration must do in every database. */
export function resourceSuite(open: OpenEmpty): void {
  test("entries of the configuration come back as they were added, by kind and id", async () => {
    const store = await open();
    const before = await store.served.version();
    expect(await store.resources.add(up, entry())).toBe(true);
    expect(await store.resources.add({ ...up, words: {} }, entry())).toBe(false);
    expect(await store.resources.add({ ...up, kind: "alias" }, entry())).toBe(true);
    expect(await store.resources.get("channel", "up")).toEqual(up);
    expect(await store.resources.get("channel", "none")).toBeUndefined();
    expect(await store.resources.all()).toEqual([{ ...up, kind: "alias" }, up]);
    expect(await store.served.version()).toBe(before + 2);
    expect((await store.served.read())?.resources).toEqual([{ ...up, kind: "alias" }, up]);
    expect(await store.audit.list({ limit: 9, resource: "channel" })).toHaveLength(2);
  });

  test("of changes of one version of an entry one is made, with its audit and the step of the version", async () => {
    const store = await open();
    await store.resources.add(up, entry());
    const before = await store.served.version();
    const tries = Array.from({ length: 20 }, (_, weight) => ({ ...up, words: { weight } }));
    const done = await Promise.all(tries.map((one) => store.resources.change(one, entry())));
    expect(done.filter(Boolean)).toHaveLength(1);
    const words = tries[done.indexOf(true)]?.words;
    expect(await store.resources.get("channel", "up")).toEqual({ ...up, words, version: 2 });
    expect(await store.served.version()).toBe(before + 1);
    expect(await store.audit.list({ limit: 50 })).toHaveLength(2);
  });

  test("where the audit cannot be written no entry is made, changed or deleted", async () => {
    const store = await open();
    const first = entry();
    await store.resources.add(up, first);
    const before = await store.served.version();
    const taken = { id: first.id };
    const gateway = "The gateway";
    await expect(store.resources.add({ ...up, id: "b" }, entry(taken))).rejects.toThrow(gateway);
    await expect(store.resources.change({ ...up, words: {} }, entry(taken))).rejects.toThrow(
      gateway,
    );
    await expect(store.resources.remove(up, entry(taken))).rejects.toThrow(gateway);
    expect(await store.resources.all()).toEqual([up]);
    expect(await store.served.version()).toBe(before);
    expect(await store.audit.list({ limit: 9 })).toEqual([first]);
  });

  endSuite(open);
}

function endSuite(open: OpenEmpty): void {
  test("a deleted entry leaves its name without credentials, and goes on counting when it is made again", async () => {
    const store = await open();
    await store.resources.add(up, entry());
    expect(await store.resources.remove({ ...up, version: 7 }, entry())).toBe(false);
    expect(await store.resources.remove({ ...up, changedAt: 2000 }, entry())).toBe(true);
    expect(await store.resources.remove({ ...up, version: 2 }, entry())).toBe(false);
    const gone = { ...up, secrets: {}, version: 2, changedAt: 2000, removedAt: 2000 };
    expect(await store.resources.get("channel", "up")).toEqual(gone);
    expect(await store.resources.all()).toEqual([]);
    const page = { kind: "channel", after: "", limit: 9 };
    expect(await store.resources.page({ ...page, removed: false })).toEqual([]);
    expect(await store.resources.page({ ...page, removed: true })).toEqual([gone]);
    expect(await store.resources.change({ ...gone, words: {} }, entry())).toBe(false);
    expect(await store.resources.add(up, entry())).toBe(false);
    const again = { ...up, version: 3, createdAt: 3000 };
    const made = await Promise.all([1, 2].map(() => store.resources.add(again, entry())));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await store.resources.all()).toEqual([again]);
  });

  test("entries are read by pages of one kind, in the order of the bytes of their ids", async () => {
    const store = await open();
    for (const id of ["b", "a", "Z", "c"]) await store.resources.add({ ...up, id }, entry());
    await store.resources.add({ ...up, kind: "alias" }, entry());
    const page = { kind: "channel", limit: 2, removed: false };
    const ids = async (after: string) =>
      (await store.resources.page({ ...page, after })).map(({ id }) => id);
    expect([await ids(""), await ids("a"), await ids("c")]).toEqual([["Z", "a"], ["b", "c"], []]);
  });

  test("credentials that were sealed again take the place of the same ones only, and nobody has to read them again", async () => {
    const store = await open();
    await store.resources.add(up, entry());
    const version = await store.served.version();
    const [kind, id, from] = ["channel", "up", up.secrets];
    const to = { "/settings/api_key": "v1.11111111.sealed" };
    await store.resources.reseal([{ kind, id, from: { other: "" }, to: {} }]);
    expect(await store.resources.get(kind, id)).toEqual(up);
    await store.resources.reseal([{ kind, id, from, to }]);
    expect(await store.resources.get(kind, id)).toEqual({ ...up, secrets: to });
    expect(await store.served.version()).toBe(version);
  });
}
