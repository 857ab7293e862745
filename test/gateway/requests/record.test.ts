import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { PinholeError } from "../../../src/core/errors.ts";
import type { Cost } from "../../../src/core/money.ts";
import type { ImageOutcome } from "../../../src/gateway/delivery/outcome.ts";
import { createPriceBook } from "../../../src/gateway/ledger/price-book.ts";
import { createCalendar } from "../../../src/money/calendar.ts";
import type { MakingFacts } from "../../../src/gateway/requests/image-call.ts";
import type { RequestParts } from "../../../src/gateway/requests/parts.ts";
import { createUnwritten } from "../../../src/gateway/requests/unwritten.ts";
import { openRecord } from "../../../src/gateway/requests/record.ts";
import { recordFields } from "../../../src/gateway/requests/record-fields.ts";
import type { OpenCall } from "../../../src/gateway/routing/dispatch.ts";
import type { Route } from "../../../src/gateway/routing/terms.ts";
import { Tried } from "../../../src/gateway/routing/tried.ts";
import type { NewRequest, NotBegun, RequestOutcome } from "../../../src/store/request-records.ts";
import { delivered, planOf, usageOf } from "../delivery/made.ts";
import { picture, request } from "../fit/fitting.ts";

const dayMs = 24 * 60 * 60 * 1000;

function openCall(hasTarget: boolean, events: unknown[]): OpenCall {
  const lease = { credential: 0, end() {}, cancel: () => void events.push("cancel") };
  return {
    part: { count: 1, offset: 0 },
    tried: new Tried(),
    // The record looks at plan and lease alone.
    first: (hasTarget ? { plan: planOf(), lease } : undefined) as OpenCall["first"],
  };
}

const prices = [{ version: "v1", words: "{}" }];

interface Asked {
  readonly most?: number | undefined;
  readonly calls?: readonly boolean[];
  readonly idempotencyKey?: string;
  readonly clientRequestId?: string;
}

/** A record whose store answers when the test says so. */
function open({ most, calls = [true], idempotencyKey, clientRequestId }: Asked = {}) {
  const events: unknown[] = [];
  const begins: unknown[][] = [];
  const finished: RequestOutcome[] = [];
  const written = Promise.withResolvers<NotBegun | undefined>();
  let time = 1000;
  let ids = 0;
  const store = {
    requests: {
      begin(...parameters: unknown[]) {
        begins.push(parameters);
        return written.promise;
      },
      addAttempt: async (...parameters: unknown[]) => events.push(["add", ...parameters]) > 0,
      finish: async (outcome: RequestOutcome) => void finished.push(outcome),
    },
  };
  // What a record uses of the gateway.
  const parts = {
    now: () => time,
    uptime: () => time,
    newId: (prefix: string) => `${prefix}_${(ids += 1)}`,
    store,
    node: "node_1",
    nodes: { answering: () => false },
    priceBook: createPriceBook(),
    calendar: createCalendar("UTC", "monday"),
    colours: { made: (_request: unknown, written: Promise<void>) => written },
    unwritten: createUnwritten({
      info() {},
      warn() {},
      error: (_: unknown, text: string) => void events.push(text),
    }),
  } as unknown as RequestParts;
  const facts = {
    call: {
      requestId: "r1",
      key: { id: "k1" },
      request: request({ n: 2 }),
      idempotencyKey,
      clientRequestId,
    },
    run: { begun: () => void events.push("begun") },
    fingerprint: "f",
    deadline: 9000,
  } as unknown as MakingFacts;
  const route = { at: 1000, estimate: { most }, prices } as unknown as Route;
  const record = openRecord(
    parts,
    facts,
    route,
    calls.map((hasTarget) => openCall(hasTarget, events)),
  );
  return {
    record,
    written,
    events,
    begins,
    finished,
    store,
    parts,
    pass(ms: number) {
      time += ms;
    },
  };
}

const attempt = (id: string, call: number, count = 1) => ({
  id,
  requestId: "r1",
  call,
  attempt: count,
  channelId: "one",
  providerId: "stub",
  upstreamModel: "painter-1",
  startedAt: 1000,
  boundNano: 0,
});

