import { afterEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { estimate as answerSchema } from "../../src/api/answers.ts";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

type Estimate = z.infer<typeof answerSchema>;

/** A gateway whose channels can reach nobody: an estimate asks no upstream. */
async function gatewayWith(
  channels: readonly { readonly models: readonly object[]; readonly priority?: number }[],
  settings: object = {},
): Promise<TestGateway> {
  const gateway = await startTestGateway({
    channels: channels.map((channel, index) => ({
      id: `channel-${index}`,
      provider: "openai-compatible",
      settings: { base_url: "http://127.0.0.1:9/v1" },
      ...channel,
    })),
    ...settings,
  });
  undo.push(() => gateway.close());
  return gateway;
}

async function estimate(gateway: TestGateway, body: object): Promise<Estimate> {
  const asked = { model: "painter", prompt: "a fox", ...body };
  const response = await postJson(gateway, "/v1/images/estimate", asked);
  expect(response.status).toBe(200);
  return answerSchema.parse(await response.json());
}

const picture = async (): Promise<string> =>
  `data:image/png;base64,${(await samplePng(64, 64)).toString("base64")}`;

const card = { sizes: ["1024x1024", "2048x2048"], qualities: ["low", "high"], n: 1 };
const tiers = {
  table: [
    { pixels_max: 2_000_000, quality: "low", usd: 0.02 },
    { pixels_max: 2_000_000, quality: "high", usd: 0.04 },
    { pixels_above: 2_000_000, usd: 0.09 },
  ],
};

describe("POST /v1/images/estimate", () => {
  test("what is known is the least and the most, times n", async () => {
    const gateway = await gatewayWith([{ models: [{ name: "painter", card, price: tiers }] }]);
    const exact = (min: string) => ({
      currency: "usd",
      min,
      max: min,
      targets: [{ model: "painter", min, max: min, priced: true }],
    });
    expect(await estimate(gateway, { size: "1024x1024", quality: "low" })).toEqual(exact("0.02"));
    expect(await estimate(gateway, { size: "2048x2048", quality: "low", n: 3 })).toEqual(
      exact("0.27"),
    );
  });

  test("what is not said is estimated at all that it may be", async () => {
    const gateway = await gatewayWith([{ models: [{ name: "painter", card, price: tiers }] }]);
    // The size that is sent where a client says none is known: it is the card's default.
    expect(await estimate(gateway, {})).toMatchObject({ min: "0.02", max: "0.04" });
    expect(await estimate(gateway, { size: "1024x1024" })).toMatchObject({
      min: "0.02",
      max: "0.04",
    });
  });

  test("an edit, as JSON and as a form, counts its pictures in each of its calls", async () => {
    const price = { per_image_usd: 0.05, lines: [{ per: "input_image", rate: 0.01 }] };
    const editable = { ...card, operations: ["generation", "edit"], images: { max: 4 } };
    const gateway = await gatewayWith([{ models: [{ name: "painter", card: editable, price }] }]);
    const image = await picture();
    // Two calls of one picture, each of which is sent both: 2 × (0.05 + 2 × 0.01).
    const asked = { n: 2, images: [{ image_url: image }, { image_url: image }] };
    expect(await estimate(gateway, asked)).toMatchObject({ min: "0.14", max: "0.14" });
    const form = new FormData();
    for (const [name, value] of Object.entries({ model: "painter", prompt: "a fox", n: "2" }))
      form.append(name, value);
    const bytes = new Uint8Array(await samplePng(64, 64));
    for (const name of ["a.png", "b.png"]) form.append("image[]", new Blob([bytes]), name);
    const response = await fetch(`${gateway.url}/v1/images/estimate`, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}` },
      body: form,
    });
    expect(await response.json()).toMatchObject({ currency: "usd", min: "0.14", max: "0.14" });
  });

  test("pictures for a model without edits are references", async () => {
    const price = { lines: [{ per: "input_image", rate: 0.01 }], per_image_usd: 0.05 };
    const refers = { ...card, images: { max: 4, references: true } };
    const gateway = await gatewayWith([{ models: [{ name: "painter", card: refers, price }] }]);
    expect(await estimate(gateway, { image: await picture() })).toMatchObject({ min: "0.06" });
  });

  test("each target that may make it is named, and the whole is as dear as the dearest", async () => {
    const gateway = await gatewayWith(
      [
        { models: [{ name: "cheap", price: { per_image_usd: 0.02 } }] },
        {
          models: [{ name: "dear", card: { n: 2 }, price: { per_image_usd: 0.05 } }],
          priority: -1,
        },
        { models: [{ name: "dear", price: { per_image_usd: 0.04 } }], priority: -2 },
      ],
      { aliases: { painter: ["cheap", "dear"] } },
    );
    expect(await estimate(gateway, { n: 3 })).toEqual({
      currency: "usd",
      min: "0.06",
      max: "0.15",
      targets: [
        { model: "cheap", min: "0.06", max: "0.06", priced: true },
        { model: "dear", min: "0.15", max: "0.15", priced: true },
        { model: "dear", min: "0.12", max: "0.12", priced: true },
      ],
    });
  });

  test("calls that end with different models are no dearer than the estimate", async () => {
    // One makes three at once at a price of the call, the other each by itself.
    const gateway = await gatewayWith(
      [
        {
          models: [{ name: "calls", card: { n: 3 }, price: { lines: [{ per: "call", rate: 1 }] } }],
        },
        { models: [{ name: "images", card: { n: 1 }, price: { per_image_usd: 0.4 } }] },
      ],
      { aliases: { painter: ["calls", "images"] } },
    );
    const { min, max, targets } = await estimate(gateway, { n: 4 });
    expect(targets.map((target) => target.max)).toEqual(["2", "1.6"]);
    // Split as the second would, each of the four may end with the first: four calls.
    expect({ min, max }).toEqual({ min: "1.6", max: "4" });
  });

  test("no price, no bound, free", async () => {
    const gateway = await gatewayWith([
      {
        models: [
          { name: "painter" },
          { name: "by-token", price: { image_out_usd: 30, text_in_usd: 5 } },
          { name: "bounded", price: { image_out_usd: 30, text_in_usd: 5, max_usd: 0.25 } },
          { name: "free", price: "free" },
          { name: "yuan", price: { currency: "CNY", lines: [{ per: "image", rate: 1 }] } },
        ],
      },
    ]);
    const one = async (model: string) => {
      const { min, max, targets } = await estimate(gateway, { model, n: 2 });
      return [min, max, targets[0]?.priced];
    };
    expect(await one("painter")).toEqual(["0", null, false]);
    expect(await one("by-token")).toEqual(["0", null, true]);
    expect(await one("bounded")).toEqual(["0", "0.5", true]);
    expect(await one("free")).toEqual(["0", "0", true]);
    expect(await one("yuan")).toEqual(["0", null, false]);
  });

  test.each([
    [{ prompt: "" }, 400, "missing_required_parameter"],
    [{ n: 11 }, 400, "invalid_value"],
    [{ model: "nobody" }, 404, "model_not_found"],
    [{ mask: { image_url: "data:image/png;base64,AAAA" } }, 400, "invalid_image"],
  ])("%j is refused as the request itself would be", async (body, status, code) => {
    const gateway = await gatewayWith([{ models: [{ name: "painter", card, price: tiers }] }]);
    const asked = { model: "painter", prompt: "a fox", ...body };
    const response = await postJson(gateway, "/v1/images/estimate", asked);
    expect([response.status, await response.json()]).toMatchObject([status, { error: { code } }]);
  });

  test("a key is needed, and it must be allowed the model", async () => {
    const gateway = await gatewayWith([{ models: [{ name: "painter", price: tiers }] }], {
      keys: [{ name: "test", key: testKey, models: ["other"] }],
    });
    const asked = { model: "painter", prompt: "a fox" };
    expect((await postJson(gateway, "/v1/images/estimate", asked)).status).toBe(403);
    const without = await postJson(gateway, "/v1/images/estimate", asked, { authorization: "" });
    expect(without.status).toBe(401);
  });
});
