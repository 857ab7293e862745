import OpenAI, { APIError, BadRequestError, toFile } from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf, leftHalfMask, samplePng } from "../support/pictures.ts";

let gateway: TestGateway;
let client: OpenAI;

beforeAll(async () => {
  gateway = await startTestGateway({
    server: { heartbeat: "100ms" },
    channels: [
      { id: "slow", provider: "sandbox", settings: { slow_ms: 800 }, models: ["sandbox-slow"] },
      { id: "others", provider: "sandbox", models: ["sandbox-fast", "sandbox-stream-error"] },
    ],
  });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key });
});
afterAll(() => gateway.close());

const bytesOf = (event: { readonly b64_json: string }): Buffer =>
  Buffer.from(event.b64_json, "base64");

test("generate yields previews and the picture", async () => {
  const stream = await client.images.generate({
    model: "sandbox-fast",
    prompt: "a fox",
    size: "256x256",
    quality: "low",
    output_format: "webp",
    stream: true,
    partial_images: 2,
  });
  const seen: string[] = [];
  for await (const event of stream) {
    seen.push(event.type);
    expect(await factsOf(bytesOf(event))).toEqual({ format: "webp", width: 256, height: 256 });
    expect(event).toMatchObject({ size: "256x256", output_format: "webp", quality: "low" });
    if (event.type === "image_generation.completed")
      expect(event.usage.total_tokens).toBeGreaterThan(0);
  }
  expect(seen).toEqual([
    "image_generation.partial_image",
    "image_generation.partial_image",
    "image_generation.completed",
  ]);
});

test("edit yields an edit's events", async () => {
  const stream = await client.images.edit({
    model: "sandbox-fast",
    image: await toFile(await samplePng(120, 80), "in.png", { type: "image/png" }),
    mask: await toFile(await leftHalfMask(120, 80), "mask.png", { type: "image/png" }),
    prompt: "a hat",
    stream: true,
    partial_images: 1,
  });
  const seen: string[] = [];
  for await (const event of stream) {
    seen.push(event.type);
    expect(await factsOf(bytesOf(event))).toEqual({ format: "png", width: 120, height: 80 });
  }
  expect(seen).toEqual(["image_edit.partial_image", "image_edit.completed"]);
});

test("comment lines in between are no events", async () => {
  const stream = await client.images.generate({
    model: "sandbox-slow",
    prompt: "a fox",
    size: "256x256",
    stream: true,
  });
  const seen: string[] = [];
  for await (const event of stream) seen.push(event.type);
  expect(seen).toEqual(["image_generation.completed"]);
});

test("an error before anything raises the SDK's class for its status", async () => {
  const call = client.images.generate({
    model: "sandbox-fast",
    prompt: "a fox",
    size: "1x1",
    stream: true,
    n: 11,
  });
  await expect(call).rejects.toBeInstanceOf(BadRequestError);
});

test("an error after a preview raises an APIError out of the stream, and nothing is tried again", async () => {
  const requests = (): number => gateway.log.filter(({ msg }) => msg === "request").length;
  const before = requests();
  const stream = await client.images.generate({
    model: "sandbox-stream-error",
    prompt: "a fox",
    size: "256x256",
    stream: true,
    partial_images: 1,
  });
  const seen: string[] = [];
  const error: unknown = await (async () => {
    for await (const event of stream) seen.push(event.type);
  })().catch((thrown: unknown) => thrown);
  expect(seen).toEqual(["image_generation.partial_image"]);
  expect(error).toBeInstanceOf(APIError);
  expect(error).toMatchObject({ code: "upstream_failed", type: "upstream_error" });
  expect(requests() - before).toBe(1);
});
