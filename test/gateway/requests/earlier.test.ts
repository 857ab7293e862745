import { describe, expect, test } from "vitest";
import { PinholeError } from "../../../src/core/errors.ts";
import {
  byIdempotencyKey,
  outcomeOfRecord,
  withoutKey,
} from "../../../src/gateway/requests/earlier.ts";
import type { ComingCall } from "../../../src/gateway/requests/image-call.ts";
import { createKeyTurns } from "../../../src/gateway/requests/key-turns.ts";
import { createOrphanMarks } from "../../../src/gateway/requests/orphan-marks.ts";
import { createLookAgain } from "../../../src/gateway/requests/look-again.ts";
import type { RequestParts } from "../../../src/gateway/requests/parts.ts";
import type { Client, Run } from "../../../src/gateway/requests/run.ts";
import type { RequestRecord } from "../../../src/store/request-records.ts";
import { outcome, request } from "../../store/samples.ts";

const now = 1_000_000_000;
const dayMs = 24 * 60 * 60 * 1000;

const record = (change: Partial<RequestRecord> = {}): RequestRecord => ({
  ...request("r1"),
  ...outcome("r1"),
  state: "failed",
  errorCode: "upstream_failed",
  errorMessage: "It failed.",
  personId: null,
  attempts: [],
  leaseUntil: now + 1,
  deletedAt: null,
  doubtfulAt: null,
  trace: null,
  hold: null,
  ...change,
});

/** A run that writes down who is attached. */
function runOf(fingerprint = "f", isOrphaned = true) {
  const attached: Client[] = [];
  let orphaned = isOrphaned;
  const run: Run = {
    id: "r1",
    fingerprint,
    outcome: new Promise(() => undefined),
    over: () => false,
    written: async () => undefined,
    attach(client) {
      attached.push(client);
      orphaned = false;
    },
    orphaned: () => orphaned,
    discard: async () => undefined,
  };
  return { run, attached };
}

function setUp() {
  const asked: unknown[] = [];
  const ends: ((end: "sent" | "gone") => void)[] = [];
  const client: Client = { onEnd: (listener) => void ends.push(listener) };
  // What looking for an earlier request needs of one.
  const coming = { key: { id: "k" }, client, sdkRetry: true } as unknown as ComingCall;
  const requests = {
    byIdempotencyKey: async (...parameters: unknown[]): Promise<RequestRecord | undefined> =>
      void asked.push(parameters),
    claimOrphan: async (...parameters: unknown[]): Promise<string | undefined> =>
      void asked.push(parameters),
    get: async (id: string): Promise<RequestRecord | undefined> => void asked.push(id),
    orphan: async (...parameters: unknown[]): Promise<void> => void asked.push(parameters),
  };
  const registry = {
    byIdempotencyKey: (): Run | undefined => undefined,
    orphan: (): Run | undefined => undefined,
    get: (): Run | undefined => undefined,
    marks: createOrphanMarks(),
  };
  // Without a window only what an SDK says counts.
  const windows = { retryWindowMs: 600, repeatWindowMs: 0 };
  const nodes = { isAlone: () => true };
  // Asks the one that a test may put in its place.
  const lookAgain = createLookAgain({
    requests: { get: (id: string) => requests.get(id) },
  } as never);
  const parts = { now: () => now, ...windows, store: { requests }, registry, nodes, lookAgain };
  return {
    parts: parts as unknown as RequestParts,
    requests,
    registry,
    coming,
    client,
    ends,
    asked,
  };
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "nothing thrown",
    (thrown: unknown) => (thrown instanceof PinholeError ? thrown.code : thrown),
  );

