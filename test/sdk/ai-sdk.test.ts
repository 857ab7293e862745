import { createOpenAI } from "@ai-sdk/openai";
import { generateImage } from "ai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf, samplePng } from "../support/pictures.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

test("the AI SDK's generateImage makes images through its OpenAI provider", async () => {
  const openai = createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key });
  const { images } = await generateImage({
    model: openai.image("sandbox-fast"),
    prompt: "a fox",
    n: 2,
    size: "256x256",
    maxRetries: 0,
  });
  expect(images).toHaveLength(2);
  for (const image of images) {
    expect(await factsOf(Buffer.from(image.uint8Array))).toEqual({
      format: "png",
      width: 256,
      height: 256,
    });
  }
});

test("the AI SDK edits an image, of which it reads base64 without asking for it", async () => {
  const openai = createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key });
  const { images } = await generateImage({
    model: openai.image("sandbox-fast"),
    prompt: { text: "a hat", images: [await samplePng(96, 96)] },
    maxRetries: 0,
  });
  const bytes = Buffer.from(images[0]?.uint8Array ?? []);
  expect(await factsOf(bytes)).toEqual({ format: "png", width: 96, height: 96 });
});
