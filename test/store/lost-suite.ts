import { expect, test } from "vitest";
import type { NewRequest } from "../../src/store/request-records.ts";
import { attempt, type OpenEmpty, outcome, request } from "./samples.ts";

/** What every store does for requests whose process has ended, and for clients that repeat themselves. */
export function lostSuite(open: OpenEmpty): void {
  nodeSuite(open);
  answerSuite(open);
  repeatSuite(open);
}

function nodeSuite(open: OpenEmpty): void {
  test("what a node left running is lost once it is removed, with its key and fingerprint", async () => {
    const store = await open();
    const program = { version: "0.2.0", schemaStep: "0016-nodes", host: "a" };
    const nodeOf = (id: string, seenAt: number) => {
      // The second renewal has other files.
      const files =
        seenAt < 6 ? { fileHash: "f00d", fileSince: 1 } : { fileHash: "beef", fileSince: 5 };
      return { id, startedAt: 1, seenAt, ...program, ...files };
    };
    expect(await store.nodes.renew(nodeOf("n1", 1))).toEqual([nodeOf("n1", 1)]);
    await store.nodes.renew(nodeOf("n2", 2));
    const nodes = await store.nodes.renew(nodeOf("n1", 6));
    expect(nodes).toEqual([nodeOf("n1", 6), nodeOf("n2", 2)]);
    const begin = (id: string, owner: string): Promise<unknown> =>
      store.requests.begin(request(id, { owner, idempotencyKey: id }), [attempt(id)]);
    await begin("r1", "n1");
    await begin("r2", "n2");
    expect(await store.requests.sweep(10_000_000)).toBe(0);
    // Those with a key of their own are found by it.
    const equal = request("r3", { owner: "n2" });
    await store.requests.begin(equal, [attempt("r3")]);
    await store.requests.begin(request("r4", { owner: "n2" }), [attempt("r4")]);
    await store.requests.begin(request("r5", { owner: "n3" }), [attempt("r5")]);
    const running = await store.requests.recent("key_1", String(equal.fingerprint), 0, 8);
    expect(running.owners.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
      { id: "n2", seenAt: 2, answeredAt: null },
      { id: "n3", seenAt: null, answeredAt: null },
    ]);
    for (const id of ["r3", "r4", "r5"]) await store.requests.finish(outcome(id));
    await store.nodes.remove("n2");
    expect(await store.requests.sweep(7)).toBe(1);
    expect((await store.requests.get("r1"))?.state).toBe("running");
    expect(await store.requests.byIdempotencyKey("key_1", "r2", 0)).toMatchObject({
      state: "lost",
      fingerprint: request("r2").fingerprint,
      finishedAt: 7,
      hold: { state: "voided" },
    });
    // Whoever comes back for it without a key is answered from it too.
    const { fingerprint } = request("r2");
    const recent = await store.requests.recent("key_1", String(fingerprint), 6, 8);
    expect(recent).toMatchObject({ hasOrphan: false, doubtful: { id: "r2" } });
  });

  test("an outcome that comes after all replaces what was lost, once", async () => {
    const store = await open();
    await store.requests.begin(request("r1", { owner: "dead" }), [attempt("r1")]);
    expect(await store.requests.sweep(2)).toBe(1);
    expect(await store.requests.finish(outcome("r1"))).toBe(true);
    expect(await store.requests.finish(outcome("r1", { costNano: 1 }))).toBe(false);
    expect(await store.requests.get("r1")).toMatchObject({
      state: "succeeded",
      doubtfulAt: null,
      costNano: 30_000_000,
      hold: { state: "settled" },
      attempts: [{ state: "succeeded", providerNano: 30_000_000 }],
    });
  });
}