describe("the request that has an Idempotency-Key", () => {
  test("is one of this process, which gets the client", async () => {
    const { parts, registry, coming, client, asked } = setUp();
    const { run, attached } = runOf();
    registry.byIdempotencyKey = () => run;
    expect(await byIdempotencyKey(parts, coming, "order", "f")).toEqual({ run });
    expect([attached, asked]).toEqual([[client], []]);
  });

  test("is another one: then it was reused, and nobody is attached", async () => {
    const { parts, registry, requests, coming } = setUp();
    const { run, attached } = runOf("other");
    registry.byIdempotencyKey = () => run;
    expect(await codeOf(byIdempotencyKey(parts, coming, "order", "f"))).toBe(
      "idempotency_key_reused",
    );
    expect(attached).toEqual([]);
    registry.byIdempotencyKey = () => undefined;
    requests.byIdempotencyKey = async () => record({ fingerprint: "other" });
    expect(await codeOf(byIdempotencyKey(parts, coming, "order", "f"))).toBe(
      "idempotency_key_reused",
    );
  });

  test("is on record for a day", async () => {
    const { parts, requests, coming, asked } = setUp();
    expect(await byIdempotencyKey(parts, coming, "order", "f")).toBeUndefined();
    expect(asked).toEqual([["k", "order", now - dayMs]]);
    const found = record({ fingerprint: "f" });
    requests.byIdempotencyKey = async () => found;
    expect(await byIdempotencyKey(parts, coming, "order", "f")).toEqual({ record: found });
  });

  test("may begin while the record is looked for", async () => {
    const { parts, registry, requests, coming } = setUp();
    const { run } = runOf();
    requests.byIdempotencyKey = async () => {
      registry.byIdempotencyKey = () => run;
      return undefined;
    };
    expect(await byIdempotencyKey(parts, coming, "order", "f")).toEqual({ run });
  });
});

describe("an orphan", () => {
  test("of this process that has no record yet is claimed", async () => {
    const { parts, registry, coming, client, asked } = setUp();
    const { run, attached } = runOf();
    registry.orphan = () => run;
    expect(await withoutKey(parts, coming, "f")).toEqual({ run });
    expect(attached).toEqual([client]);
    expect(asked).toEqual([["k", "f", now - 600, 0]]);
  });

  test("on record that still is in this process is claimed there", async () => {
    const { parts, registry, requests, coming, client } = setUp();
    const { run, attached } = runOf();
    requests.claimOrphan = async () => "r1";
    registry.get = () => run;
    expect(await withoutKey(parts, coming, "f")).toEqual({ run });
    expect(attached).toEqual([client]);
  });

  test("that another retry took meanwhile is passed over", async () => {
    const { parts, registry, requests, coming } = setUp();
    const taken = runOf("f", false);
    const free = runOf();
    const ids = ["r1", "r2"];
    const runs = [taken.run, free.run];
    requests.claimOrphan = async () => ids.shift();
    registry.get = () => runs.shift();
    expect(await withoutKey(parts, coming, "f")).toEqual({ run: free.run });
    expect(taken.attached).toEqual([]);
  });

  test("is none where nobody has gone", async () => {
    const { parts, coming } = setUp();
    expect(await withoutKey(parts, coming, "f")).toBeUndefined();
  });

  test("on record alone is marked again where this client goes too", async () => {
    const { parts, requests, coming, ends, asked } = setUp();
    requests.claimOrphan = async () => "r1";
    const found = record();
    requests.get = async () => found;
    expect(await withoutKey(parts, coming, "f")).toEqual({ record: found });
    for (const end of ends) end("sent");
    expect(asked).toEqual([]);
    for (const end of ends) end("gone");
    expect(asked).toEqual([["r1", now]]);
  });

  test("whose mark is being written is looked for when it is", async () => {
    const { parts, registry, requests, coming } = setUp();
    const mark = Promise.withResolvers<void>();
    let isWritten = false;
    registry.marks.writing("k", "f", mark.promise);
    // Reads of the database overtake its writes.
    requests.claimOrphan = async () => (isWritten ? "r1" : undefined);
    const found = record();
    requests.get = async () => found;
    const looking = withoutKey(parts, coming, "f");
    isWritten = true;
    mark.resolve();
    expect(await looking).toEqual({ record: found });
  });

  test("that got its record and ended during the look is found by another look", async () => {
    const { parts, registry, requests, coming } = setUp();
    const { run } = runOf();
    const ids = [undefined, "r1"];
    registry.orphan = () => run;
    requests.claimOrphan = async () => {
      registry.orphan = () => undefined;
      return ids.shift();
    };
    const found = record();
    requests.get = async () => found;
    expect(await withoutKey(parts, coming, "f")).toEqual({ record: found });
  });

  test("that was forgotten since is passed over", async () => {
    const { parts, requests, coming } = setUp();
    const ids = ["gone", "r1"];
    requests.claimOrphan = async () => ids.shift();
    const found = record();
    requests.get = async (id) => (id === "r1" ? found : undefined);
    expect(await withoutKey(parts, coming, "f")).toEqual({ record: found });
  });
});

