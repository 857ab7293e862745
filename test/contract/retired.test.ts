import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";
import { factsOf, samplePng } from "../support/pictures.ts";
import { schemaFaults } from "../support/published-schema.ts";

let upstream: MockOpenAi;
let gateway: TestGateway;
let strict: TestGateway;

const channel = (models: unknown[]): Record<string, unknown> => ({
  id: "main",
  provider: "openai",
  settings: { api_key: "sk-test-0123456789", base_url: upstream.url },
  models,
});

beforeAll(async () => {
  upstream = await startMockOpenAi();
  gateway = await startTestGateway({
    channels: [
      channel([
        "gpt-image-2.6-flare",
        { name: "dall-e-3", upstream: "gpt-image-2.6-sunburst" },
        "gpt-image-2.6-sunburst",
      ]),
    ],
    aliases: { "gpt-image-1": ["gpt-image-2.6-flare"] },
  });
  strict = await startTestGateway({
    channels: [channel(["gpt-image-2.6-flare", "dall-e-3"])],
    policy: { successors: false },
  });
});
afterAll(async () => {
  await gateway.close();
  await strict.close();
  await upstream.close();
});

interface Answer {
  readonly data: readonly { readonly url?: string; readonly b64_json?: string }[];
  readonly error?: { readonly code: string; readonly param: string; readonly message: string };
}

async function generate(
  body: Record<string, unknown>,
): Promise<{ response: Response; answer: Answer; sent: Record<string, unknown> | undefined }> {
  const calls = upstream.seen.length;
  const response = await postJson(gateway, "/v1/images/generations", { prompt: "a fox", ...body });
  const answer = (await response.json()) as Answer;
  return { response, answer, sent: upstream.seen[calls]?.json };
}

async function madeSize(answer: Answer): Promise<string> {
  const bytes = await (await fetch(answer.data[0]?.url ?? "")).arrayBuffer();
  const { width, height } = await factsOf(Buffer.from(bytes));
  return `${width}x${height}`;
}

describe("a retired model is served by another", () => {
  test.each([
    [{ model: "dall-e-3" }, { size: "1024x1024", quality: "medium" }, "1024x1024"],
    [{ model: "dall-e-3", quality: "hd" }, { size: "1024x1024", quality: "high" }, "1024x1024"],
    [{ model: "dall-e-3", size: "1792x1024" }, { size: "1792x1024" }, "1792x1024"],
    [
      { model: "dall-e-3", size: "1024x1792", quality: "standard" },
      { quality: "medium" },
      "1024x1792",
    ],
    [{ model: "dall-e-2", size: "256x256" }, { size: "816x816", quality: "medium" }, "256x256"],
    [{ model: "dall-e-2", size: "512x512", n: 2 }, { size: "816x816", n: 2 }, "512x512"],
    [{ model: "dall-e-2" }, { size: "1024x1024", n: 1 }, "1024x1024"],
  ])("%j is sent as %j and delivered in %s", async (body, wanted, size) => {
    const { response, answer, sent } = await generate(body);
    expect(answer.error).toBeUndefined();
    expect(response.status).toBe(200);
    expect(sent).toMatchObject(wanted);
    const served = body.model === "dall-e-3" ? "gpt-image-2.6-sunburst" : "gpt-image-2.6-flare";
    expect(sent?.model).toBe(served);
    expect(response.headers.get("x-pinhole-model")).toBe(served);
    // The old shape: created and data only, each entry a URL.
    expect(Object.keys(answer)).toEqual(["created", "data"]);
    expect(schemaFaults("ImagesResponse", answer)).toEqual([]);
    expect(answer.data).toHaveLength("n" in body ? body.n : 1);
    expect(answer.data[0]).not.toHaveProperty("b64_json");
    expect(await madeSize(answer)).toBe(size);
    const warnings = JSON.parse(response.headers.get("x-pinhole-warnings") ?? "[]") as {
      message: string;
    }[];
    expect(warnings).toMatchObject([{ param: "model", code: "model_replaced" }]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.message).toContain(served);
  });

  test.each([
    [{ model: "dall-e-3", n: 2 }, "n", "must be 1 for dall-e-3"],
    [{ model: "dall-e-3", quality: "high" }, "quality", "standard, hd for dall-e-3"],
    [{ model: "dall-e-3", size: "1536x1024" }, "size", "for dall-e-3"],
    [{ model: "dall-e-3", prompt: "x".repeat(4001) }, "prompt", "at most 4000"],
    [{ model: "dall-e-2", size: "1792x1024" }, "size", "for dall-e-2"],
    [{ model: "dall-e-2", quality: "hd" }, "quality", "for dall-e-2"],
    [{ model: "gpt-image-1", size: "1792x1024" }, "size", "for gpt-image-1"],
    [{ model: "gpt-image-1", quality: "max" }, "quality", "for gpt-image-1"],
  ])("%j is refused by its own rules", async (body, param, says) => {
    const { response, answer, sent } = await generate(body);
    expect(response.status).toBe(400);
    expect(answer.error?.param).toBe(param);
    expect(answer.error?.message).toContain(says);
    expect(sent).toBeUndefined();
  });

  test("style, which the new model has not, is named; the prompt's words are kept", async () => {
    const { response, sent } = await generate({ model: "dall-e-3", style: "natural" });
    expect(sent).toMatchObject({ prompt: "a fox" });
    expect(sent).not.toHaveProperty("style");
    expect(JSON.parse(response.headers.get("x-pinhole-warnings") ?? "[]")).toMatchObject([
      { code: "model_replaced" },
      { param: "style", code: "unsupported_parameter" },
    ]);
  });

  test("base64 is given where it is asked for, and by default for gpt-image-1", async () => {
    const asked = await generate({ model: "dall-e-2", response_format: "b64_json" });
    expect(asked.answer.data[0]).toHaveProperty("b64_json");
    const family = await generate({ model: "gpt-image-1", size: "1536x1024" });
    expect(family.answer.data[0]).toHaveProperty("b64_json");
    expect(family.answer).toMatchObject({ size: "1536x1024", output_format: "png" });
    expect(family.sent).toMatchObject({ model: "gpt-image-2.6-flare", size: "1536x1024" });
  });

  test("an edit of dall-e-2 keeps its rules and goes to its successor", async () => {
    const edit = (image: Buffer): Promise<Response> => {
      const form = new FormData();
      form.set("model", "dall-e-2");
      form.set("prompt", "a hat");
      form.set("size", "512x512");
      form.set("image", new Blob([new Uint8Array(image)]), "in.png");
      return fetch(`${gateway.url}/v1/images/edits`, {
        method: "POST",
        headers: { authorization: `Bearer ${testKey}` },
        body: form,
      });
    };
    const good = await edit(await samplePng(64, 64));
    const answer = (await good.json()) as Answer;
    expect(good.status).toBe(200);
    expect(await madeSize(answer)).toBe("512x512");
    expect(upstream.seen.at(-1)?.body.toString("latin1")).toContain("gpt-image-2.6-flare");
    const oblong = await edit(await samplePng(64, 32));
    expect(oblong.status).toBe(400);
    expect(await oblong.json()).toMatchObject({ error: { code: "invalid_image" } });
  });
});