function answerSuite(open: OpenEmpty): void {
  test("a client may lack an answer that its node gave less than a second before it was last seen; with the node's sudden end it has gone", async () => {
    const store = await open();
    const files = { fileHash: null, fileSince: null, version: null, schemaStep: null, host: null };
    const seen = (id: string, seenAt: number): Promise<unknown> =>
      store.nodes.renew({ id, startedAt: 1, seenAt, ...files });
    const answer = async (
      id: string,
      finishedAt: number,
      change: Partial<NewRequest> = {},
    ): Promise<void> => {
      await store.requests.begin(request(id, { owner: "n1", ...change }), [attempt(id)]);
      await store.requests.finish(outcome(id, { finishedAt, answeredAt: finishedAt }));
    };
    await seen("n1", 5_000);
    await answer("long-ago", 4_000);
    await answer("just-now", 4_001);
    await answer("later", 4_500);
    await answer("by-another", 9_000, { owner: "n2" });
    await answer("with-a-key", 9_000, { idempotencyKey: "k" });
    const fingerprint = String(request("r").fingerprint);
    const look = () => store.requests.recent("key_1", fingerprint, 0, 20_000);
    const found = [{ id: "n1", seenAt: 5_000, answeredAt: 4_500 }];
    expect(await look()).toMatchObject({ hasOrphan: false, owners: found });
    await seen("n1", 5_500);
    expect((await look()).owners).toEqual([]);
    await seen("n1", 5_499);
    await store.nodes.bury("n1", 10_000);
    expect(await look()).toMatchObject({ hasOrphan: true, owners: [] });
    expect(await store.requests.anyRecent(9_999)).toBe(true);
    const claim = () => store.requests.claimOrphan("key_1", fingerprint, 0, 9_999);
    expect([await claim(), await claim()]).toEqual(["later", undefined]);
  });
}

function repeatSuite(open: OpenEmpty): void {
  test("doubtful errors are found by key and fingerprint within their time, the newest first", async () => {
    const store = await open();
    for (const [id, finishedAt, doubtful] of [
      ["old", 100, true],
      ["new", 200, true],
      ["sure", 300, false],
    ] as const) {
      await store.requests.begin(request(id), [attempt(id)]);
      const failed = {
        state: "failed",
        costNano: 0,
        pictures: [],
        errorCode: "upstream_failed",
      } as const;
      await store.requests.finish(outcome(id, { ...failed, finishedAt, doubtful }));
    }
    const found = async (keyId: string, since: number, until: number): Promise<unknown> =>
      (await store.requests.recent(keyId, "f".repeat(64), since, until)).doubtful?.id;
    expect(await found("key_1", 50, 400)).toBe("new");
    expect([await store.requests.anyRecent(199), await store.requests.anyRecent(200)]).toEqual([
      true,
      false,
    ]);
    expect(await found("key_1", 50, 199)).toBe("old");
    expect(await found("key_1", 200, 400)).toBeUndefined();
    expect(await found("key_2", 50, 400)).toBeUndefined();
    // Clients that left, until a retry has taken the request.
    const left = async (since: number): Promise<unknown> =>
      (await store.requests.recent("key_1", "f".repeat(64), since, 1000)).hasOrphan;
    expect(await left(0)).toBe(false);
    await store.requests.orphan("sure", 500);
    expect([await left(499), await left(500)]).toEqual([true, false]);
    expect([await store.requests.anyRecent(499), await store.requests.anyRecent(500)]).toEqual([
      true,
      false,
    ]);
    expect(await store.requests.claimOrphan("key_1", "f".repeat(64), 0, 500)).toBeUndefined();
    expect(await store.requests.claimOrphan("key_1", "f".repeat(64), 0, 499)).toBe("sure");
    expect(await left(0)).toBe(false);
  });

  test("an answer that repeats a request leads to it by its own id and its client's", async () => {
    const store = await open();
    await store.requests.begin(request("r1", { clientRequestId: "theirs" }), [attempt("r1")]);
    const repeat = { id: "r2", requestId: "r1", keyId: "key_1", clientRequestId: "again" };
    await store.requests.addRepeat({ ...repeat, createdAt: 2000 });
    const idOf = async (found: Promise<{ readonly id: string } | undefined>): Promise<unknown> =>
      (await found)?.id;
    expect(await idOf(store.requests.byRepeat("key_1", "r2"))).toBe("r1");
    expect(await idOf(store.requests.byClientId("key_1", "again"))).toBe("r1");
    expect(await idOf(store.requests.byRepeat("key_2", "r2"))).toBeUndefined();
    expect(await idOf(store.requests.byClientId("key_2", "again"))).toBeUndefined();
    // The newest with the client's id, a request or a repeat.
    await store.requests.begin(request("r3", { clientRequestId: "again", createdAt: 3000 }), []);
    expect(await idOf(store.requests.byClientId("key_1", "again"))).toBe("r3");
    // One whose request has gone leads nowhere.
    await store.requests.addRepeat({ ...repeat, id: "r4", requestId: "none", createdAt: 4000 });
    expect(await idOf(store.requests.byRepeat("key_1", "r4"))).toBeUndefined();
    expect(await idOf(store.requests.byClientId("key_1", "again"))).toBe("r3");
    await store.requests.finish(outcome("r1"));
    await store.requests.forget(2500);
    expect(await idOf(store.requests.byRepeat("key_1", "r2"))).toBeUndefined();
  });
}
