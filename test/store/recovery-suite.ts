import { describe, expect, test } from "vitest";
import { attempt, type OpenEmpty, outcome, request, samplePicture } from "./samples.ts";

/** What every database behind the port must do for clients that went away and come back. */
export function recoverySuite(open: OpenEmpty): void {
  idempotencySuite(open);
  idempotencyEndSuite(open);
  orphanSuite(open);
  pictureSuite(open);
  namesSuite(open);
}

const keyed = (id: string, change: Parameters<typeof request>[1] = {}) =>
  request(id, { idempotencyKey: "order", ...change });

function idempotencySuite(open: OpenEmpty): void {
  describe("an idempotency key", () => {
    test("stands for the first request that has it: another writes nothing and learns its id", async () => {
      const store = await open();
      expect(await store.requests.begin(keyed("r1"), [attempt("r1")], 0)).toBeUndefined();
      const later = keyed("r2", { createdAt: 2000 });
      expect(await store.requests.begin(later, [attempt("r2")], 0)).toEqual({ holder: "r1" });
      expect(await store.requests.get("r2")).toBeUndefined();
      const found = await store.requests.byIdempotencyKey("key_1", "order", 0);
      expect(found).toEqual(await store.requests.get("r1"));
      expect(found).toMatchObject({ id: "r1", idempotencyKey: "order" });
    });

    test("is each gateway key's own, and only that of requests that have one", async () => {
      const store = await open();
      await store.requests.begin(keyed("r1"), [], 0);
      const other = keyed("r2", { keyId: "key_2" });
      expect(await store.requests.begin(other, [], 0)).toBeUndefined();
      for (const id of ["r3", "r4"])
        expect(await store.requests.begin(request(id), [], 0)).toBeUndefined();
      expect(await store.requests.byIdempotencyKey("key_3", "order", 0)).toBeUndefined();
      expect(await store.requests.byIdempotencyKey("key_1", "other", 0)).toBeUndefined();
      expect((await store.requests.byIdempotencyKey("key_2", "order", 0))?.id).toBe("r2");
    });

    test("stands for as long as was asked for, and then for the next request", async () => {
      const store = await open();
      await store.requests.begin(keyed("r1", { createdAt: 1000 }), [], 0);
      expect((await store.requests.byIdempotencyKey("key_1", "order", 999))?.id).toBe("r1");
      expect(await store.requests.byIdempotencyKey("key_1", "order", 1000)).toBeUndefined();
      expect(await store.requests.begin(keyed("r2"), [], 999)).toEqual({ holder: "r1" });
      expect(await store.requests.begin(keyed("r2"), [], 1000)).toBeUndefined();
      expect(await store.requests.get("r1")).toMatchObject({ idempotencyKey: null });
      expect((await store.requests.byIdempotencyKey("key_1", "order", 0))?.id).toBe("r2");
    });
  });
}

function idempotencyEndSuite(open: OpenEmpty): void {
  describe("an idempotency key", () => {
    test("is given up by what may be tried again, with the fingerprint; else it stays", async () => {
      const store = await open();
      await store.requests.begin(keyed("r1"), [attempt("r1")], 0);
      await store.requests.finish(outcome("r1", { replayable: true }));
      expect(await store.requests.get("r1")).toMatchObject({
        idempotencyKey: "order",
        fingerprint: "f".repeat(64),
      });
      await store.requests.begin(keyed("r2", { idempotencyKey: "two" }), [attempt("r2")], 0);
      await store.requests.finish(outcome("r2", { replayable: false }));
      expect(await store.requests.get("r2")).toMatchObject({
        idempotencyKey: null,
        fingerprint: null,
      });
      const next = keyed("r3", { idempotencyKey: "two" });
      expect(await store.requests.begin(next, [], 0)).toBeUndefined();
    });

    test("stays with a request whose owner died: what it bought is unknown", async () => {
      const store = await open();
      await store.requests.begin(keyed("r1", { holdLeaseUntil: 5000 }), [], 0);
      await store.requests.sweep(5000);
      expect(await store.requests.get("r1")).toMatchObject({
        state: "lost",
        idempotencyKey: "order",
        fingerprint: request("r1").fingerprint,
      });
    });
  });

  test("a client's own request id names the newest of a key that has it", async () => {
    const store = await open();
    const theirs = { clientRequestId: "theirs" };
    await store.requests.begin(request("r1", { ...theirs, createdAt: 1000 }), []);
    await store.requests.begin(request("r3", { ...theirs, createdAt: 2000 }), []);
    await store.requests.begin(request("r2", { ...theirs, createdAt: 2000 }), []);
    await store.requests.begin(request("r4", { ...theirs, createdAt: 3000, keyId: "key_2" }), []);
    await store.requests.begin(request("r5", { clientRequestId: "other", createdAt: 4000 }), []);
    expect((await store.requests.byClientId("key_1", "theirs"))?.id).toBe("r3");
    expect((await store.requests.byClientId("key_2", "theirs"))?.id).toBe("r4");
    expect(await store.requests.byClientId("key_2", "other")).toBeUndefined();
  });
}