test("strict mode refuses what the new model has not, and still serves the rest", async () => {
  const strictly = { "x-pinhole-strict": "true" };
  const plain = { model: "dall-e-3", prompt: "a fox" };
  const good = await postJson(gateway, "/v1/images/generations", plain, strictly);
  expect(good.status).toBe(200);
  const styled = { ...plain, style: "vivid" };
  const bad = await postJson(gateway, "/v1/images/generations", styled, strictly);
  expect(await bad.json()).toMatchObject({ error: { param: "style" } });
});

test("without successors a retired name is unknown, and a channel that names one is taken at its word", async () => {
  const unknown = await postJson(strict, "/v1/images/generations", {
    model: "dall-e-2",
    prompt: "x",
  });
  expect(unknown.status).toBe(404);
  const calls = upstream.seen.length;
  const kept = await postJson(strict, "/v1/images/generations", { model: "dall-e-3", prompt: "x" });
  expect(kept.status).toBe(200);
  expect(kept.headers.get("x-pinhole-warnings")).toBeNull();
  expect(upstream.seen[calls]?.json).toMatchObject({ model: "dall-e-3", quality: "standard" });
});

test("the models list names retired models with their date and successor, under their own rules", async () => {
  const headers = { authorization: `Bearer ${testKey}` };
  const list = (await (await fetch(`${gateway.url}/v1/models`, { headers })).json()) as {
    data: { id: string }[];
  };
  const entry = (id: string): unknown => list.data.find((model) => model.id === id);
  expect(entry("dall-e-3")).toMatchObject({
    retires_at: "2026-05-12",
    shutdown_date: "2026-05-12",
    successor: "gpt-image-2.6-sunburst",
    capabilities: {
      sizes: ["1024x1024", "1024x1792", "1792x1024"],
      n: 1,
      qualities: ["standard", "hd"],
    },
    pricing: { image_out_usd: 30 },
  });
  expect(entry("dall-e-2")).toMatchObject({ successor: "gpt-image-2.6-flare" });
  expect(entry("gpt-image-1")).toMatchObject({
    alias_of: ["gpt-image-2.6-flare"],
    retires_at: "2026-10-23",
  });
  expect(entry("gpt-image-2.6-flare")).not.toHaveProperty("retires_at");
  expect(schemaFaults("ListModelsResponse", list)).toEqual([]);
});