describe("a record that is opened", () => {
  test("holds the request, its hold, its key and the first attempts of calls with a target", () => {
    const { begins } = open({
      most: 70,
      calls: [true, false, true],
      idempotencyKey: "order",
      clientRequestId: "theirs",
    });
    expect(begins).toEqual([
      [
        {
          id: "r1",
          keyId: "k1",
          clientRequestId: "theirs",
          operation: "generation",
          model: "painter",
          n: 2,
          fields: recordFields(request({ n: 2 })),
          createdAt: 1000,
          holdNano: 70,
          holdLeaseUntil: 9000 + 60_000,
          idempotencyKey: "order",
          fingerprint: "f",
          owner: "node_1",
          prices: ["v1"],
          newPrices: prices,
        } satisfies NewRequest,
        [attempt("att_1", 0), attempt("att_2", 2)],
        1000 - dayMs,
      ],
    ]);
  });

  test("has no hold where nothing bounds the cost, no key and no id that nobody sent", () => {
    expect(open().begins[0]?.[0]).toMatchObject({
      holdNano: null,
      idempotencyKey: null,
      clientRequestId: null,
    });
    expect(open({ most: 0 }).begins[0]?.[0]).toMatchObject({ holdNano: 0 });
  });

  test("lets money be spent once it is written, and counts the time from then", async () => {
    const { record, written, events, pass } = open();
    pass(100);
    expect(events).toEqual([]);
    written.resolve(undefined);
    await record.recorded;
    expect(events).toEqual(["begun"]);
    pass(30);
    expect(record.upstreamMs()).toBe(30);
  });

  test("that cannot be written gives back what its calls held, and nothing is spent", async () => {
    const { record, written, events } = open({ calls: [true, false, true] });
    const full = new PinholeError("storage_full", { message: "No room." });
    written.reject(full);
    await expect(record.recorded).rejects.toBe(full);
    expect(events).toEqual(["cancel", "cancel"]);
  });

  test("whose key another process has taken is refused with that one's id", async () => {
    const { record, written, events } = open();
    written.resolve({ holder: "r0" });
    await expect(record.recorded).rejects.toMatchObject({
      code: "overloaded",
      retryAfterSeconds: 1,
      detail: "request r0 has the key",
    });
    expect(events).toEqual(["cancel"]);
  });
});

describe("its attempts", () => {
  test("are the ones written with it, and others as they begin", async () => {
    const { record, events } = open({ calls: [true, false] });
    expect(record.attempts()).toBe(1);
    expect(await record.open(0, 1, planOf(), 1)).toEqual(attempt("att_1", 0));
    expect([record.attempts(), events]).toEqual([1, []]);
    expect(await record.open(1, 1, planOf(), 1)).toEqual(attempt("att_2", 1));
    expect(await record.open(0, 2, planOf(), 1)).toEqual(attempt("att_3", 0, 2));
    expect(record.attempts()).toBe(3);
    expect(events).toEqual([
      ["add", attempt("att_2", 1), { ended: [] }],
      ["add", attempt("att_3", 0, 2), { ended: [] }],
    ]);
  });

  test("are closed with it", async () => {
    const { record, finished, pass } = open();
    const first = await record.open(0, 1, planOf(), 1);
    pass(5);
    const closed = {
      state: "failed",
      errorCode: "upstream_busy",
      evidence: "refused",
      detail: "busy",
      providerNano: 0,
    } as const;
    if (first === undefined) throw new Error("its attempt was written with it");
    record.close(first, closed);
    await record.fail(new PinholeError("upstream_busy", { message: "Busy." }));
    expect(finished[0]?.attempts).toEqual([{ ...closed, id: "att_1", finishedAt: 1005 }]);
  });
});

const made = (change: Partial<ImageOutcome> = {}): ImageOutcome => ({
  requestId: "r1",
  created: 3,
  pictures: [delivered(0), delivered(1)],
  usage: usageOf(1, 2),
  form: { url: false, base64: true },
  shape: "full",
  warnings: [{ param: "seed", code: "unsupported_parameter", message: "left out" }],
  servedModel: "painter-1",
  channelId: "one",
  attempts: 1,
  cost: { state: "priced", nano: 40 },
  upstreamMs: 5,
  ...change,
});

