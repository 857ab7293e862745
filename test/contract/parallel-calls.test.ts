import { expect, onTestFinished, test } from "vitest";
import { parseEvents, pictureOf } from "../support/events.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf, samplePng } from "../support/pictures.ts";
import { recordOf } from "../support/records.ts";
import {
  type ScriptedCall,
  type ScriptedUpstream,
  startScriptedUpstream,
} from "../support/scripted-upstream.ts";

const model = "painter";
const firstSeed = 40;
const none = { text_tokens: 0, image_tokens: 0 };

interface Answer {
  readonly data: readonly { readonly b64_json?: string; readonly url?: string }[];
  readonly usage?: unknown;
}

/** A gateway whose one channel makes one picture a call. */
async function setUp(
  channels: (upstream: ScriptedUpstream) => readonly object[] = (upstream) => [channel(upstream)],
): Promise<{ readonly gateway: TestGateway; readonly upstream: ScriptedUpstream }> {
  const upstream = await startScriptedUpstream();
  const gateway = await startTestGateway({ channels: channels(upstream) });
  onTestFinished(() => gateway.close());
  return { gateway, upstream };
}

function channel({ url }: ScriptedUpstream, more: object = {}, price?: unknown): object {
  return {
    id: "one",
    provider: "openai-compatible",
    settings: { base_url: url, images_per_call: 1 },
    models: [price === undefined ? model : { name: model, price }],
    ...more,
  };
}

/** Asks for some pictures; the seeds that the calls get tell their places in the answer. */
function ask(gateway: TestGateway, n: number, more: object = {}): Promise<Response> {
  const body = { model, prompt: "a fox", n, seed: firstSeed, ...more };
  return postJson(gateway, "/v1/images/generations", body);
}

const placeOf = ({ json }: ScriptedCall): number => Number(json.seed) - firstSeed;

