import { expect, test } from "vitest";
import type { KeySettings } from "../../src/core/key.ts";
import type { KeyPage } from "../../src/store/key-records.ts";
import type { Store } from "../../src/store/store.ts";
import { keyEntry, type OpenEmpty, sampleKey } from "./samples.ts";

const internal: unknown = expect.objectContaining({ name: "PinholeError", code: "internal_error" });

/** Every choice of an operator, each another than the sample's. */
const others: KeySettings = {
  name: "other \u{1f98a}",
  models: ["*"],
  operations: null,
  strict: false,
  disabled: true,
  expiresAt: null,
  limits: { rpm: null, ipm: 3, ipd: null, concurrency: null },
  budgets: [],
  ipAllow: null,
  userId: null,
  teamId: null,
  labels: [],
};

const page: KeyPage = { after: "", limit: 50, removed: false, userId: null, teamId: null };
const idsOf = async (store: Store, change: Partial<KeyPage> = {}): Promise<string[]> =>
  (await store.keys.page({ ...page, ...change })).map(({ id }) => id);

/** Keys in the database: what is changed, rotated and removed, and by whom last. */
export function keySuite(open: OpenEmpty): void {
  const filled = async (): Promise<Store> => {
    const store = await open();
    expect(await store.keys.add(sampleKey, keyEntry({ action: "create" }))).toBe(true);
    return store;
  };
  changeSuite(open, filled);
  noteSuite(open, filled);
  pageSuite(open);
  secretSuite(filled);
  digestSuite(filled);
}

function changeSuite(open: OpenEmpty, filled: () => Promise<Store>): void {
  test("keys come back as they were added, oldest first", async () => {
    const store = await open();
    const second = { ...sampleKey, id: "key_2", digest: "e", createdAt: sampleKey.createdAt + 1 };
    const open2 = { ...second, ...others };
    await store.keys.add(open2, keyEntry());
    await store.keys.add(sampleKey, keyEntry());
    expect(await store.keys.all()).toEqual([sampleKey, open2]);
    expect(await store.keys.get("key_2")).toEqual(open2);
    expect(await store.keys.get("key_3")).toBeUndefined();
  });

  test("every choice about a key is changed, by the version that was read and no other", async () => {
    const store = await filled();
    expect(await store.keys.change("key_1", 2, others, keyEntry())).toBe(false);
    expect(await store.keys.get("key_1")).toEqual(sampleKey);
    expect(await store.keys.change("key_1", 1, others, keyEntry())).toBe(true);
    expect(await store.keys.get("key_1")).toEqual({ ...sampleKey, ...others, version: 2 });
    expect(await store.keys.change("key_1", 1, sampleKey, keyEntry())).toBe(false);
    expect(await store.keys.change("key_9", 1, others, keyEntry())).toBe(false);
  });

  test("of changes at once from one version exactly one is made", async () => {
    const store = await filled();
    const names = Array.from({ length: 10 }, (_, at) => `name ${at}`);
    const done = await Promise.all(
      names.map((name) => store.keys.change("key_1", 1, { ...others, name }, keyEntry())),
    );
    expect(done.filter(Boolean)).toHaveLength(1);
    const winner = names[done.indexOf(true)];
    expect(await store.keys.get("key_1")).toMatchObject({ name: winner, version: 2 });
  });

  test("a removed key is a tombstone: out of sight, never changed again, its id nobody else's", async () => {
    const store = await filled();
    expect(await store.keys.remove("key_1", 1, keyEntry({ at: 9000 }))).toBe(true);
    expect(await store.keys.all()).toEqual([]);
    const tombstone = { ...sampleKey, version: 2, removedAt: 9000 };
    expect(await store.keys.get("key_1")).toEqual(tombstone);
    const secret = { digest: "new", hint: "newh", oldUntil: 5 };
    expect(await store.keys.remove("key_1", 2, keyEntry())).toBe(false);
    expect(await store.keys.change("key_1", 2, others, keyEntry())).toBe(false);
    expect(await store.keys.rotate("key_1", 2, secret, keyEntry())).toBe(false);
    expect(await store.keys.add({ ...sampleKey, digest: "x" }, keyEntry())).toBe(false);
    expect(await store.keys.get("key_1")).toEqual(tombstone);
  });
}