describe("its end", () => {
  test("is what was made, and settles the hold at its cost", async () => {
    const { record, finished, pass } = open();
    pass(7);
    const keep = { id: "ab", urlUntil: 50, keptUntil: 99 };
    const one = delivered(0, { keep, revisedPrompt: "red", quality: "low", background: "opaque" });
    await record.finish(made({ pictures: [one, delivered(1)] }));
    const facts = { format: "png", width: 8, height: 6, byteLength: 4 };
    expect(finished).toEqual([
      {
        id: "r1",
        state: "succeeded",
        errorCode: null,
        errorMessage: null,
        errorParam: null,
        answer: {
          created: 3,
          form: { url: false, base64: true },
          shape: "full",
          channelId: "one",
          price: "priced",
          pictures: [
            { quality: "low", background: "opaque" },
            { quality: null, background: null },
          ],
        },
        replayable: true,
        doubtful: false,
        costNano: 40,
        settledNano: 40,
        usage: usageOf(1, 2),
        warnings: made().warnings,
        pictures: [
          { ...facts, index: 0, blobId: "ab", revisedPrompt: "red", urlUntil: 50, keptUntil: 99 },
          {
            ...facts,
            index: 1,
            blobId: null,
            revisedPrompt: null,
            urlUntil: null,
            keptUntil: null,
          },
        ],
        attempts: [],
        servedModel: "painter-1",
        finishedAt: 1007,
      } satisfies RequestOutcome,
    ]);
  });

  test("is partial where fewer were made, and says no usage that nobody told", async () => {
    const { record, finished } = open();
    await record.finish(made({ pictures: [delivered(0)], usage: undefined }));
    expect(finished[0]).toMatchObject({ state: "partial", usage: null });
  });

  test.each([
    [{ state: "free" }, 0, 0],
    [{ state: "unknown", bound: 50 }, null, 50],
    [{ state: "unknown", bound: undefined }, null, null],
  ] as const)("of the cost %j is %s, settled at %s", async (cost: Cost, costNano, settledNano) => {
    const { record, finished } = open();
    await record.finish(made({ cost }));
    expect(finished[0]).toMatchObject({ costNano, settledNano, answer: { price: cost.state } });
  });

  test("is an error that costs nothing; one that may be tried again answers no retry", async () => {
    const { record, finished } = open();
    const blocked = new PinholeError("moderation_blocked", { message: "No.", param: "prompt" });
    await record.fail(blocked);
    expect(finished[0]).toEqual({
      id: "r1",
      state: "failed",
      errorCode: "moderation_blocked",
      errorMessage: "No.",
      errorParam: "prompt",
      answer: null,
      replayable: true,
      doubtful: false,
      costNano: 0,
      settledNano: 0,
      usage: null,
      warnings: [],
      pictures: [],
      attempts: [],
      servedModel: null,
      finishedAt: 1000,
    } satisfies RequestOutcome);
    await record.fail(new PinholeError("upstream_busy", { message: "Busy." }));
    expect(finished[1]).toMatchObject({ replayable: false, errorParam: null });
  });

  test("that cannot be written is said to the operator, fails nobody, and is written late", async () => {
    const { record, store, events, parts, finished } = open();
    const { finish } = store.requests;
    store.requests.finish = () => Promise.reject(new Error("no disk"));
    const closed = record.finish(made());
    await turn();
    store.requests.finish = finish;
    await parts.unwritten.retry();
    await closed;
    expect(finished).toHaveLength(1);
    expect(events).toEqual(["the outcome of a request could not be written"]);
  });
});

test("the fields on record hold no pictures, only what they are", () => {
  const fields = recordFields(
    request({
      size: { width: 3, height: 2 },
      images: [picture("webp", 5, 4), picture()],
      mask: picture("png", 7, 7),
      user: "me",
      more: { seed: 1 },
    }),
  );
  expect(JSON.parse(fields)).toMatchObject({
    prompt: "a fox",
    size: "3x2",
    images: ["webp 5x4", "png 64x64"],
    mask: "png 7x7",
    user: "me",
    more: { seed: 1 },
  });
  expect(JSON.parse(recordFields(request({ size: "auto" })))).toMatchObject({
    size: "auto",
    images: [],
  });
  expect(JSON.parse(recordFields(request()))).not.toHaveProperty("mask");
});
