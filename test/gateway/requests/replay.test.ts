import { describe, expect, test } from "vitest";
import type { OpenBlob } from "../../../src/blobs/types.ts";
import { PinholeError } from "../../../src/core/errors.ts";
import type { ImageOutcome } from "../../../src/gateway/delivery/outcome.ts";
import { deleteRequest, fetchRequest } from "../../../src/gateway/requests/fetch-request.ts";
import { keepPictures, removePictures } from "../../../src/gateway/requests/keep-pictures.ts";
import type { RequestParts } from "../../../src/gateway/requests/parts.ts";
import { replay } from "../../../src/gateway/requests/replay.ts";
import type { Client, Run } from "../../../src/gateway/requests/run.ts";
import type { RequestRecord } from "../../../src/store/request-records.ts";
import { outcome, request, samplePicture } from "../../store/samples.ts";
import { delivered, madePicture } from "../delivery/made.ts";

const blobId = "ab".repeat(16);
const expiresAt = 9000;

const record = (change: Partial<RequestRecord> = {}): RequestRecord => {
  const ended = outcome("r1");
  return {
    ...request("r1"),
    ...ended,
    personId: null,
    attempts: [],
    leaseUntil: 60_000,
    deletedAt: null,
    doubtfulAt: null,
    trace: null,
    hold: null,
    ...change,
  };
};

function setUp(records: readonly RequestRecord[] = [record()], runs: Record<string, Run> = {}) {
  const events: unknown[] = [];
  const stored = new Set([blobId]);
  const blob = (id: string): OpenBlob => ({
    id,
    format: "png",
    byteLength: 4,
    expiresAt,
    async *chunks() {
      yield Buffer.from("pict");
    },
    reader: () => undefined,
  });
  // What these use of the gateway.
  const parts = {
    now: () => 55,
    blobs: {
      open: async (id: string) => (stored.has(id) ? blob(id) : undefined),
      put: async (...parameters: unknown[]) => void events.push(["put", ...parameters]),
    },
    kept: {
      renew: (id: string) => void events.push(["renew", id]),
      add: (one: unknown) => void events.push(["add", one]),
      remove: async (id: string) => void events.push(["remove", id]),
    },
    registry: { get: (id: string) => runs[id] },
    store: {
      requests: {
        get: async (id: string) => records.find((one) => one.id === id),
        byRepeat: async () => undefined,
        byClientId: async (keyId: string, id: string) =>
          records.find((one) => one.keyId === keyId && one.clientRequestId === id),
        async markDeleted(id: string, at: number) {
          events.push(["deleted", id, at]);
          // Ended by another node since its record was read.
          return [blobId, "late"];
        },
      },
    },
    log: { info() {}, error() {}, warn: (_: unknown, text: string) => void events.push(text) },
  } as unknown as RequestParts;
  return { parts, events, stored };
}

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work;
  } catch (thrown) {
    if (thrown instanceof PinholeError) return thrown.code;
    throw thrown;
  }
  return "nothing thrown";
};

describe("a replay", () => {
  test("says all that the answer said", async () => {
    const { parts } = setUp();
    const again = await replay(parts, record());
    const { usage, warnings } = outcome("r1");
    expect(again).toMatchObject({
      requestId: "r1",
      created: 2,
      usage,
      form: { url: true, base64: false },
      shape: "full",
      warnings,
      servedModel: "sandbox-fast",
      channelId: "main",
      attempts: 0,
      upstreamMs: 0,
    });
    expect(again.pictures).toMatchObject([
      {
        index: 0,
        blob: { id: blobId, format: "png", byteLength: 4, expiresAt },
        keep: { id: blobId, urlUntil: samplePicture.urlUntil, keptUntil: expiresAt },
        revisedPrompt: "a red fox",
        quality: "high",
        background: undefined,
        warnings: [],
      },
    ]);
    const [{ picture } = delivered(0)] = again.pictures;
    expect(picture).toMatchObject({ format: "png", width: 1024, height: 768, frames: 1 });
    const chunks: Buffer[] = [];
    for await (const chunk of picture.bytes.chunks()) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe("pict");
    expect(picture.bytes.byteLength).toBe(4);
  });

  test("renews the pictures whose URLs it hands out, and no others", async () => {
    const { parts, events } = setUp();
    await replay(parts, record());
    expect(events).toEqual([["renew", blobId]]);
    events.length = 0;
    const { answer } = outcome("r1");
    if (answer === null) throw new Error("the sample has no answer");
    await replay(parts, record({ answer: { ...answer, form: { url: false, base64: true } } }));
    expect(events).toEqual([]);
    await replay(parts, record({ answer: { ...answer, form: { url: true, base64: true } } }));
    expect(events).toHaveLength(1);
  });

  test("names the model asked for where none is on record", async () => {
    const { parts } = setUp();
    expect((await replay(parts, record({ servedModel: null, model: "m" }))).servedModel).toBe("m");
  });

  test("of a failed request is its own error", async () => {
    const { parts } = setUp();
    const failed = (change: Partial<RequestRecord>) =>
      replay(parts, record({ state: "failed", answer: null, ...change }));
    await expect(
      failed({ errorCode: "invalid_value", errorMessage: "Wrong.", errorParam: "size" }),
    ).rejects.toMatchObject({ code: "invalid_value", message: "Wrong.", param: "size" });
    await expect(failed({ errorCode: "of another version" })).rejects.toMatchObject({
      code: "internal_error",
      message: "The request failed.",
    });
    expect(await codeOf(failed({ errorCode: null }))).toBe("internal_error");
    expect(await codeOf(failed({ errorCode: "toString" }))).toBe("internal_error");
  });

  test("is expired where its answer or a picture is gone, or was deleted", async () => {
    const { parts, stored } = setUp();
    const gone = (change: Partial<RequestRecord>) => codeOf(replay(parts, record(change)));
    expect(await gone({ deletedAt: 5 })).toBe("result_expired");
    expect(await gone({ deletedAt: 5, state: "failed" })).toBe("result_expired");
    expect(await gone({ answer: null })).toBe("result_expired");
    expect(await gone({ pictures: [{ ...samplePicture, blobId: null }] })).toBe("result_expired");
    stored.clear();
    expect(await gone({})).toBe("result_expired");
  });

  test("refuses a format that no version knows", async () => {
    const { parts } = setUp();
    const odd = { ...samplePicture, format: "bmp" as "png" };
    await expect(replay(parts, record({ pictures: [odd] }))).rejects.toThrow("bmp");
  });
});

