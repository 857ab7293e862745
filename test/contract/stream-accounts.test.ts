import { expect, onTestFinished, test } from "vitest";
import { parseEvents, type SeenEvent } from "../support/events.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";
import { recordOf } from "../support/records.ts";
import { type ScriptedUpstream, startScriptedUpstream } from "../support/scripted-upstream.ts";

const none = { text_tokens: 0, image_tokens: 0 };
const noUsage = { input_tokens: 0, output_tokens: 0, total_tokens: 0, input_tokens_details: none };

/** What one event says that its own picture took. */
const usage = (text: number, image: number) => ({
  input_tokens: text,
  output_tokens: image,
  total_tokens: text + image,
  input_tokens_details: { text_tokens: text, image_tokens: 0 },
});

async function setUp(
  price: unknown,
  settings: object = {},
): Promise<{ readonly gateway: TestGateway; readonly upstream: ScriptedUpstream }> {
  const upstream = await startScriptedUpstream();
  const channel = {
    id: "one",
    provider: "openai-compatible",
    settings: { base_url: upstream.url, ...settings },
    models: [price === undefined ? "painter" : { name: "painter", price }],
  };
  const gateway = await startTestGateway({ channels: [channel] });
  onTestFinished(() => gateway.close());
  return { gateway, upstream };
}

interface Told {
  readonly events: readonly SeenEvent[];
  readonly usages: readonly unknown[];
  readonly costs: readonly (string | undefined)[];
  readonly id: string | null;
}

async function streamed(gateway: TestGateway, n: number): Promise<Told> {
  const body = { model: "painter", prompt: "a fox", n, stream: true };
  const response = await postJson(gateway, "/v1/images/generations", body);
  const events = parseEvents(await response.text());
  return {
    events,
    usages: events.map(({ data }) => data.usage),
    costs: events.map(({ data }) => (data.pinhole as { cost?: string }).cost),
    id: response.headers.get("x-request-id"),
  };
}

const base64 = async (side: number): Promise<string> =>
  (await samplePng(side, 16)).toString("base64");

const completed = "image_generation.completed";

test("each completed event says what its own picture adds in usage and cost", async () => {
  const { gateway, upstream } = await setUp({ per_image_usd: 0.04, image_out_usd: 10 });
  const pictures = await Promise.all([16, 17, 18].map(base64));
  upstream.each((call) => {
    for (const [at, b64_json] of pictures.entries())
      call.event(completed, { b64_json, usage: usage(2, 100 * (at + 1)) });
    call.end();
  });
  const { usages, costs, id } = await streamed(gateway, 3);
  expect(usages).toEqual([usage(2, 100), usage(2, 200), usage(2, 300)]);
  expect(costs).toEqual(["0.041", "0.042", "0.043"]);
  const record = await recordOf(gateway, id);
  expect(record).toMatchObject({ cost_usd: "0.126", usage: usage(6, 600) });
});

test("usage that is told of the whole call stands in the event of its last picture", async () => {
  const { gateway, upstream } = await setUp({ image_out_usd: 10 });
  const pictures = await Promise.all([16, 17].map(base64));
  upstream.each((call) => {
    for (const b64_json of pictures) call.event(completed, { b64_json });
    call.event(completed, { usage: usage(4, 500) });
    call.end();
  });
  const { usages, costs, id } = await streamed(gateway, 2);
  expect(usages).toEqual([noUsage, usage(4, 500)]);
  // Before the tokens are known there is no price; then it is the whole call's.
  expect(costs).toEqual([undefined, "0.005"]);
  expect(await recordOf(gateway, id)).toMatchObject({ cost_usd: "0.005" });
});

test("a price per picture is told with each picture, whenever the usage comes", async () => {
  const { gateway, upstream } = await setUp({ per_image_usd: 0.02 });
  const pictures = await Promise.all([16, 17, 18].map(base64));
  upstream.each((call) => call.answer({ data: pictures.map((b64_json) => ({ b64_json })) }));
  const { costs, id } = await streamed(gateway, 3);
  expect(costs).toEqual(["0.02", "0.02", "0.02"]);
  expect(await recordOf(gateway, id)).toMatchObject({ cost_usd: "0.06" });
});

test("parallel calls keep accounts of their own", async () => {
  const price = { per_image_usd: 0.01, image_out_usd: 10 };
  const { gateway, upstream } = await setUp(price, { images_per_call: 2 });
  const pictures = await Promise.all([16, 17].map(base64));
  // Both calls are there before one is answered, so that their events mix.
  upstream.each((_, index) => {
    if (index < 1) return;
    for (const call of upstream.calls)
      call.event(completed, { b64_json: pictures[0], usage: usage(1, 100) });
    for (const call of upstream.calls) {
      call.event(completed, { b64_json: pictures[1], usage: usage(1, 300) });
      call.end();
    }
  });
  const { usages, costs, id } = await streamed(gateway, 4);
  const tokens = usages.map((one) => (one as { total_tokens: number }).total_tokens);
  expect(tokens.toSorted((a, b) => a - b)).toEqual([101, 101, 301, 301]);
  const nano = costs.map((cost) => Number(cost) * 1000);
  expect(nano.toSorted((a, b) => a - b)).toEqual([11, 11, 13, 13]);
  const record = await recordOf(gateway, id);
  expect(record).toMatchObject({ cost_usd: "0.048", usage: usage(4, 800) });
});

test("a model without a price has no cost in any event", async () => {
  const { gateway, upstream } = await setUp(undefined);
  const pictures = await Promise.all([16, 17].map(base64));
  upstream.each((call) => {
    for (const b64_json of pictures) call.event(completed, { b64_json, usage: usage(1, 10) });
    call.end();
  });
  const { costs, usages } = await streamed(gateway, 2);
  expect(costs).toEqual([undefined, undefined]);
  expect(usages).toEqual([usage(1, 10), usage(1, 10)]);
});

test("details of outputs are shared out like the counts", async () => {
  const { gateway, upstream } = await setUp({ image_out_usd: 10, text_out_usd: 1 });
  const pictures = await Promise.all([16, 17].map(base64));
  const detailed = (text: number, image: number) => ({
    ...usage(0, text + image),
    output_tokens_details: { text_tokens: text, image_tokens: image },
  });
  upstream.each((call) => {
    call.event(completed, { b64_json: pictures[0], usage: detailed(10, 100) });
    call.event(completed, { b64_json: pictures[1], usage: detailed(20, 300) });
    call.end();
  });
  const { usages, costs } = await streamed(gateway, 2);
  expect(usages).toEqual([detailed(10, 100), detailed(20, 300)]);
  expect(costs).toEqual(["0.00101", "0.00302"]);
});
