import { describe, expect, test } from "vitest";
import type { Cost } from "../../../src/core/money.ts";
import type { ImageRequest } from "../../../src/core/request.ts";
import { type ImageEvent, imageEvents } from "../../../src/gateway/delivery/events.ts";
import type { LivePicture, LivePreview } from "../../../src/gateway/delivery/live.ts";
import { request } from "../fit/fitting.ts";
import { delivered, madePicture, usageOf } from "./made.ts";

const parts = {
  images: { ttlMs: 500, defaultDelivery: "auto" },
  now: () => 10_999,
  signer: {
    path: ({ id }: { id: string }, until: number) => `/i/${id}?until=${until}`,
    verify: () => ({ kind: "unknown" as const }),
  },
} as const;
const origin = { servedModel: "painter-1", channelId: "one", warnings: [] };
const blob = { id: "aa", format: "png", byteLength: 4, expiresAt: 20_000 } as const;
const b64_json = Buffer.from("pict").toString("base64");

const events = (asked: Partial<ImageRequest> = {}) =>
  imageEvents(parts, { requestId: "r1", request: request(asked) }, "https://here");

/** An event's name, which its data repeats, and the rest of its data. */
function read({ name, data }: ImageEvent): readonly [string, Record<string, unknown>] {
  const { type, ...fields } = JSON.parse(data.whole?.toString() ?? "") as Record<string, unknown>;
  expect(type).toBe(name);
  return [name, fields];
}

const preview = (change: Partial<LivePreview> = {}): LivePreview => ({
  index: 2,
  partialIndex: 1,
  picture: madePicture(),
  quality: undefined,
  background: undefined,
  origin,
  ...change,
});
const picture = (change: Partial<LivePicture> = {}): LivePicture => ({
  delivered: delivered(2),
  usage: undefined,
  cost: { state: "unknown", bound: undefined },
  origin,
  ...change,
});

const facts = { b64_json, created_at: 10, size: "8x6", output_format: "png" };
const none = { text_tokens: 0, image_tokens: 0 };

describe("a preview", () => {
  test("says what it is, of which picture and which of its previews", () => {
    expect(read(events().partial(preview({ quality: "low", background: "opaque" })))).toEqual([
      "image_generation.partial_image",
      {
        ...facts,
        quality: "low",
        background: "opaque",
        partial_image_index: 1,
        pinhole: { request_id: "r1", index: 2 },
      },
    ]);
  });

  test("says auto where the schema has no word, and its own format in any case", () => {
    const odd = preview({
      quality: "hd",
      background: "mixed",
      picture: madePicture({ format: "gif" }),
    });
    expect(read(events().partial(odd))[1]).toMatchObject({
      quality: "auto",
      background: "auto",
      output_format: "gif",
    });
    expect(read(events().partial(preview()))[1]).toMatchObject({
      quality: "auto",
      background: "auto",
    });
  });

  test.each(["low", "medium", "high"])("has the quality %s", (quality) => {
    expect(read(events().partial(preview({ quality })))[1]).toMatchObject({ quality });
  });
});

test.each([
  ["generation", "image_generation"],
  ["edit", "image_edit"],
  ["variation", "image_edit"],
] as const)("events of a %s are of the kind %s", (operation, kind) => {
  const written = events({ operation });
  expect(read(written.partial(preview()))[0]).toBe(`${kind}.partial_image`);
  expect(read(written.completed(picture(), []))[0]).toBe(`${kind}.completed`);
});

describe("a finished picture", () => {
  const completed = (change: Partial<LivePicture> = {}, asked: Partial<ImageRequest> = {}) =>
    read(events(asked).completed(picture(change), []))[1];

  test("says what it is, what it took and who made it", () => {
    const one = delivered(2, { quality: "high", background: "transparent", revisedPrompt: "red" });
    const whole = completed({
      delivered: one,
      usage: usageOf(1, 2),
      cost: { state: "priced", nano: 40_000_000 },
    });
    expect(whole).toEqual({
      ...facts,
      quality: "high",
      background: "transparent",
      revised_prompt: "red",
      usage: usageOf(1, 2),
      pinhole: {
        request_id: "r1",
        index: 2,
        model: "painter-1",
        cost: "0.04",
        price: "priced",
      },
    });
  });

  test("has no usage as zeros, as the schema wants it", () => {
    expect(completed().usage).toEqual({
      input_tokens: 0,
      output_tokens: 0,
      total_tokens: 0,
      input_tokens_details: none,
    });
  });

  test("has a cost only where it is known; free is nothing to pay", () => {
    const priceOf = (cost: Cost) => completed({ cost }).pinhole;
    expect(priceOf({ state: "free" })).toMatchObject({ cost: "0", price: "free" });
    for (const bound of [undefined, 50]) {
      const unknown = priceOf({ state: "unknown", bound });
      expect(unknown).toMatchObject({ price: "unknown" });
      expect(unknown).not.toHaveProperty("cost");
    }
  });

  test("has a URL beside its base64 where one was asked for", () => {
    const stored = { delivered: delivered(2, { blob }) };
    expect(completed(stored)).not.toHaveProperty("url");
    expect(completed(stored, { response_format: "b64_json" })).not.toHaveProperty("url");
    expect(completed(stored, { response_format: "url" })).toMatchObject({
      url: "https://here/i/aa?until=11499",
      b64_json,
    });
  });

  test("names the request that made it, and what was left out", () => {
    const warning = { param: "seed", code: "unsupported_parameter", message: "gone" } as const;
    const [, told] = read(events().completed(picture(), [warning], "r0"));
    expect(told.pinhole).toMatchObject({ request_id: "r0", warnings: [warning] });
    expect(completed().pinhole).not.toHaveProperty("warnings");
  });
});