function noteSuite(open: OpenEmpty, filled: () => Promise<Store>): void {
  test("the version of what is served is another after each change, and stays where nothing changed", async () => {
    const store = await open();
    const seen = [await store.served.version()];
    const changed = async (change: Promise<unknown>): Promise<boolean> => {
      await change;
      seen.push(await store.served.version());
      return seen.at(-1) !== seen.at(-2);
    };
    const secret = { digest: "new", hint: "newh", oldUntil: 5 };
    expect(await changed(store.keys.add(sampleKey, keyEntry()))).toBe(true);
    expect(await changed(store.keys.add(sampleKey, keyEntry()))).toBe(false);
    expect(await changed(store.keys.change("key_1", 1, others, keyEntry()))).toBe(true);
    expect(await changed(store.keys.change("key_1", 1, others, keyEntry()))).toBe(false);
    expect(await changed(store.keys.rotate("key_1", 2, secret, keyEntry()))).toBe(true);
    expect(await changed(store.keys.rotate("key_1", 2, secret, keyEntry()))).toBe(false);
    expect(
      await changed(store.keys.used([{ keyId: "key_1", digest: sampleKey.digest, at: 1 }])),
    ).toBe(false);
    expect(await changed(store.keys.remove("key_9", 1, keyEntry()))).toBe(false);
    expect(await changed(store.keys.remove("key_1", 3, keyEntry()))).toBe(true);
    expect(await changed(store.keys.all())).toBe(false);
  });

  test("each change that was made is in the audit, and no other", async () => {
    const store = await open();
    const secret = { digest: "new", hint: "newh", oldUntil: 5 };
    const entries = ["create", "change", "rotate", "revoke"].map((action) => keyEntry({ action }));
    const [create, change, rotate, revoke] = entries as [never, never, never, never];
    await store.keys.add(sampleKey, create);
    await store.keys.change("key_1", 1, others, change);
    await store.keys.change("key_1", 1, others, keyEntry());
    await store.keys.rotate("key_1", 2, secret, rotate);
    await store.keys.remove("key_1", 3, revoke);
    await store.keys.remove("key_1", 3, keyEntry());
    expect((await store.audit.list({ limit: 10 })).toReversed()).toEqual(entries);
  });

  test("two keys cannot share a digest, and the message names no table", async () => {
    const store = await filled();
    const twin = store.keys.add({ ...sampleKey, id: "key_2" }, keyEntry());
    await expect(twin).rejects.toEqual(internal);
    await expect(twin).rejects.not.toThrow(/keys|digest|constraint/i);
    expect(await store.keys.all()).toHaveLength(1);
  });
}

function pageSuite(open: OpenEmpty): void {
  test("pages have every key once in the order of ids, by owner, and tombstones where they are asked for", async () => {
    const store = await open();
    const keys = Array.from({ length: 25 }, (_, at) => ({
      ...sampleKey,
      id: `k${String(at).padStart(2, "0")}`,
      digest: `digest ${at}`,
      userId: at % 2 === 0 ? "ann" : null,
      teamId: at % 5 === 0 ? "art" : "web",
    }));
    for (const key of keys.toReversed()) await store.keys.add(key, keyEntry());
    await store.keys.remove("k03", 1, keyEntry());
    const ids = keys.map(({ id }) => id);
    const seen: string[] = [];
    for (let after = ""; ; after = seen.at(-1) ?? "") {
      const next = await idsOf(store, { after, limit: 7 });
      seen.push(...next);
      if (next.length < 7) break;
    }
    expect(seen).toEqual(ids.filter((id) => id !== "k03"));
    expect(await idsOf(store, { removed: true })).toEqual(ids);
    expect(await idsOf(store, { teamId: "art" })).toEqual(["k00", "k05", "k10", "k15", "k20"]);
    expect(await idsOf(store, { teamId: "art", userId: "ann" })).toEqual(["k00", "k10", "k20"]);
    expect(await idsOf(store, { userId: "nobody" })).toEqual([]);
  });
}

