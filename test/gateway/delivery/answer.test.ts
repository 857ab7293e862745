import { describe, expect, test } from "vitest";
import { deliver, urlOf, usageJson } from "../../../src/gateway/delivery/answer.ts";
import { deliveryOf } from "../../../src/gateway/fit/form.ts";
import type { Deliverable } from "../../../src/gateway/delivery/outcome.ts";
import { request } from "../fit/fitting.ts";
import { delivered, madePicture, usageOf } from "./made.ts";

const now = 10_000;
const parts = {
  images: { ttlMs: 500, defaultDelivery: "auto" },
  now: () => now,
  signer: {
    path: ({ id }: { id: string }, until: number) => `/i/${id}?until=${until}`,
    verify: () => ({ kind: "unknown" as const }),
  },
} as const;
const blob = { id: "aa", format: "png", byteLength: 4, expiresAt: 20_000 } as const;
const base64 = Buffer.from("pict").toString("base64");

function answer(fields: Partial<Deliverable>): Record<string, unknown> {
  const outcome: Deliverable = {
    created: 7,
    pictures: [],
    usage: undefined,
    form: { url: false, base64: true },
    shape: "full",
    ...fields,
  };
  const text = deliver(parts, outcome, "https://here").whole?.toString() ?? "";
  return JSON.parse(text) as Record<string, unknown>;
}

describe("an entry", () => {
  const one = delivered(0, { blob, revisedPrompt: "a red fox" });

  test("has base64, a URL or both", () => {
    const url = `https://here/i/aa?until=10500`;
    const entry = (urlToo: boolean, base64Too: boolean) =>
      answer({ pictures: [one], form: { url: urlToo, base64: base64Too } }).data;
    expect(entry(false, true)).toEqual([{ b64_json: base64, revised_prompt: "a red fox" }]);
    expect(entry(true, false)).toEqual([{ url, revised_prompt: "a red fox" }]);
    expect(entry(true, true)).toEqual([{ url, b64_json: base64, revised_prompt: "a red fox" }]);
  });

  test("has a URL that lives no longer than its picture, and none where it is in no store", () => {
    const soon = delivered(0, { blob: { ...blob, expiresAt: now + 100 } });
    expect(urlOf(parts, soon, "")).toBe("/i/aa?until=10100");
    expect(urlOf(parts, delivered(0), "")).toBeUndefined();
  });
});

describe("the answer", () => {
  const facts = { quality: "low", background: "opaque" };

  test("says what its pictures are, where they agree", () => {
    const two = [delivered(0, facts), delivered(1, facts)];
    expect(answer({ pictures: two, usage: usageOf(2, 3) })).toEqual({
      created: 7,
      data: [{ b64_json: base64 }, { b64_json: base64 }],
      background: "opaque",
      output_format: "png",
      quality: "low",
      size: "8x6",
      usage: usageOf(2, 3),
    });
  });

  test("says nothing that it has no word for", () => {
    const odd = delivered(0, { quality: "hd", picture: madePicture({ format: "gif" }) });
    expect(answer({ pictures: [odd] })).toEqual({
      created: 7,
      data: [{ b64_json: base64 }],
      size: "8x6",
    });
    expect(answer({})).toEqual({ created: 7, data: [] });
  });

  test("in the plain shape has nothing but created and data", () => {
    const plain = answer({ shape: "plain", pictures: [delivered(0, facts)], usage: usageOf(1, 1) });
    expect(plain).toEqual({ created: 7, data: [{ b64_json: base64 }] });
  });
});

test("usage is told whole, with the details of outputs where there are any", () => {
  const details = { text_tokens: 1, image_tokens: 2 };
  expect(usageJson(usageOf(4, 3))).toEqual({ ...usageOf(4, 3), output_tokens_details: undefined });
  const detailed = { ...usageOf(4, 3), output_tokens_details: details };
  expect(usageJson(detailed)).toEqual(detailed);
});

describe("the form of an answer", () => {
  const url = { url: true, base64: false };
  const text = { url: false, base64: true };
  const form = (
    defaultDelivery: "auto" | "url" | "b64_json" | "both",
    model: "url" | "b64_json",
    asked: Parameters<typeof request>[0] = {},
  ) => deliveryOf(request(asked), { images: { defaultDelivery } }, model);

  test("is what was asked for, above all", () => {
    for (const standing of ["auto", "url", "b64_json", "both"] as const) {
      expect(form(standing, "b64_json", { response_format: "url" })).toEqual(url);
      expect(form(standing, "url", { response_format: "b64_json" })).toEqual(text);
      expect(form(standing, "url", { response_format: "url", stream: true })).toEqual(url);
    }
  });

  test("is else what the operator says, and else the model's own", () => {
    expect(form("url", "b64_json")).toEqual(url);
    expect(form("b64_json", "url")).toEqual(text);
    expect(form("both", "url")).toEqual({ url: true, base64: true });
    expect(form("auto", "url")).toEqual(url);
    expect(form("auto", "b64_json")).toEqual(text);
  });

  test("of a stream is base64, unless the operator says otherwise", () => {
    expect(form("auto", "url", { stream: true })).toEqual(text);
    expect(form("url", "url", { stream: true })).toEqual(url);
  });
});
