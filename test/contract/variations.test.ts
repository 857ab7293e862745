import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { variationPrompt } from "../../src/gateway/fit/operation.ts";
import { startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";
import { factsOf, samplePng } from "../support/pictures.ts";
import { schemaFaults } from "../support/published-schema.ts";

let upstream: MockOpenAi;
let gateway: TestGateway;
let permissive: TestGateway;
let sandbox: TestGateway;

const channels = (): unknown[] => [
  {
    id: "main",
    provider: "openai",
    settings: { api_key: "sk-test-0123456789", base_url: upstream.url },
    models: ["dall-e-2", "dall-e-3", "gpt-image-2"],
  },
];

beforeAll(async () => {
  upstream = await startMockOpenAi();
  gateway = await startTestGateway({ channels: channels() });
  permissive = await startTestGateway({
    channels: channels(),
    policy: { variations_as_edits: true },
  });
  sandbox = await startTestGateway();
});
afterAll(async () => {
  await sandbox.close();
  await permissive.close();
  await gateway.close();
  await upstream.close();
});

interface Given {
  readonly image?: Buffer;
  readonly fields?: Readonly<Record<string, string>>;
  readonly times?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

async function vary(
  target: TestGateway,
  model: string,
  { image, fields, times = 1, headers }: Given = {},
): Promise<{ response: Response; answer: Record<string, unknown> }> {
  const form = new FormData();
  form.set("model", model);
  for (const [name, value] of Object.entries(fields ?? {})) form.set(name, value);
  const bytes = new Uint8Array(image ?? (await samplePng(64, 64)));
  for (let index = 0; index < times; index += 1) form.append("image", new Blob([bytes]), "in.png");
  const response = await fetch(`${target.url}/v1/images/variations`, {
    method: "POST",
    headers: { authorization: `Bearer ${testKey}`, ...headers },
    body: form,
  });
  return { response, answer: (await response.json()) as Record<string, unknown> };
}

/** A PNG that is larger than 4 MB in bytes: noise does not compress. */
async function heavyPng(): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  const edge = 1200;
  const noise = Buffer.alloc(edge * edge * 4);
  let state = 1;
  for (let at = 0; at < noise.length; at += 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    noise[at] = state >>> 16;
  }
  return sharp(noise, { raw: { width: edge, height: edge, channels: 4 } })
    .png({ compressionLevel: 0 })
    .toBuffer();
}

describe("a model that has variations", () => {
  test("gets the picture at its own address, without a prompt", async () => {
    const fields = { n: "2", size: "256x256", user: "u" };
    const { response, answer } = await vary(gateway, "dall-e-2", { fields });
    expect(answer).not.toHaveProperty("error");
    expect(response.status).toBe(200);
    expect(Object.keys(answer)).toEqual(["created", "data"]);
    expect(schemaFaults("ImagesResponse", answer)).toEqual([]);
    const [first] = answer.data as { url: string }[];
    const bytes = Buffer.from(await (await fetch(first?.url ?? "")).arrayBuffer());
    expect(await factsOf(bytes)).toEqual({ format: "png", width: 256, height: 256 });
    const sent = upstream.seen.at(-1);
    expect(sent?.path).toBe("/v1/images/variations");
    const names = [...(sent?.body.toString("latin1") ?? "").matchAll(/; name="([^"]*)"/g)];
    expect(new Set(names.map(([, name]) => name))).toEqual(
      new Set(["image", "model", "n", "response_format", "size", "user"]),
    );
  });

  test("of the sandbox gives pictures that differ", async () => {
    const fields = { n: "2", response_format: "b64_json" };
    const { answer } = await vary(sandbox, "sandbox-fast", { fields });
    expect(schemaFaults("ImagesResponse", answer)).toEqual([]);
    const [first, second] = answer.data as { b64_json: string }[];
    expect(first?.b64_json.length).toBeGreaterThan(1000);
    expect(first?.b64_json).not.toBe(second?.b64_json);
  });

  test("a prompt is named as left out, and refused in strict mode", async () => {
    const fields = { prompt: "a hat" };
    const warned = await vary(gateway, "dall-e-2", { fields });
    expect(warned.response.headers.get("x-pinhole-warnings")).toContain("prompt");
    expect(upstream.seen.at(-1)?.body.toString("latin1")).not.toContain("a hat");
    const headers = { "x-pinhole-strict": "true" };
    const refused = await vary(gateway, "dall-e-2", { fields, headers });
    expect(refused.answer.error).toMatchObject({ code: "unsupported_parameter", param: "prompt" });
  });
});

describe("a model that has edits only", () => {
  test("is a 400 unless the operator lets variations be edits", async () => {
    const { response, answer } = await vary(gateway, "gpt-image-2");
    expect(response.status).toBe(400);
    expect(answer.error).toMatchObject({ code: "unsupported_operation", param: "model" });
  });

  test("edits with the documented prompt where the operator does", async () => {
    const { response } = await vary(permissive, "gpt-image-2", { fields: { n: "2" } });
    expect(response.status).toBe(200);
    const sent = upstream.seen.at(-1);
    expect(sent?.path).toBe("/v1/images/edits");
    expect(sent?.body.toString("utf8")).toContain(variationPrompt);
  });

  test("a model without edits stays a 400", async () => {
    const { answer } = await vary(permissive, "dall-e-3");
    expect(answer.error).toMatchObject({ code: "unsupported_operation" });
  });
});

describe("the rules of the operation", () => {
  test.each([
    ["oblong", { image: () => samplePng(64, 32) }, "invalid_image", "image"],
    ["over 4 MB", { image: heavyPng }, "image_too_large", "image"],
    ["two images", { times: 2 }, "invalid_value", "image"],
    ["no image", { times: 0 }, "missing_required_parameter", "image"],
    ["a stream", { fields: { stream: "true" } }, "unsupported_parameter", "stream"],
    ["a size that is none of its own", { fields: { size: "64x64" } }, "invalid_value", "size"],
  ])("%s is refused", async (_name, given, code, param) => {
    const calls = upstream.seen.length;
    const { image, ...rest } = given as Omit<Given, "image"> & { image?: () => Promise<Buffer> };
    const more = image === undefined ? {} : { image: await image() };
    const { response, answer } = await vary(gateway, "dall-e-2", { ...rest, ...more });
    expect(response.status).toBe(400);
    expect(answer.error).toMatchObject({ code, param });
    expect(upstream.seen).toHaveLength(calls);
  });

  test("a JPEG is refused by its bytes, and JSON by its type", async () => {
    const { default: sharp } = await import("sharp");
    const image = await sharp(await samplePng(64, 64))
      .jpeg()
      .toBuffer();
    const { answer } = await vary(gateway, "dall-e-2", { image });
    expect(answer.error).toMatchObject({ code: "invalid_image", param: "image" });
    const json = await fetch(`${gateway.url}/v1/images/variations`, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
      body: "{}",
    });
    expect(json.status).toBe(415);
  });
});