/** The calls of a request in the order of their places. */
async function inPlace({ arrived }: ScriptedUpstream, n: number): Promise<ScriptedCall[]> {
  const calls = await Promise.all(Array.from({ length: n }, (_, index) => arrived(index)));
  return calls.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** An answer with a picture whose width tells its place. */
async function picture(place: number, more: object = {}): Promise<object> {
  const b64_json = (await samplePng(20 + place, 16)).toString("base64");
  return { created: 1, data: [{ b64_json }], ...more };
}

async function widthsOf(answer: Answer): Promise<number[]> {
  return Promise.all(
    answer.data.map(async ({ b64_json, url }) => {
      const bytes =
        url === undefined
          ? Buffer.from(b64_json ?? "", "base64")
          : Buffer.from(await (await fetch(url)).arrayBuffer());
      return (await factsOf(bytes)).width;
    }),
  );
}

test.each(["b64_json", "url"])(
  "pictures of parallel calls stand in the order of their calls, not of their ends: %s",
  async (form) => {
    const { gateway, upstream } = await setUp();
    const asking = ask(gateway, 4, { response_format: form });
    const calls = await inPlace(upstream, 4);
    expect(calls.map(placeOf)).toEqual([0, 1, 2, 3]);
    for (const place of [2, 3, 0, 1]) calls[place]?.answer(await picture(place));
    // The gateway's own answer, whose form the schema tests check.
    const answer = (await (await asking).json()) as Answer;
    expect(await widthsOf(answer)).toEqual([20, 21, 22, 23]);
  },
);

test("where a call fails, the pictures of the others keep their order", async () => {
  const { gateway, upstream } = await setUp();
  const asking = ask(gateway, 4, { response_format: "b64_json" });
  const calls = await inPlace(upstream, 4);
  calls[3]?.answer(await picture(3));
  calls[2]?.answer(await picture(2));
  calls[1]?.answer({ error: { message: "No.", code: "content_policy_violation" } }, 400);
  calls[0]?.answer(await picture(0));
  const response = await asking;
  const answer = (await response.json()) as Answer;
  expect(response.headers.get("x-pinhole-warnings")).toContain("3 of 4 images were made");
  expect(await widthsOf(answer)).toEqual([20, 22, 23]);
});

test("a stream tells each picture's place in the answer as soon as it is there", async () => {
  const { gateway, upstream } = await setUp();
  const asking = ask(gateway, 3, { stream: true });
  const calls = await inPlace(upstream, 3);
  for (const place of [2, 0, 1]) calls[place]?.answer(await picture(place));
  const events = parseEvents(await (await asking).text());
  const places = events.map(({ data }) => (data.pinhole as { index: number }).index);
  expect(places.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  const widths = await Promise.all(
    events.map(async (event) => (await factsOf(pictureOf(event))).width),
  );
  expect(widths).toEqual(places.map((place) => 20 + place));
});

test("a replay has the pictures in the answer's order too", async () => {
  const { gateway, upstream } = await setUp();
  const asking = ask(gateway, 3, { response_format: "b64_json" });
  const calls = await inPlace(upstream, 3);
  for (const place of [1, 2, 0]) calls[place]?.answer(await picture(place));
  const first = (await (await asking).json()) as Answer;
  const id = (await asking).headers.get("x-request-id") ?? "";
  await recordOf(gateway, id);
  const again = await fetch(`${gateway.url}/v1/images/requests/${id}`, {
    headers: { authorization: `Bearer ${gateway.key}` },
  });
  expect(((await again.json()) as Answer).data).toEqual(first.data);
});

const usage = (input: number, output: number): object => ({
  usage: {
    input_tokens: input,
    output_tokens: output,
    total_tokens: input + output,
    input_tokens_details: { ...none, text_tokens: input },
  },
});

test("usage and cost of parallel calls are added up, and only of those that made something", async () => {
  const { gateway, upstream } = await setUp((one) => [
    channel(one, {}, { per_image_usd: 0.04, text_in_usd: 5 }),
  ]);
  const asking = ask(gateway, 3);
  const calls = await inPlace(upstream, 3);
  calls[0]?.answer(await picture(0, usage(3, 50)));
  calls[1]?.answer({ error: { message: "No.", code: "content_policy_violation" } }, 400);
  calls[2]?.answer(await picture(2, usage(4, 60)));
  const response = await asking;
  const answer = (await response.json()) as Answer;
  expect(answer.usage).toMatchObject({ input_tokens: 7, output_tokens: 110, total_tokens: 117 });
  expect(response.headers.get("x-pinhole-cost")).toBe("0.080035");
  const record = await recordOf(gateway, response.headers.get("x-request-id"));
  expect(record).toMatchObject({
    state: "partial",
    cost_usd: "0.080035",
    usage: { total_tokens: 117 },
  });
});

test("a call that says no usage takes nothing from what the others say", async () => {
  const { gateway, upstream } = await setUp();
  const asking = ask(gateway, 2);
  const calls = await inPlace(upstream, 2);
  calls[0]?.answer(await picture(0));
  calls[1]?.answer(await picture(1, usage(4, 60)));
  expect(((await (await asking).json()) as Answer).usage).toMatchObject({ total_tokens: 64 });
});

test("where one call's price is unknown, the request's is: never the sum of the rest", async () => {
  const limits = { limits: { concurrency: 1, queue: 0 } };
  const { gateway, upstream } = await setUp((one) => [
    channel(one, { id: "priced", priority: 2, ...limits }, { per_image_usd: 0.04 }),
    channel(one, { id: "unpriced", priority: 1 }),
  ]);
  const asking = ask(gateway, 2);
  const calls = await inPlace(upstream, 2);
  for (const call of calls) call.answer(await picture(placeOf(call)));
  const response = await asking;
  expect(response.status).toBe(200);
  expect(response.headers.get("x-pinhole-cost")).toBeNull();
  await response.arrayBuffer();
  const record = await recordOf(gateway, response.headers.get("x-request-id"));
  const channels = new Set(record.attempts.map((attempt) => attempt.channel));
  expect(channels).toEqual(new Set(["priced", "unpriced"]));
});

test("free calls and priced calls make the price of the priced ones", async () => {
  const limits = { limits: { concurrency: 1, queue: 0 } };
  const { gateway, upstream } = await setUp((one) => [
    channel(one, { id: "priced", priority: 2, ...limits }, { per_image_usd: 0.04 }),
    channel(one, { id: "free", priority: 1 }, "free"),
  ]);
  const asking = ask(gateway, 2);
  const calls = await inPlace(upstream, 2);
  for (const call of calls) call.answer(await picture(placeOf(call)));
  const response = await asking;
  expect(response.headers.get("x-pinhole-cost")).toBe("0.04");
  await response.arrayBuffer();
});