function orphanSuite(open: OpenEmpty): void {
  describe("a request whose client has gone", () => {
    const fingerprint = "f".repeat(64);

    test("is claimed once, the oldest first", async () => {
      const store = await open();
      for (const [id, createdAt] of [
        ["young", 3000],
        ["b", 2000],
        ["a", 2000],
        ["here", 1000],
      ] as const) {
        await store.requests.begin(request(id, { createdAt }), []);
        if (id !== "here") await store.requests.orphan(id, 5000);
      }
      const claim = () => store.requests.claimOrphan("key_1", fingerprint, 0);
      expect([await claim(), await claim(), await claim(), await claim()]).toEqual([
        "a",
        "b",
        "young",
        undefined,
      ]);
      await store.requests.orphan("b", 6000);
      expect(await claim()).toBe("b");
    });

    test("is no orphan any more where its client has an answer again", async () => {
      const store = await open();
      await store.requests.begin(request("r1"), []);
      await store.requests.orphan("r1", 5000);
      await store.requests.orphan("r1", null);
      expect(await store.requests.claimOrphan("key_1", fingerprint, 0)).toBeUndefined();
    });

    test("is claimed by its own key with its own fingerprint, and without an idempotency key", async () => {
      const store = await open();
      await store.requests.begin(request("r1", { idempotencyKey: "order" }), []);
      await store.requests.begin(request("r2", { keyId: "key_2" }), []);
      await store.requests.begin(request("r3", { fingerprint: "e".repeat(64) }), []);
      for (const id of ["r1", "r2", "r3"]) await store.requests.orphan(id, 5000);
      expect(await store.requests.claimOrphan("key_1", fingerprint, 0)).toBeUndefined();
      expect(await store.requests.claimOrphan("key_2", fingerprint, 0)).toBe("r2");
      expect(await store.requests.claimOrphan("key_1", "e".repeat(64), 0)).toBe("r3");
    });

    test("is claimed while it runs, and for a while after it has ended", async () => {
      const store = await open();
      await store.requests.begin(request("r1"), [attempt("r1")]);
      await store.requests.orphan("r1", 1500);
      const claim = async (since: number) => {
        const id = await store.requests.claimOrphan("key_1", fingerprint, since);
        if (id !== undefined) await store.requests.orphan(id, 1500);
        return id;
      };
      expect(await claim(9000)).toBe("r1");
      await store.requests.finish(outcome("r1", { finishedAt: 2000 }));
      expect(await claim(1999)).toBe("r1");
      expect(await claim(2000)).toBeUndefined();
    });
  });
}

function pictureSuite(open: OpenEmpty): void {
  describe("kept pictures", () => {
    test("are those whose time is not over, the last to go first, and no more than asked for", async () => {
      const store = await open();
      const kept = (blobId: string | null, keptUntil: number | null, index: number) => ({
        ...samplePicture,
        index,
        blobId,
        keptUntil,
        urlUntil: index === 0 ? null : 700 + index,
      });
      await store.requests.begin(request("r1"), [attempt("r1")]);
      const pictures = [
        kept("a", 2000, 0),
        kept("b", 4000, 1),
        kept(null, 5000, 2),
        kept("c", 3000, 3),
        kept("d", null, 4),
        kept("e", 1000, 5),
      ];
      await store.requests.finish(outcome("r1", { pictures }));
      const { byteLength } = samplePicture;
      const all = [
        { blobId: "b", byteLength, urlUntil: 701, keptUntil: 4000 },
        { blobId: "c", byteLength, urlUntil: 703, keptUntil: 3000 },
        { blobId: "a", byteLength, urlUntil: null, keptUntil: 2000 },
      ];
      expect(await store.requests.keptPictures(1000, 9)).toEqual(all);
      expect(await store.requests.keptPictures(1000, 2)).toEqual(all.slice(0, 2));
      expect(await store.requests.keptPictures(4000, 9)).toEqual([]);
      expect(await store.requests.keptPictures(999, 9)).toHaveLength(4);
    });

    test("of a request that is deleted are none any more, and others' stay", async () => {
      const store = await open();
      for (const id of ["r1", "r2"]) {
        await store.requests.begin(request(id), [attempt(id)]);
        await store.requests.finish(outcome(id));
      }
      expect(await store.requests.markDeleted("r1", 7000)).toEqual([samplePicture.blobId]);
      expect(await store.requests.markDeleted("r1", 7000)).toEqual([]);
      expect(await store.requests.get("r1")).toMatchObject({
        deletedAt: 7000,
        pictures: [{ blobId: null, keptUntil: null, urlUntil: null, width: 1024 }],
      });
      expect(await store.requests.get("r2")).toMatchObject({
        deletedAt: null,
        pictures: [samplePicture],
      });
      expect(await store.requests.keptPictures(0, 9)).toHaveLength(1);
    });
  });
}

function namesSuite(open: OpenEmpty): void {
  test("kept pictures are named by the time until which they are kept", async () => {
    const store = await open();
    await store.requests.begin(request("r1"), [attempt("r1")]);
    const pictures = ["a", "b", "c"].map((blobId, index) => ({
      ...samplePicture,
      index,
      blobId,
      keptUntil: 1000 * (index + 1),
    }));
    await store.requests.finish(outcome("r1", { pictures }));
    const sorted = async (from: number, until: number) =>
      (await store.requests.keptIds(from, until)).toSorted();
    expect(await sorted(1000, 2000)).toEqual(["a", "b"]);
    expect(await sorted(1001, 2999)).toEqual(["b"]);
    expect(await sorted(3001, 9000)).toEqual([]);
    await store.requests.markDeleted("r1", 7000);
    expect(await sorted(0, 9000)).toEqual([]);
  });
}
