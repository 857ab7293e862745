import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type * as Sdk from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf, samplePng } from "../support/pictures.ts";
import { requireForTest, testLiteLlmPython, testPython } from "../support/require.ts";

let gateway: TestGateway;
let png: Buffer;
beforeAll(async () => {
  png = await samplePng(96, 64);
  gateway = await startTestGateway({ default_model: "sandbox-fast" });
});
afterAll(() => gateway.close());

const majors: readonly (readonly [string, () => Promise<typeof Sdk>])[] = [
  ["of today", () => import("openai")],
  // The classes of both majors have the methods used here; a cast, since TypeScript tells their private parts apart.
  ["of the major before", async () => (await import("openai-previous")) as unknown as typeof Sdk],
];
const apiVersion = "2025-04-01-preview";
const asked = { prompt: "a fox", size: "256x256", response_format: "b64_json" } as const;

describe.each(majors)("AzureOpenAI of the Node SDK %s", (_, load) => {
  async function clientOf(options: { deployment?: string; apiKey?: string } = {}) {
    const { AzureOpenAI } = await load();
    const endpoint = gateway.url;
    return new AzureOpenAI({
      endpoint,
      apiKey: gateway.key,
      apiVersion,
      maxRetries: 0,
      ...options,
    });
  }

  const sizesOf = (answer: Sdk.OpenAI.ImagesResponse): Promise<readonly number[]> =>
    Promise.all(
      (answer.data ?? []).map(async ({ b64_json: text }) => {
        const { width } = await factsOf(Buffer.from(text ?? "", "base64"));
        return width;
      }),
    );

  test("generates with the model as its deployment", async () => {
    const client = await clientOf();
    const answer = await client.images.generate({ ...asked, model: "sandbox", n: 2 });
    expect(await sizesOf(answer)).toEqual([256, 256]);
  });

  test("generates with a deployment of its own, which rules over the model", async () => {
    const client = await clientOf({ deployment: "sandbox-fast" });
    const { data, response } = await client.images
      .generate({ ...asked, model: "sandbox-moderated" })
      .withResponse();
    expect(await sizesOf(data)).toEqual([256]);
    expect(response.headers.get("x-pinhole-model")).toBe("sandbox-fast");
  });

  test("edits, in a form", async () => {
    const { toFile } = await load();
    const client = await clientOf({ deployment: "sandbox-fast" });
    const answer = await client.images.edit({
      model: "sandbox-fast",
      prompt: "a hat",
      image: await toFile(png, "in.png", { type: "image/png" }),
      response_format: "b64_json",
    });
    expect(await sizesOf(answer)).toEqual([96]);
  });

  test("streams", async () => {
    const client = await clientOf();
    const { response_format: _none, ...rest } = asked;
    const stream = await client.images.generate({ ...rest, model: "sandbox-fast", stream: true });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types.at(-1)).toBe("image_generation.completed");
  });

  test("reads errors", async () => {
    const { AuthenticationError, BadRequestError } = await load();
    const wrong = await clientOf({ apiKey: "wrong" });
    const refused = wrong.images.generate({ ...asked, model: "sandbox-fast" });
    await expect(refused).rejects.toBeInstanceOf(AuthenticationError);
    const client = await clientOf();
    const blocked = client.images.generate({ ...asked, model: "sandbox-moderated" });
    await expect(blocked).rejects.toBeInstanceOf(BadRequestError);
  });

  test("and the plain class speaks to Azure's newer address", async () => {
    const { OpenAI } = await load();
    const client = new OpenAI({
      baseURL: `${gateway.url}/openai/v1/`,
      apiKey: "not used",
      defaultHeaders: { "api-key": gateway.key, authorization: null },
      defaultQuery: { "api-version": "preview" },
      maxRetries: 0,
    });
    expect(
      await sizesOf(await client.images.generate({ ...asked, model: "sandbox-fast" })),
    ).toEqual([256]);
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toContain("sandbox-fast");
  });
});

const pythons = [
  ["of today", "A Python with the openai package (PINHOLE_TEST_PYTHON)", testPython()],
  [
    "of the major before",
    "A Python with LiteLLM, which has that one (PINHOLE_TEST_LITELLM)",
    testLiteLlmPython(),
  ],
] as const;

test.for(pythons)(
  "AzureOpenAI of the Python SDK %s generates, edits and lists",
  async ([, what, found], context) => {
    const python = requireForTest(context, what, found);
    const image = join(gateway.folder, "in.png");
    await writeFile(image, png);
    const script = join(import.meta.dirname, "python-azure.py");
    const { stdout } = await promisify(execFile)(python, [script, gateway.url, gateway.key, image]);
    expect(JSON.parse(stdout)).toEqual({
      model: [256, 256],
      "model edit": [96],
      "model models": true,
      deployment: [256, 256],
      "deployment edit": [96],
      "deployment models": true,
      "wrong key": "invalid_api_key",
    });
  },
);
