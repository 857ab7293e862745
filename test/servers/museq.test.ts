import { join } from "node:path";
import OpenAI, { APIError, toFile } from "openai";
import { type TestContext, afterAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { leftHalfMask, rgbaOf, samplePng } from "../support/pictures.ts";
import { requireForTest, testPython } from "../support/require.ts";
import { type ServerProcess, startProcess } from "./server-process.ts";

/** A real images server that nobody here wrote, behind the gateway, in front of it the official SDK. */
interface Chain {
  readonly server: ServerProcess;
  readonly gateway: TestGateway;
  readonly client: OpenAI;
}

let chain: Promise<Chain> | undefined;

function chainFor(context: TestContext): Promise<Chain> {
  const python = requireForTest(context, "A Python with museq (PINHOLE_TEST_PYTHON)", testPython());
  chain ??= startChain(python);
  return chain;
}

async function startChain(python: string): Promise<Chain> {
  const script = join(import.meta.dirname, "muse-server.py");
  const server = await startProcess({
    command: python,
    args: (port) => [script, port],
    path: "/v1/models",
  });
  const card = {
    operations: ["generation", "edit", "variation"],
    n: 10,
    size_rule: { multiple: 1, edge_min: 32, edge_max: 1024, pixels_max: 1_048_576 },
    size_default: "128x128",
    images: { max: 1 },
    mask: { polarity: "white" },
    parameters: ["seed", "negative_prompt"],
    price: "free",
    failures_billed: false,
  };
  const gateway = await startTestGateway({
    channels: [
      {
        id: "museq",
        provider: "openai-compatible",
        settings: { base_url: `${server.url}/v1`, api_key: "none-is-needed" },
        models: [{ name: "drawn", card }],
      },
    ],
  });
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
  return { server, gateway, client };
}

afterAll(async () => {
  if (chain === undefined) return;
  const { gateway, server } = await chain;
  await gateway.close();
  await server.kill();
});

const asked = { model: "drawn", prompt: "a boat", response_format: "b64_json" } as const;

async function pixels(answer: OpenAI.ImagesResponse) {
  return Promise.all(
    (answer.data ?? []).map(({ b64_json }) => rgbaOf(Buffer.from(b64_json ?? "", "base64"))),
  );
}

/** The colour at a point, as red, green and blue. */
function colourAt(image: { width: number; rgba: Buffer }, x: number, y: number): number[] {
  const at = (y * image.width + x) * 4;
  return [...image.rgba.subarray(at, at + 3)];
}

async function refusal(call: Promise<unknown>): Promise<APIError> {
  const thrown: unknown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof APIError)) throw new Error(`no refusal came, but ${String(thrown)}`);
  return thrown;
}

describe("museq behind the gateway", () => {
  test("makes n pictures of the asked size, each another; a seed makes the same again", async (context) => {
    const { client } = await chainFor(context);
    const made = await pixels(await client.images.generate({ ...asked, n: 3, size: "160x96" }));
    expect(made.map(({ width, height }) => [width, height])).toEqual([
      [160, 96],
      [160, 96],
      [160, 96],
    ]);
    expect(new Set(made.map((image) => colourAt(image, 5, 5).join(","))).size).toBe(3);
    const seeded = { ...asked, size: "64x64" as "auto", seed: 5 };
    const [first] = await pixels(await client.images.generate(seeded));
    const [second] = await pixels(await client.images.generate(seeded));
    expect(first?.rgba.equals(second?.rgba ?? Buffer.alloc(0))).toBe(true);
  });

  test("a mask changes what it leaves transparent and nothing else", async (context) => {
    const { client } = await chainFor(context);
    const source = await samplePng(128, 96);
    const answer = await client.images.edit({
      model: "drawn",
      prompt: "a boat",
      image: await toFile(source, "in.png", { type: "image/png" }),
      mask: await toFile(await leftHalfMask(128, 96), "mask.png", { type: "image/png" }),
      size: "128x96",
      response_format: "b64_json",
    });
    const [edited] = await pixels(answer);
    const before = await rgbaOf(source);
    if (edited === undefined) throw new Error("no picture came");
    expect([edited.width, edited.height]).toEqual([128, 96]);
    expect(colourAt(edited, 120, 90)).toEqual(colourAt(before, 120, 90));
    expect(colourAt(edited, 5, 90)).not.toEqual(colourAt(before, 5, 90));
  });

  test("variations come", async (context) => {
    const { client } = await chainFor(context);
    const image = await toFile(await samplePng(64, 64), "in.png", { type: "image/png" });
    const answer = await client.images.createVariation({
      model: "drawn",
      image,
      n: 2,
      response_format: "b64_json",
    });
    expect(await pixels(answer)).toHaveLength(2);
  });

  test("the server's refusal of the request reaches the caller in its own words, and the next request is served", async (context) => {
    const { client } = await chainFor(context);
    const error = await refusal(client.images.generate({ ...asked, prompt: "x".repeat(4001) }));
    expect(error.status).toBe(400);
    expect(error.message).toContain("at most 4000 characters");
    expect(error.message).not.toContain("body.");
    expect((await client.images.generate(asked)).data).toHaveLength(1);
  });

  test("a server that fails is said to have failed, and the connection that it closes is not used again", async (context) => {
    const { client } = await chainFor(context);
    for (let round = 0; round < 5; round += 1) {
      const error = await refusal(client.images.generate({ ...asked, prompt: "explode" }));
      expect(error.status).toBe(502);
      expect((await client.images.generate(asked)).data).toHaveLength(1);
    }
  });

  test("a server that is killed while it works serves again once it is back", async (context) => {
    const { client, server } = await chainFor(context);
    const refused = refusal(client.images.generate({ ...asked, prompt: "slow" }));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await server.kill();
    const error = await refused;
    expect(error.status).toBe(502);
    await server.start();
    const answer = await new OpenAI({
      ...client,
      baseURL: client.baseURL,
      apiKey: client.apiKey,
      maxRetries: 5,
    }).images.generate(asked);
    expect(answer.data).toHaveLength(1);
  });
});
