import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { parseEvents, pictureOf, type SeenEvent } from "../support/events.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

interface Upstream {
  readonly gateway: TestGateway;
  /** Bodies of the requests that came. */
  readonly asked: string[];
}

/** A gateway in front of an upstream of OpenAI's kind that answers by hand. */
async function inFrontOf(
  answer: (response: ServerResponse) => void,
  settings: object = {},
): Promise<Upstream> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("latin1").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      asked.push(body);
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  undo.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const channel = (id: string) => ({
    id,
    provider: "openai-compatible",
    settings: { base_url: `http://127.0.0.1:${port}/v1`, ...settings },
    models: [{ name: "painter", price: { per_image_usd: 0.04 } }],
    retry_unknown: true,
  });
  // Two channels, so that a second attempt would show.
  const gateway = await startTestGateway({ channels: [channel("one"), channel("two")] });
  undo.push(() => gateway.close());
  return { gateway, asked };
}

async function streamed(
  { gateway }: Upstream,
  body: object = {},
  path = "/v1/images/generations",
): Promise<{ readonly response: Response; readonly events: SeenEvent[] }> {
  const asked = { model: "painter", prompt: "a fox", stream: true, ...body };
  const response = await postJson(gateway, path, asked);
  const text = await response.text();
  return { response, events: response.ok ? parseEvents(text) : [] };
}

const base64 = async (side: number): Promise<string> =>
  (await samplePng(side, side)).toString("base64");
const frame = (type: string, fields: object): string =>
  `event: ${type}\r\ndata: ${JSON.stringify({ type, ...fields })}\r\n\r\n`;
const kinds = (events: readonly SeenEvent[]): string[] => events.map(({ event }) => event);

test("an upstream's events are relayed with their previews, usage and what they say", async () => {
  const [preview, picture] = await Promise.all([base64(16), base64(32)]);
  const usage = {
    input_tokens: 5,
    output_tokens: 7,
    total_tokens: 12,
    input_tokens_details: { text_tokens: 5, image_tokens: 0 },
  };
  const upstream = await inFrontOf((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const partial = { b64_json: preview, partial_image_index: 0 };
    const completed = { b64_json: picture, quality: "high", background: "opaque", usage };
    response.write(`: hello\r\n\r\n${frame("image_generation.partial_image", partial)}`);
    response.end(`${frame("image_generation.completed", completed)}data: [DONE]\r\n\r\n`);
  });
  const { events } = await streamed(upstream, { partial_images: 3 });
  expect(kinds(events)).toEqual(["image_generation.partial_image", "image_generation.completed"]);
  expect(events.map(({ data }) => data.b64_json)).toEqual([preview, picture]);
  expect(events[1]?.data).toMatchObject({ quality: "high", usage, pinhole: { cost: "0.04" } });
  expect(JSON.parse(upstream.asked[0] ?? "")).toMatchObject({ stream: true, partial_images: 3 });
});

test("a plain answer to a stream request becomes events of the endpoint's kind", async () => {
  const picture = await base64(24);
  const upstream = await inFrontOf((response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ data: [{ b64_json: picture }, { b64_json: picture }] }));
  });
  const generated = await streamed(upstream, { n: 2 });
  expect(kinds(generated.events)).toEqual(Array(2).fill("image_generation.completed"));
  const edited = await streamed(
    upstream,
    { n: 2, images: [{ image_url: `data:image/png;base64,${picture}` }] },
    "/v1/images/edits",
  );
  expect(kinds(edited.events)).toEqual(Array(2).fill("image_edit.completed"));
  expect(upstream.asked[1]).toContain('name="stream"\r\n\r\ntrue\r\n');
});

test("a server that refuses the field is never sent it, and its pictures are streamed all the same", async () => {
  const picture = await base64(24);
  const upstream = await inFrontOf(
    (response) => response.end(JSON.stringify({ data: [{ b64_json: picture }] })),
    { streaming: false },
  );
  const { response, events } = await streamed(upstream, { partial_images: 2 });
  expect(kinds(events)).toEqual(["image_generation.completed"]);
  expect(Object.keys(JSON.parse(upstream.asked[0] ?? "") as object)).not.toContain("stream");
  expect(response.headers.get("x-pinhole-warnings")).toContain("partial_images");
});

test("an error event before a picture is a refusal: the next channel is tried", async () => {
  const upstream = await inFrontOf((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end('event: error\ndata: {"error":{"message":"busy","type":"server_error"}}\n\n');
  });
  const { response } = await streamed(upstream);
  expect([response.status, upstream.asked.length]).toEqual([502, 2]);
});

test("moderation told by an event is the caller's ordinary 400", async () => {
  const upstream = await inFrontOf((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const error = { message: "Not this prompt.", code: "moderation_blocked" };
    response.end(`event: error\ndata: ${JSON.stringify({ error })}\n\n`);
  });
  const { response } = await streamed(upstream);
  expect([response.status, upstream.asked.length]).toEqual([400, 1]);
});

test.each([
  ["an error event", 'event: error\r\ndata: {"error":{"code":"rate_limit_exceeded"}}\r\n\r\n'],
  ["a broken connection", undefined],
])("after a preview nothing is tried again: %s", async (_, ending) => {
  const preview = await base64(16);
  const upstream = await inFrontOf((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(frame("image_generation.partial_image", { b64_json: preview }));
    if (ending === undefined) setTimeout(() => response.destroy(), 50);
    else response.end(ending);
  });
  const { events } = await streamed(upstream, { partial_images: 1 });
  expect(kinds(events)).toEqual(["image_generation.partial_image", "error"]);
  expect(upstream.asked).toHaveLength(1);
});

test("a picture that came counts although the connection broke behind it", async () => {
  const picture = await base64(16);
  const upstream = await inFrontOf((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(frame("image_generation.completed", { b64_json: picture }));
    setTimeout(() => response.destroy(), 50);
  });
  const { events } = await streamed(upstream);
  expect(kinds(events)).toEqual(["image_generation.completed"]);
  expect(pictureOf(events[0] ?? { event: "", data: {} }).toString("base64")).toBe(picture);
});

test("whole pictures sent one by one are completed events, whatever their type is called", async () => {
  const [first, second] = await Promise.all([base64(16), base64(24)]);
  const upstream = await inFrontOf((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const usage = { output_tokens: 9, total_tokens: 9 };
    response.write(frame("image_generation.partial_succeeded", { b64_json: first }));
    response.write(frame("image_generation.partial_succeeded", { b64_json: second }));
    response.end(frame("image_generation.completed", { usage }));
  });
  const { events } = await streamed(upstream, { n: 2 });
  expect(kinds(events)).toEqual(Array(2).fill("image_generation.completed"));
  expect(events.map(({ data }) => data.b64_json)).toEqual([first, second]);
  expect(events[1]?.data).toMatchObject({ usage: { total_tokens: 9 } });
});
