import { afterAll, beforeAll, expect, test } from "vitest";
import { model as modelSchema, modelList } from "../../src/api/answers.ts";
import { startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";

const narrowKey = "test-key-narrow-0123456789";
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    keys: [
      { name: "test", key: testKey },
      { name: "narrow", key: narrowKey, models: ["gpt-image-2*", "house"] },
    ],
    channels: [
      {
        id: "main",
        provider: "openai",
        settings: { api_key: "sk-test-0123456789", base_url: "http://127.0.0.1:9/v1" },
        models: ["gpt-image-2", "gpt-image-2.6-flare"],
      },
      {
        id: "other",
        provider: "openai-compatible",
        settings: { base_url: "http://127.0.0.1:9/v1" },
        models: [
          "org/no-card",
          {
            name: "our-sdxl",
            card: { sizes: ["1024x1024"], n: 4 },
            price: { per_image_usd: 0.004 },
          },
        ],
      },
    ],
    aliases: { house: ["our-sdxl", "gpt-image-2"] },
  });
});
afterAll(() => gateway.close());

async function get(path: string, key: string = testKey): Promise<Response> {
  return fetch(gateway.url + path, { headers: { authorization: `Bearer ${key}` } });
}

test("the list is what the documents say, and each of its models is found by name", async () => {
  const list = modelList.parse(await (await get("/v1/models")).json());
  expect(list.data.map(({ id }) => id)).toEqual(
    expect.arrayContaining(["gpt-image-2", "house", "org/no-card", "our-sdxl", "dall-e-2"]),
  );
  for (const entry of list.data) {
    const one = await get(`/v1/models/${entry.id}`);
    expect(modelSchema.parse(await one.json())).toEqual(entry);
  }
});

test("a model says what it takes, costs, and when it was made", async () => {
  expect(await (await get("/v1/models/gpt-image-2")).json()).toMatchObject({
    created: Date.parse("2026-04-21") / 1000,
    owned_by: "openai",
    capabilities: {
      operations: ["generation", "edit"],
      size_rule: { multiple: 16, edge_max: 3840 },
      n: 10,
      formats: ["png", "jpeg", "webp"],
      mask: true,
      streaming: true,
      reference_images: 0,
      edit_images: 16,
    },
    pricing: { text_in_usd: 5, image_in_usd: 8, image_out_usd: 30 },
  });
  expect(await (await get("/v1/models/our-sdxl")).json()).toMatchObject({
    capabilities: { sizes: ["1024x1024"], n: 10 },
    pricing: { per_image_usd: 0.004 },
  });
  expect(await (await get("/v1/models/org/no-card")).json()).toEqual({
    id: "org/no-card",
    object: "model",
    created: 0,
    owned_by: "custom",
  });
});

test("a key sees what it may use, and no other name exists for it", async () => {
  const list = modelList.parse(await (await get("/v1/models", narrowKey)).json());
  expect(list.data.map(({ id }) => id)).toEqual(["gpt-image-2", "gpt-image-2.6-flare", "house"]);
  const hidden = await get("/v1/models/our-sdxl", narrowKey);
  const missing = await get("/v1/models/nothing", narrowKey);
  expect([hidden.status, missing.status]).toEqual([404, 404]);
  const text = async (response: Response): Promise<string> => response.text();
  expect((await text(hidden)).replace("our-sdxl", "nothing")).toBe(await text(missing));
});
