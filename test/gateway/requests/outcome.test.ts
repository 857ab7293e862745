import { describe, expect, test } from "vitest";
import type { Cost } from "../../../src/core/money.ts";
import type { ImageRequest } from "../../../src/core/request.ts";
import type { CallResult } from "../../../src/gateway/attempts/terms.ts";
import type { ImageCall } from "../../../src/gateway/requests/image-call.ts";
import { type MadeOfRequest, outcomeOf } from "../../../src/gateway/requests/outcome-of.ts";
import type { RequestParts } from "../../../src/gateway/requests/parts.ts";
import { PinholeError } from "../../../src/core/errors.ts";
import { callOf, delivered, made, planOf, usageOf } from "../delivery/made.ts";
import { card, request, type TargetFields } from "../fit/fitting.ts";

// What an outcome needs of them.
const parts = {
  now: () => 12_999,
  images: { ttlMs: 1, defaultDelivery: "auto" },
} as unknown as RequestParts;

function outcome(
  results: readonly CallResult[],
  more: Partial<MadeOfRequest> = {},
  asked: Partial<ImageRequest> = {},
) {
  // The rest of a call is not looked at.
  const call = { requestId: "r1", request: request(asked) } as ImageCall;
  const whole = { results, faults: [], pictures: [], attempts: 3, upstreamMs: 40, ...more };
  return outcomeOf(parts, call, whole);
}

const call = (fields: Partial<CallResult> = {}, to: TargetFields = {}): CallResult =>
  callOf([made(0, { plan: planOf({}, to) })], 1, fields);
const priced = (nano: number): Cost => ({ state: "priced", nano });
const unknown: Cost = { state: "unknown", bound: undefined };

test("an outcome says what ran, when, and how long it took", () => {
  expect(outcome([call()], { pictures: [delivered(0)] })).toMatchObject({
    requestId: "r1",
    created: 12,
    servedModel: "painter",
    channelId: "one",
    attempts: 3,
    upstreamMs: 40,
    shape: "full",
    form: { url: true, base64: false },
    pictures: [{ index: 0 }],
  });
});

test("its form and shape are those of the model that the client named", () => {
  const plain = card({ answer: "plain", delivery: "b64_json" });
  expect(outcome([call({}, { card: plain })])).toMatchObject({
    shape: "plain",
    form: { url: false, base64: true },
  });
  expect(outcome([call({}, { card: card(), named: plain })])).toMatchObject({
    shape: "plain",
    form: { url: false, base64: true },
    servedModel: "painter-1",
  });
  expect(outcome([], {}, { model: "asked" })).toMatchObject({
    servedModel: "asked",
    channelId: "",
    shape: "full",
    form: { url: true, base64: false },
  });
});

describe("its cost", () => {
  const costOf = (...costs: readonly Cost[]): Cost =>
    outcome(costs.map((cost) => call({ cost }))).cost;

  test("is the sum of its calls'", () => {
    expect(costOf(priced(3), priced(4))).toEqual(priced(7));
    expect(costOf(priced(3), { state: "free" })).toEqual(priced(3));
    expect(costOf({ state: "free" }, { state: "free" })).toEqual({ state: "free" });
  });

  test("is unknown where one of them is, never nothing", () => {
    expect(costOf(priced(3), unknown)).toEqual(unknown);
    expect(costOf(unknown, priced(3))).toEqual(unknown);
    expect(costOf(priced(3), { state: "unknown", bound: 5 })).toEqual({
      state: "unknown",
      bound: 8,
    });
  });
});

describe("its usage", () => {
  test("is the sum of what its calls said, and nothing where none did", () => {
    const told = [usageOf(1, 10), undefined, usageOf(2, 20)];
    expect(outcome(told.map((usage) => call({ usage }))).usage).toEqual(usageOf(3, 30));
    expect(outcome([call(), call()]).usage).toBeUndefined();
  });

  test("has the details of outputs where any call has them", () => {
    const detailed = {
      ...usageOf(1, 10),
      output_tokens_details: { text_tokens: 2, image_tokens: 8 },
    };
    expect(outcome([call({ usage: detailed }), call({ usage: usageOf(1, 5) })]).usage).toEqual({
      ...usageOf(2, 15),
      output_tokens_details: { text_tokens: 2, image_tokens: 8 },
    });
  });
});

describe("its warnings", () => {
  const messages = (...parameters: Parameters<typeof outcome>): string[] =>
    outcome(...parameters).warnings.map(({ param, message }) => `${param}: ${message}`);
  const left = (name: string) => planOf({ more: { [name]: 1 } }, { without: [name] });

  test("of calls with one plan are told once, of others once each", () => {
    const [a, b] = [left("seed"), left("lora")];
    const all = [a, b, a].map((plan) => callOf([made(0, { plan })], 1));
    const pictures = [delivered(0)];
    expect(messages(all, { pictures })).toEqual([
      "seed: painter has no `seed`; it was left out.",
      "lora: painter has no `lora`; it was left out.",
    ]);
    expect(messages(all.slice(0, 1), { pictures })).toHaveLength(1);
  });

  test("of pictures follow, and that there are fewer than asked is the last", () => {
    const warning = { param: "output_format", code: "format_mismatch", message: "odd" } as const;
    const pictures = [delivered(0, { warnings: [warning] }), delivered(1)];
    const faults = [new PinholeError("upstream_failed", { message: "It broke." })];
    expect(messages([call()], { pictures, faults }, { n: 3 })).toEqual([
      "output_format: odd",
      "n: 2 of 3 images were made and charged: It broke.",
    ]);
    expect(messages([call()], { pictures }, { n: 3 }).at(-1)).toBe(
      "n: 2 of 3 images were made and charged: the provider returned fewer.",
    );
    expect(messages([call()], { pictures }, { n: 2 })).toHaveLength(1);
  });
});