describe("the outcome of a record", () => {
  const waiting = { signal: new AbortController().signal, hasLeft: () => false };

  test("is its own error, and nothing where nobody may be answered from it", async () => {
    const { parts } = setUp();
    expect(await codeOf(outcomeOfRecord(parts, waiting, record()))).toBe("upstream_failed");
    const free = record({ fingerprint: null as unknown as string });
    expect(await outcomeOfRecord(parts, waiting, free)).toBeUndefined();
  });

  test("is waited for while another process runs it", async () => {
    const { parts, requests, asked } = setUp();
    const states = [record({ state: "running" }), record()];
    requests.get = async () => states.shift();
    const running = record({ state: "running" });
    expect(await codeOf(outcomeOfRecord(parts, waiting, running))).toBe("upstream_failed");
    expect([states, asked]).toEqual([[], []]);
  });

  test("of a process that died is unknown once it is lost, and none once it is forgotten", async () => {
    const { parts, requests } = setUp();
    requests.get = async () => record({ state: "lost" });
    const running = record({ state: "running" });
    expect(await codeOf(outcomeOfRecord(parts, waiting, running))).toBe("outcome_unknown");
    const gone = setUp();
    expect(await outcomeOfRecord(gone.parts, waiting, running)).toBeUndefined();
  });

  test("is waited for no longer than the gateway runs, or its client waits", async () => {
    const { parts, requests } = setUp();
    const running = record({ state: "running" });
    requests.get = async () => running;
    const stop = new AbortController();
    const until = outcomeOfRecord(parts, { ...waiting, signal: stop.signal }, running);
    stop.abort();
    // Whoever is told so comes back to another gateway, and waits there.
    await expect(until).rejects.toMatchObject({ code: "overloaded" });
    const alone = outcomeOfRecord(parts, { ...waiting, hasLeft: () => true }, running);
    await expect(alone).rejects.toMatchObject({ code: "overloaded" });
  });

  test("is unknown where its lease has ended and nobody has said how it ended", async () => {
    const { parts, requests } = setUp();
    const running = record({ state: "running", leaseUntil: now - 1 });
    requests.get = async () => running;
    await expect(outcomeOfRecord(parts, waiting, running)).rejects.toMatchObject({
      code: "outcome_unknown",
    });
  });

  test("is waited for while the database is away", async () => {
    const { parts, requests } = setUp();
    const away = new PinholeError("overloaded", { message: "away" });
    const looks = [
      () => Promise.reject(away),
      () => Promise.reject(away),
      async () => record({ state: "lost" }),
    ];
    requests.get = () => looks.shift()?.() ?? Promise.reject(new Error("asked too often"));
    const running = record({ state: "running" });
    expect(await codeOf(outcomeOfRecord(parts, waiting, running))).toBe("outcome_unknown");
    expect(looks).toEqual([]);
  });

  test("is asked for once by all who wait for it at the same time", async () => {
    const { parts, requests } = setUp();
    let looks = 0;
    requests.get = async () => {
      looks += 1;
      return looks < 3 ? record({ state: "running" }) : record();
    };
    const running = record({ state: "running" });
    const all = Array.from({ length: 50 }, () => codeOf(outcomeOfRecord(parts, waiting, running)));
    expect(new Set(await Promise.all(all))).toEqual(new Set(["upstream_failed"]));
    expect(looks).toBe(3);
  });
});

describe("turns at an Idempotency-Key", () => {
  test("are taken one after the other, of other keys side by side", async () => {
    const turns = createKeyTurns();
    const events: string[] = [];
    const gates = new Map<string, () => void>();
    const take = (keyId: string, name: string) =>
      turns.within(keyId, "order", async () => {
        events.push(`${name} begins`);
        await new Promise<void>((resolve) => gates.set(name, resolve));
        events.push(`${name} ends`);
        return name;
      });
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const all = [take("k", "a"), take("k", "b"), take("k", "c"), take("other", "d")];
    await settle();
    expect(events).toEqual(["a begins", "d begins"]);
    gates.get("a")?.();
    await settle();
    expect(events.slice(2)).toEqual(["a ends", "b begins"]);
    gates.get("b")?.();
    await settle();
    for (const name of ["c", "d"]) gates.get(name)?.();
    expect(await Promise.all(all)).toEqual(["a", "b", "c", "d"]);
  });

  test("are given up by work that fails", async () => {
    const turns = createKeyTurns();
    const failing = turns.within("k", "order", () => Promise.reject(new Error("no")));
    const next = turns.within("k", "order", async () => "next");
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("next");
  });
});