function secretSuite(filled: () => Promise<Store>): void {
  test("a rotation keeps the secret of before beside the new one, and the one before that no longer", async () => {
    const store = await filled();
    const first = { digest: "first", hint: "frst", oldUntil: 100 };
    expect(await store.keys.rotate("key_1", 1, first, keyEntry())).toBe(true);
    expect(await store.keys.get("key_1")).toEqual({
      ...sampleKey,
      digest: "first",
      hint: "frst",
      previous: { digest: sampleKey.digest, hint: sampleKey.hint, until: 100, usedAt: null },
      version: 2,
    });
    const second = { digest: "second", hint: "scnd", oldUntil: 200 };
    expect(await store.keys.rotate("key_1", 1, second, keyEntry())).toBe(false);
    expect(await store.keys.rotate("key_1", 2, second, keyEntry())).toBe(true);
    expect(await store.keys.get("key_1")).toMatchObject({
      digest: "second",
      previous: { digest: "first", hint: "frst", until: 200, usedAt: null },
      version: 3,
    });
  });

  test("the last use of a secret of before is the latest that any node tells, and a later rotation forgets it", async () => {
    const store = await filled();
    await store.keys.rotate("key_1", 1, { digest: "n", hint: "h", oldUntil: 100 }, keyEntry());
    const usedAt = async (): Promise<number | null | undefined> =>
      (await store.keys.get("key_1"))?.previous?.usedAt;
    const use = { keyId: "key_1", digest: sampleKey.digest, at: 50 };
    await store.keys.used([use, { keyId: "key_9", digest: "n", at: 1 }]);
    expect(await usedAt()).toBe(50);
    await store.keys.used([{ ...use, at: 40 }]);
    expect(await usedAt()).toBe(50);
    await store.keys.used([{ ...use, at: 60 }]);
    expect(await usedAt()).toBe(60);
    await store.keys.used([{ ...use, digest: "n", at: 70 }]);
    expect(await usedAt()).toBe(60);
    expect((await store.keys.get("key_1"))?.version).toBe(2);
    await store.keys.rotate("key_1", 2, { digest: "o", hint: "h", oldUntil: 100 }, keyEntry());
    expect(await usedAt()).toBeNull();
    await store.keys.used([{ ...use, at: 80 }]);
    expect(await usedAt()).toBeNull();
  });
}

function digestSuite(filled: () => Promise<Store>): void {
  test("a digest gives way to another of the same secret, today's or the one before, and no version steps", async () => {
    const store = await filled();
    const was = await store.served.version();
    await store.keys.redigest("key_1", "another", "new");
    await store.keys.redigest("key_9", sampleKey.digest, "new");
    expect(await store.keys.get("key_1")).toEqual(sampleKey);
    await store.keys.redigest("key_1", sampleKey.digest, "new");
    await store.keys.redigest("key_1", sampleKey.digest, "newer");
    expect(await store.keys.get("key_1")).toEqual({ ...sampleKey, digest: "new" });
    const secret = { digest: "rotated", hint: "rota", oldUntil: 9000 };
    expect(await store.keys.rotate("key_1", 1, secret, keyEntry())).toBe(true);
    const since = await store.served.version();
    await store.keys.redigest("key_1", "new", "old by today");
    const { digest, previous } = (await store.keys.get("key_1")) ?? {};
    expect([digest, previous?.digest]).toEqual(["rotated", "old by today"]);
    expect([since - was, await store.served.version()]).toEqual([1, since]);
  });
}
