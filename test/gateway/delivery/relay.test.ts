import { describe, expect, test } from "vitest";
import type { ImageRequest } from "../../../src/core/request.ts";
import { createRelay, type RelayClient } from "../../../src/gateway/delivery/relay.ts";
import type { Plan } from "../../../src/gateway/fit/terms.ts";
import { card, request, type TargetFields } from "../fit/fitting.ts";
import { madePicture, type PictureFields, planOf } from "./made.ts";

const base64 = "QUJD";
const body = `{"created":1,"data":[{"b64_json":"${base64}"}]}`;
const document = { created: 1, data: [{}] };

function setUp(asked: Partial<ImageRequest> = {}, to: TargetFields = {}) {
  const events: unknown[] = [];
  const client: RelayClient = {
    begin: (start) => void events.push(start),
    write: (chunk) => void events.push(chunk.toString()),
    congested(resume) {
      resume();
      return true;
    },
  };
  const whole = request({ response_format: "b64_json", ...asked });
  const parts = { images: { ttlMs: 1, defaultDelivery: "auto" as const } };
  const relay = createRelay(parts, client, whole, { upstreamMs: () => 44 });
  const plan = planOf(asked, to);
  return { relay, plan, events, tap: relay.tap(plan, 2, []) };
}

/** Whether an answer is relayed: by the request, by what has been read of it, by its picture and as it stands. */
function wants(
  read: unknown = document,
  facts: PictureFields = {},
  text: string | readonly string[] = body,
  plan: (plan: Plan) => Partial<ImageRequest> = () => ({}),
): boolean | undefined {
  const { tap } = setUp(plan(planOf()));
  const parts = [text].flat().map((part) => Buffer.from(part));
  return tap?.wants(read, madePicture(facts), parts);
}

describe("an answer may be relayed", () => {
  const may = (asked: Partial<ImageRequest>, to: TargetFields = {}) =>
    setUp(asked, to).tap !== undefined;

  test("where one picture was asked for, as base64 and in no stream", () => {
    expect(may({})).toBe(true);
    expect(may({ n: 2 })).toBe(false);
    expect(may({ stream: true })).toBe(false);
    expect(may({ response_format: "url" })).toBe(false);
    expect(may({ response_format: undefined })).toBe(false);
    const text = { card: card({ delivery: "b64_json" }) };
    expect(may({ response_format: undefined }, text)).toBe(true);
  });

  test("where the model that was named made it, in the full shape", () => {
    expect(may({}, { card: card() })).toBe(true);
    expect(may({}, { card: card({ answer: "plain" }) })).toBe(false);
    expect(may({}, { card: card(), named: card() })).toBe(false);
    expect(may({}, { named: card() })).toBe(false);
  });
});

describe("an answer is what the client is owed", () => {
  test("where its one picture is as asked for, in an answer like ours", () => {
    expect(wants()).toBe(true);
    expect(wants({ ...document, usage: {} })).toBe(true);
    expect(wants({ ...document, data: [{ revised_prompt: "red" }] })).toBe(true);
  });

  test("not where the picture would have to be changed", () => {
    const webp = () => ({ output_format: "webp" }) as const;
    expect(wants(document, { format: "webp" }, body, webp)).toBe(true);
    expect(wants(document, { format: "png" }, body, webp)).toBe(false);
  });

  test.each([
    ["no object", "text"],
    ["a list", [document]],
    ["nothing", null],
    ["an answer without a time", { data: [{}] }],
    ["one whose time is no number", { created: "1", data: [{}] }],
    ["one without pictures", { created: 1 }],
    ["one with none", { created: 1, data: [] }],
    ["one with two", { created: 1, data: [{}, {}] }],
    ["one whose entry is none", { created: 1, data: ["a"] }],
    ["one with a URL", { created: 1, data: [{ url: "https://there" }] }],
    ["one with an empty revised prompt", { created: 1, data: [{ revised_prompt: "" }] }],
    ["one whose revised prompt is no text", { created: 1, data: [{ revised_prompt: null }] }],
  ])("not where it is %s", (_, read) => {
    expect(wants(read)).toBe(false);
  });

  test("not where clients would read something else at the picture's place", () => {
    expect(wants(document, {}, body.replace(base64, `data:image/png;base64,${base64}`))).toBe(
      false,
    );
    expect(wants(document, {}, body.replace("b64_json", "image"))).toBe(false);
    expect(wants(document, {}, body.replace(`:"`, `: \n "`))).toBe(true);
    expect(wants(document, {}, body.replace(base64, "\\/9j"))).toBe(true);
  });

  test("wherever its picture begins", () => {
    const far = body.replace('"created"', `"filler":"${"x".repeat(5000)}","created"`);
    expect(wants(document, {}, far)).toBe(true);
    // Of a picture that begins just there, what follows decides.
    for (let at = 1010; at <= 1030; at += 1) {
      const key = '"b64_json":"';
      const filler = (text: string): string =>
        text.replace('"created"', `"f":"${"x".repeat(at - text.indexOf(key) - 14)}","created"`);
      const url = filler(body.replace(base64, `data:image/png;base64,${base64}`));
      expect(wants(document, {}, url)).toBe(false);
      expect(wants(document, {}, filler(body))).toBe(true);
      expect(wants(document, {}, [url.slice(0, at), url.slice(at)])).toBe(false);
    }
    expect(wants(document, {}, [])).toBe(false);
  });
});

test("an answer says what is known of its picture", () => {
  const told = (
    asked: Partial<ImageRequest>,
    facts: PictureFields,
    to: TargetFields = {},
  ): Readonly<Record<string, string>> | undefined => {
    const { tap } = setUp(asked, to);
    tap?.wants(document, madePicture(facts), [Buffer.from(body)]);
    return tap?.facts();
  };
  const size = { width: 30, height: 20 };
  expect(told({}, { ...size, format: "png", alpha: false })).toEqual({
    background: "opaque",
    output_format: "png",
    size: "30x20",
  });
  // Whether one with an alpha channel is transparent only the upstream or the request can say.
  expect(told({}, { ...size, format: "gif", alpha: true })).toEqual({ size: "30x20" });
  const asked = { quality: "low", background: "transparent" } as const;
  expect(told(asked, { ...size, format: "webp", alpha: true })).toEqual({
    background: "transparent",
    output_format: "webp",
    quality: "low",
    size: "30x20",
  });
});

test("once a body flows there is no other answer", () => {
  const { relay, tap, plan, events } = setUp();
  expect(relay.begun()).toBe(false);
  expect(relay.tap(plan, 3, [])).toBeDefined();
  tap?.begin(1234);
  expect(relay.begun()).toBe(true);
  expect(relay.tap(plan, 3, [])).toBeUndefined();
  tap?.write(Buffer.from("bytes"));
  expect(events).toEqual([
    {
      servedModel: "painter",
      channelId: "one",
      warnings: plan.warnings,
      attempts: 2,
      upstreamMs: 44,
      byteLength: 1234,
      isPaid: true,
    },
    "bytes",
  ]);
  let resumed = 0;
  expect(tap?.congested(() => (resumed += 1))).toBe(true);
  expect(resumed).toBe(1);
});
