import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  NotFoundError,
  RateLimitError,
  toFile,
} from "openai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf, leftHalfMask, rgbaOf, samplePng } from "../support/pictures.ts";

let gateway: TestGateway;
let client: OpenAI;

beforeAll(async () => {
  gateway = await startTestGateway();
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
});
afterAll(() => gateway.close());

function bytesOf(image: OpenAI.Image | undefined): Buffer {
  return Buffer.from(image?.b64_json ?? "", "base64");
}

test("generates with each parameter", async () => {
  const answer = await client.images.generate({
    model: "sandbox-fast",
    prompt: "a fox in the snow",
    n: 3,
    size: "256x256",
    quality: "low",
    response_format: "b64_json",
    style: "natural",
    background: "transparent",
    output_format: "webp",
    output_compression: 80,
    moderation: "low",
    user: "user-1",
  });
  expect(answer.data).toHaveLength(3);
  for (const image of answer.data ?? []) {
    expect(await factsOf(bytesOf(image))).toEqual({ format: "webp", width: 256, height: 256 });
  }
  expect(answer).toMatchObject({
    size: "256x256",
    output_format: "webp",
    background: "transparent",
    quality: "low",
  });
  expect(answer.usage?.total_tokens).toBeGreaterThan(0);
  expect(new Set(answer.data?.map((image) => image.b64_json)).size).toBe(3);
});

test("a URL is given where none of the formats was asked for, and it serves the picture", async () => {
  const answer = await client.images.generate({
    model: "sandbox-fast",
    prompt: "a fox",
    size: "256x256",
  });
  const url = answer.data?.[0]?.url ?? "";
  expect(answer.data?.[0]).not.toHaveProperty("b64_json");
  const image = await fetch(url);
  expect(image.headers.get("content-type")).toBe("image/png");
  const bytes = Buffer.from(await image.arrayBuffer());
  expect(await factsOf(bytes)).toEqual({ format: "png", width: 256, height: 256 });
});

test("edits change only what the mask opens, compared by pixels", async () => {
  const [image, mask] = [await samplePng(120, 80), await leftHalfMask(120, 80)];
  const answer = await client.images.edit({
    model: "sandbox-fast",
    image: await toFile(image, "in.png", { type: "image/png" }),
    mask: await toFile(mask, "mask.png", { type: "image/png" }),
    prompt: "a red hat",
    size: "120x80",
    response_format: "b64_json",
  });
  const before = await rgbaOf(image);
  const after = await rgbaOf(bytesOf(answer.data?.[0]));
  expect([after.width, after.height]).toEqual([120, 80]);
  let changed = 0;
  for (let pixel = 0; pixel < 120 * 80; pixel += 1) {
    const same = before.rgba
      .subarray(pixel * 4, pixel * 4 + 4)
      .equals(after.rgba.subarray(pixel * 4, pixel * 4 + 4));
    if (pixel % 120 >= 60) expect(same).toBe(true);
    else if (!same) changed += 1;
  }
  expect(changed).toBeGreaterThan(60 * 80 * 0.5);
});

test("edits take one image and several", async () => {
  const image = await samplePng(96, 96);
  const files = await Promise.all(
    [1, 2, 3].map((index) => toFile(image, `${index}.png`, { type: "image/png" })),
  );
  const [first] = files;
  if (first === undefined) throw new Error("no file");
  const one = await client.images.edit({
    model: "sandbox-fast",
    image: first,
    prompt: "x",
    response_format: "b64_json",
  });
  const many = await client.images.edit({
    model: "sandbox-fast",
    image: files,
    prompt: "x",
    response_format: "b64_json",
  });
  expect(await factsOf(bytesOf(one.data?.[0]))).toMatchObject({ format: "png" });
  expect(many.data?.[0]?.b64_json).not.toBe(one.data?.[0]?.b64_json);
});

test("makes variations of a square PNG", async () => {
  const answer = await client.images.createVariation({
    model: "sandbox-fast",
    image: await toFile(await samplePng(96, 96), "in.png", { type: "image/png" }),
    n: 2,
    size: "256x256",
    response_format: "b64_json",
    user: "user-1",
  });
  expect(answer.data).toHaveLength(2);
  for (const image of answer.data ?? []) {
    expect(await factsOf(bytesOf(image))).toEqual({ format: "png", width: 256, height: 256 });
  }
});

test("lists models and finds one", async () => {
  const models = await client.models.list();
  expect(models.data.map((model) => model.id)).toContain("sandbox");
  expect(await client.models.retrieve("sandbox")).toMatchObject({ id: "sandbox", object: "model" });
});

test("every error raises the SDK's matching class", async () => {
  const generate = (model: string, more: object = {}): Promise<unknown> =>
    client.images.generate({ model, prompt: "x", ...more });
  const caught = async (call: Promise<unknown>): Promise<APIError> => {
    const error: unknown = await call.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error instanceof APIError) return error;
    throw new Error(`no API error was raised, but: ${String(error)}`);
  };
  const wrongKey = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: "wrong", maxRetries: 0 });
  const auth = await caught(wrongKey.images.generate({ model: "sandbox", prompt: "x" }));
  expect(auth).toBeInstanceOf(AuthenticationError);
  expect(auth).toMatchObject({ code: "invalid_api_key", type: "invalid_request_error" });
  const bad = await caught(generate("sandbox", { n: 11 }));
  expect(bad).toBeInstanceOf(BadRequestError);
  expect(bad).toMatchObject({ code: "invalid_value", param: "n" });
  expect(await caught(generate("nope"))).toBeInstanceOf(NotFoundError);
  const moderated = await caught(generate("sandbox-moderated"));
  expect(moderated).toBeInstanceOf(BadRequestError);
  expect(moderated).toMatchObject({
    code: "moderation_blocked",
    type: "image_generation_user_error",
  });
  const limited = await caught(generate("sandbox-rate-limited"));
  expect(limited).toBeInstanceOf(RateLimitError);
  expect(limited.headers?.get("retry-after")).toMatch(/^\d+$/);
  expect(limited.requestID).toMatch(/^req_/);
});