describe("a request that is asked for by its id", () => {
  const client: Client = { onEnd() {} };
  const runOf = (isOver: boolean, events: unknown[] = []): Run => ({
    id: "r1",
    fingerprint: "f",
    outcome: Promise.resolve({ requestId: "from the run" } as ImageOutcome),
    over: () => isOver,
    written: async () => undefined,
    attach: () => void events.push("attach"),
    orphaned: () => false,
    discard: async () => void events.push("discard"),
  });

  test("is found by our id and by the client's, of its own key alone", async () => {
    const theirs = record({ id: "r2", clientRequestId: "mine" });
    const foreign = record({ id: "mine", keyId: "other" });
    const { parts } = setUp([record(), theirs, foreign]);
    const idOf = async (id: string) => {
      const found = await fetchRequest(parts, "key_1", id, client);
      return found.status === "over" ? found.outcome.requestId : found.id;
    };
    expect(await idOf("r1")).toBe("r1");
    expect(await idOf("mine")).toBe("r2");
    expect(await codeOf(fetchRequest(parts, "key_1", "nobody's", client))).toBe("not_found");
    expect(await codeOf(fetchRequest(parts, "other", "r1", client))).toBe("not_found");
  });

  test("runs, is over in this process, or comes from its record", async () => {
    const events: unknown[] = [];
    const running = setUp([record({ state: "running" })], { r1: runOf(false, events) });
    expect(await fetchRequest(running.parts, "key_1", "r1", client)).toEqual({
      status: "running",
      id: "r1",
    });
    expect(events).toEqual([]);
    const over = setUp([record({ state: "running" })], { r1: runOf(true, events) });
    expect(await fetchRequest(over.parts, "key_1", "r1", client)).toMatchObject({
      status: "over",
      outcome: { requestId: "from the run" },
    });
    expect(events).toEqual(["attach"]);
    const elsewhere = setUp([record({ state: "running" })]);
    expect(await fetchRequest(elsewhere.parts, "key_1", "r1", client)).toMatchObject({
      status: "running",
    });
  });

  test("that was deleted is gone, although it still is in this process", async () => {
    const { parts } = setUp([record({ deletedAt: 5 })], { r1: runOf(true) });
    expect(await codeOf(fetchRequest(parts, "key_1", "r1", client))).toBe("result_expired");
  });

  test("is deleted from record, store and process", async () => {
    const events: unknown[] = [];
    const two = [samplePicture, { ...samplePicture, index: 1, blobId: null }];
    const { parts, events: done } = setUp([record({ pictures: two })], { r1: runOf(true, events) });
    expect(await deleteRequest(parts, "key_1", "r1")).toBe("r1");
    expect(done).toEqual([
      ["remove", blobId],
      ["deleted", "r1", 55],
      ["remove", "late"],
    ]);
    expect(events).toEqual(["discard"]);
    const without = setUp();
    expect(await deleteRequest(without.parts, "key_1", "r1")).toBe("r1");
  });
});

describe("pictures that must outlive their request", () => {
  const plan = { urlUntil: null, keptUntil: 99 };
  const of = (...pictures: readonly ReturnType<typeof delivered>[]): ImageOutcome =>
    ({ requestId: "r1", pictures }) as unknown as ImageOutcome;
  const picture = madePicture();

  test("are put away where they are in no store yet, and counted where the log does not", async () => {
    const { parts, events } = setUp();
    const blob = { id: "b", format: "png", byteLength: 4, expiresAt: 99 } as const;
    await keepPictures(
      parts,
      of(
        delivered(0),
        delivered(1, { picture, keep: { ...plan, id: "a" } }),
        delivered(2, { blob, keep: { ...plan, urlUntil: 60, id: "b" } }),
        delivered(3, { picture, keep: { ...plan, id: `k${blobId}` } }),
      ),
    );
    expect(events).toEqual([
      ["put", "a", picture, 99],
      ["add", { ...plan, id: "a", blobId: "a", byteLength: 4 }],
      ["add", { ...plan, id: "b", blobId: "b", byteLength: 4, urlUntil: 60 }],
      ["put", `k${blobId}`, picture, 99],
    ]);
  });

  test("do not take the others with them where one cannot be kept", async () => {
    const { parts, events } = setUp();
    const put = parts.blobs.put.bind(parts.blobs);
    parts.blobs.put = (id, ...rest) =>
      id === "a" ? Promise.reject(new Error("no disk")) : put(id, ...rest);
    await keepPictures(
      parts,
      of(
        delivered(0, { keep: { ...plan, id: "a" } }),
        delivered(1, { keep: { ...plan, id: "b" } }),
      ),
    );
    expect(events[0]).toBe("a picture could not be kept for a client that comes back");
    expect(events).toHaveLength(3);
  });

  test("are removed by their ids", async () => {
    const { parts, events } = setUp();
    await removePictures(parts, of(delivered(0), delivered(1, { keep: { ...plan, id: "a" } })));
    expect(events).toEqual([["remove", "a"]]);
  });
});
