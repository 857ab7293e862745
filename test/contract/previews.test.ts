import { expect, onTestFinished, test } from "vitest";
import { parseEvents, type SeenEvent } from "../support/events.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";
import {
  type ScriptedCall,
  type ScriptedUpstream,
  startScriptedUpstream,
} from "../support/scripted-upstream.ts";

async function setUp(
  settings: object = {},
): Promise<{ readonly gateway: TestGateway; readonly upstream: ScriptedUpstream }> {
  const upstream = await startScriptedUpstream();
  const channel = {
    id: "one",
    provider: "openai-compatible",
    settings: { base_url: upstream.url, ...settings },
    models: ["painter"],
  };
  const gateway = await startTestGateway({ channels: [channel] });
  onTestFinished(() => gateway.close());
  return { gateway, upstream };
}

async function streamed(gateway: TestGateway, more: object): Promise<SeenEvent[]> {
  const body = { model: "painter", prompt: "a fox", stream: true, ...more };
  const response = await postJson(gateway, "/v1/images/generations", body);
  return parseEvents(await response.text());
}

const kinds = (events: readonly SeenEvent[]): string[] =>
  events.map(({ event }) => event.replace("image_generation.", ""));

/** The picture that an event is about, and which of its previews it is. */
const place = ({ data }: SeenEvent): unknown => [
  (data.pinhole as { index: number }).index,
  data.partial_image_index,
];

const b64_json = (await samplePng(16, 16)).toString("base64");

/** Sends a preview; another Pinhole names the picture that it is of. */
const preview = (call: ScriptedCall, at: number, index?: number): void =>
  call.event("image_generation.partial_image", {
    b64_json,
    partial_image_index: at,
    ...(index === undefined ? {} : { pinhole: { index } }),
  });
const finish = (call: ScriptedCall, index?: number): void =>
  call.event("image_generation.completed", {
    b64_json,
    ...(index === undefined ? {} : { pinhole: { index } }),
  });

test.each([0, 1, 2, 3])(
  "an upstream that shows more previews than %i is cut to those asked for",
  async (partial_images) => {
    const { gateway, upstream } = await setUp();
    upstream.each((call) => {
      for (let at = 0; at < 6; at += 1) preview(call, at);
      finish(call);
      call.end();
    });
    const events = await streamed(gateway, { partial_images });
    expect(kinds(events)).toEqual([
      ...Array<string>(partial_images).fill("partial_image"),
      "completed",
    ]);
    expect(events.slice(0, -1).map(place)).toEqual(
      Array.from({ length: partial_images }, (_, at) => [0, at]),
    );
  },
);

test("previews are counted for each picture by itself", async () => {
  const { gateway, upstream } = await setUp();
  upstream.each((call) => {
    for (const index of [0, 1, 0, 1, 0, 1]) preview(call, 0, index);
    finish(call, 0);
    finish(call, 1);
    call.end();
  });
  const events = await streamed(gateway, { n: 2, partial_images: 2 });
  expect(events.map(place)).toEqual([
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [0, undefined],
    [1, undefined],
  ]);
});

test("a preview that comes behind its finished picture is shown to nobody; another picture's is", async () => {
  const { gateway, upstream } = await setUp();
  upstream.each((call) => {
    preview(call, 0, 0);
    finish(call, 0);
    preview(call, 1, 0);
    preview(call, 0, 1);
    finish(call, 1);
    preview(call, 1, 1);
    call.end();
  });
  const events = await streamed(gateway, { n: 2, partial_images: 3 });
  // A finished picture goes out once it is converted, so only those of one picture have an order.
  const of = (index: number): unknown[] =>
    events.filter(({ data }) => (data.pinhole as { index: number }).index === index).map(place);
  expect(of(0)).toEqual([
    [0, 0],
    [0, undefined],
  ]);
  expect(of(1)).toEqual([
    [1, 0],
    [1, undefined],
  ]);
});

test("previews of parallel calls name their own pictures and are counted apart", async () => {
  const { gateway, upstream } = await setUp({ images_per_call: 1 });
  upstream.each((call) => {
    for (let at = 0; at < 3; at += 1) preview(call, at);
    finish(call);
    call.end();
  });
  const events = await streamed(gateway, { n: 3, partial_images: 1, seed: 1 });
  const partial = events.filter(({ event }) => event.endsWith("partial_image"));
  expect(partial.map(place)).toHaveLength(3);
  expect(partial.map(place)).toEqual(
    expect.arrayContaining([
      [0, 0],
      [1, 0],
      [2, 0],
    ]),
  );
  expect(events).toHaveLength(6);
});
