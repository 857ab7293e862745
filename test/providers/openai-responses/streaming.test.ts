import { afterAll, afterEach, expect, test } from "vitest";
import { wholeBytes } from "../../../src/core/picture.ts";
import type { ProviderEvent } from "../../../src/core/provider.ts";
import { createEgress } from "../../../src/net/egress.ts";
import provider from "../../../src/providers/openai-responses/index.ts";
import { fakeTools, fittedRequest } from "../../dialects/fake-tools.ts";
import { httpServer, type Loopback, upstreamAt } from "../../net/loopback.ts";
import { pngBytes } from "../../net/memory-spool.ts";

const egress = createEgress({ now: Date.now });
const servers: Loopback[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

const base64 = (length: number): string => pngBytes(length).toString("base64");
const call = (length: number) => ({
  type: "image_generation_call",
  status: "completed",
  result: base64(length),
  revised_prompt: "A red fox",
});
const usage = { input_tokens: 50, output_tokens: 272, total_tokens: 322 };
const completed = (output: unknown) => ({
  type: "response.completed",
  response: { status: "completed", error: null, output, tool_usage: { image_gen: usage } },
});
const partial = (index: number, length: number) => ({
  type: "response.image_generation_call.partial_image",
  partial_image_index: index,
  partial_image_b64: base64(length),
});

interface Told {
  readonly events: string[];
  readonly thrown: unknown;
  readonly asked: unknown;
}

type StreamEvent = Readonly<Record<string, unknown>> & { readonly type: string };

/** What comes of a streamed call: previews and pictures with their lengths. */
async function stream(events: readonly StreamEvent[] | string): Promise<Told> {
  let asked: unknown;
  const server = await httpServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      asked = JSON.parse(body);
      const isStream = typeof events !== "string";
      const type = isStream ? "text/event-stream" : "application/json";
      const frames = isStream
        ? events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("")
        : events;
      response.writeHead(200, { "content-type": type }).end(frames);
    });
  });
  servers.push(server);
  const settings = provider.settings.parse({
    base_url: server.origin,
    api_key: "test-secret",
    text_model: "text-1",
  });
  const told: string[] = [];
  let thrown: unknown;
  try {
    const generated = provider.generate({
      ...fakeTools([]),
      http: upstreamAt(egress, server, { provider, settings }),
      request: fittedRequest({ stream: true, partial_images: 2 }),
      model: "gpt-image-2.6-flare",
      card: undefined,
      settings,
      options: {},
    });
    for await (const event of generated) told.push(await say(event));
  } catch (error) {
    thrown = error;
  }
  return { events: told, thrown, asked };
}

async function say(event: ProviderEvent): Promise<string> {
  if ("partial" in event)
    return `partial ${event.index}: ${(await wholeBytes(event.partial.bytes, 100_000)).length}`;
  if ("picture" in event)
    return `picture ${event.index}: ${event.picture.bytes.byteLength} ${event.revisedPrompt ?? ""}`;
  return "usage" in event ? `usage ${event.usage.total_tokens}` : "something else";
}

test("previews come as they are made, the picture and its usage once", async () => {
  const { events, thrown, asked } = await stream([
    { type: "response.created" },
    { type: "response.image_generation_call.in_progress" },
    partial(0, 3_000),
    partial(1, 4_000),
    { type: "response.output_item.done", item: call(5_000) },
    completed([{ type: "reasoning" }, call(5_000)]),
  ]);
  expect(thrown).toBeUndefined();
  expect(events).toEqual([
    "partial 0: 3000",
    "partial 0: 4000",
    "usage 322",
    "picture 0: 5000 A red fox",
  ]);
  expect(asked).toMatchObject({ stream: true, tools: [{ partial_images: 2 }] });
});

test("a server that does not stream answers as ever", async () => {
  const { events } = await stream(JSON.stringify(completed([call(5_000)]).response));
  expect(events).toEqual(["usage 322", "picture 0: 5000 A red fox"]);
});

test("a response that failed after a preview ends in what it says", async () => {
  const failed = {
    type: "response.failed",
    response: { status: "failed", error: { code: "moderation_blocked" }, output: [] },
  };
  const { events, thrown } = await stream([partial(0, 3_000), failed]);
  expect(events).toEqual(["partial 0: 3000"]);
  expect(thrown).toMatchObject({ code: "moderation_blocked" });
});

test("an error event is thrown as its code says", async () => {
  const error = { type: "error", code: "rate_limit_exceeded", message: "Slow down." };
  const { thrown } = await stream([{ type: "error", error }]);
  expect(thrown).toMatchObject({ code: "upstream_rate_limited" });
});

test("a stream that breaks off holds no answer", async () => {
  const { events, thrown } = await stream([partial(0, 3_000)]);
  expect(events).toEqual(["partial 0: 3000"]);
  expect(thrown).toMatchObject({ code: "upstream_bad_answer" });
});
