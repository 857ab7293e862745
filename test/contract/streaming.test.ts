import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEvents, pictureOf, type SeenEvent } from "../support/events.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf, samplePng } from "../support/pictures.ts";
import { schemaFaults } from "../support/published-schema.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

const asked = { model: "sandbox-fast", prompt: "a fox", size: "128x96", stream: true };

async function streamed(
  body: object,
  path = "/v1/images/generations",
  to = gateway,
): Promise<{ readonly response: Response; readonly text: string; readonly events: SeenEvent[] }> {
  const response = await postJson(to, path, { ...asked, ...body });
  const text = await response.text();
  return { response, text, events: parseEvents(text) };
}

test("a stream has its headers, its previews in order, and one completed event", async () => {
  const { response, events } = await streamed({ partial_images: 2, seed: 1 });
  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    "x-pinhole-model": "sandbox-fast",
    "x-request-id": expect.stringMatching(/^req_/) as string,
  });
  expect(response.headers.get("content-length")).toBeNull();
  expect(events.map(({ event, data }) => [event, data.type, data.partial_image_index])).toEqual([
    ["image_generation.partial_image", "image_generation.partial_image", 0],
    ["image_generation.partial_image", "image_generation.partial_image", 1],
    ["image_generation.completed", "image_generation.completed", undefined],
  ]);
  expect(await factsOf(pictureOf(events[2] ?? never()))).toEqual({
    format: "png",
    width: 128,
    height: 96,
  });
  expect(events[2]?.data).toMatchObject({
    size: "128x96",
    output_format: "png",
    background: "opaque",
    pinhole: {
      request_id: response.headers.get("x-request-id"),
      index: 0,
      model: "sandbox-fast",
      cost: "0",
    },
  });
  expect(events[2]?.data).not.toHaveProperty("url");
});

test("the picture of a stream is the picture of a plain answer", async () => {
  const { events } = await streamed({ seed: 9, output_format: "webp", partial_images: 1 });
  const plain = await postJson(gateway, "/v1/images/generations", {
    ...asked,
    seed: 9,
    output_format: "webp",
    stream: false,
    response_format: "b64_json",
  });
  const answer = (await plain.json()) as {
    data: { b64_json: string }[];
    usage: Record<string, unknown>;
  };
  expect(events[1]?.data.b64_json).toBe(answer.data[0]?.b64_json);
  expect(events[1]?.data.usage).toEqual(answer.usage);
  expect(events[0]?.data.output_format).toBe("webp");
});

test.each([
  { body: { partial_images: 3 } },
  { body: { quality: "high", background: "transparent", output_format: "webp" } },
  { body: { n: 3, partial_images: 1, output_format: "jpeg", output_compression: 20 } },
  { body: { response_format: "url", partial_images: 1 } },
])("every event of a generation is of the published shape: %j", async ({ body }) => {
  const { events } = await streamed(body);
  expect(events.length).toBeGreaterThan(0);
  for (const { data } of events) expect(schemaFaults("ImageGenStreamEvent", data)).toEqual([]);
});

test("every event of an edit is of the published shape and kind", async () => {
  const image = `data:image/png;base64,${(await samplePng(64, 64)).toString("base64")}`;
  const { events } = await streamed(
    { images: [{ image_url: image }], partial_images: 1 },
    "/v1/images/edits",
  );
  expect(events.map(({ event }) => event)).toEqual([
    "image_edit.partial_image",
    "image_edit.completed",
  ]);
  for (const { data } of events) expect(schemaFaults("ImageEditStreamEvent", data)).toEqual([]);
});

test("n images are n completed events; usage and cost are shared out among them", async () => {
  const { events } = await streamed({ n: 3, partial_images: 1, quality: "low" });
  const completed = events.filter(({ event }) => event.endsWith(".completed"));
  const plain = await postJson(gateway, "/v1/images/generations", {
    ...asked,
    n: 3,
    quality: "low",
    stream: false,
  });
  const answer = (await plain.json()) as { usage: { total_tokens: number } };
  const indexes = completed.map(({ data }) => (data.pinhole as { index: number }).index);
  expect(indexes.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  const tokens = completed.map(({ data }) => (data.usage as { total_tokens: number }).total_tokens);
  expect(tokens.reduce((sum, one) => sum + one, 0)).toBe(answer.usage.total_tokens);
  expect(new Set(completed.map(({ data }) => data.b64_json)).size).toBe(3);
});

test("response_format url adds a URL that serves the event's picture", async () => {
  const { events } = await streamed({ response_format: "url", partial_images: 1 });
  expect(events[0]?.data).not.toHaveProperty("url");
  const image = await fetch(String(events[1]?.data.url));
  expect(image.headers.get("content-type")).toBe("image/png");
  expect(Buffer.from(await image.arrayBuffer())).toEqual(pictureOf(events[1] ?? never()));
});

test("before the first byte an error is an ordinary answer", async () => {
  for (const [body, status, code] of [
    [{ prompt: "" }, 400, "missing_required_parameter"],
    [{ model: "sandbox-moderated" }, 400, "moderation_blocked"],
    [{ model: "sandbox-rate-limited" }, 429, "rate_limit_exceeded"],
    [{ partial_images: 4 }, 400, "invalid_value"],
  ] as const) {
    const response = await postJson(gateway, "/v1/images/generations", { ...asked, ...body });
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(response.headers.get("x-should-retry")).not.toBeNull();
    expect([response.status, await response.json()]).toMatchObject([status, { error: { code } }]);
  }
});

test("after the first byte an error is an event in the envelope, and the end", async () => {
  const { response, events } = await streamed({ model: "sandbox-stream-error", partial_images: 1 });
  expect(response.status).toBe(200);
  expect(events.map(({ event }) => event)).toEqual(["image_generation.partial_image", "error"]);
  expect(events[1]?.data).toMatchObject({ error: { type: "upstream_error" } });
  expect(schemaFaults("ErrorResponse", events[1]?.data)).toEqual([]);
});

test("fewer pictures than asked end without an error: those made count", async () => {
  const { text, events } = await streamed({ model: "sandbox-partial", n: 2 });
  expect(events.map(({ event }) => event)).toEqual(["image_generation.completed"]);
  expect(text).toContain(": partial_result: 1 of 2 images");
});

test("what is left out is said in the header and in the completed event", async () => {
  const { response, events } = await streamed({ fancy: true });
  const said = [{ param: "fancy", code: "unsupported_parameter" }];
  expect(JSON.parse(response.headers.get("x-pinhole-warnings") ?? "")).toMatchObject(said);
  expect(events[0]?.data).toMatchObject({ pinhole: { warnings: said } });
});

function never(): never {
  throw new Error("an event is missing");
}
