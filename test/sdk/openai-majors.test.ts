import type * as Sdk from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf, leftHalfMask, rgbaOf, samplePng } from "../support/pictures.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

const majors: readonly (readonly [string, () => Promise<typeof Sdk>])[] = [
  ["of today", () => import("openai")],
  // The classes of both majors have the methods used here; a cast, since TypeScript tells their private parts apart.
  ["of the major before", async () => (await import("openai-previous")) as unknown as typeof Sdk],
];

describe.each(majors)("the Node SDK %s", (_, load) => {
  const asked = { model: "sandbox-fast", prompt: "a fox", size: "256x256" } as const;

  async function clientOf(key = gateway.key): Promise<Sdk.OpenAI> {
    const { OpenAI } = await load();
    return new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 });
  }

  test("generates base64 and URLs", async () => {
    const client = await clientOf();
    const base64 = await client.images.generate({ ...asked, n: 2, response_format: "b64_json" });
    for (const image of base64.data ?? []) {
      const facts = await factsOf(Buffer.from(image.b64_json ?? "", "base64"));
      expect(facts).toEqual({ format: "png", width: 256, height: 256 });
    }
    expect(base64.data).toHaveLength(2);
    const urls = await client.images.generate({ ...asked, response_format: "url" });
    const fetched = await fetch(urls.data?.[0]?.url ?? "");
    expect(fetched.headers.get("content-type")).toBe("image/png");
  });

  test("edits through a mask, in a form", async () => {
    const { toFile } = await load();
    const client = await clientOf();
    const source = await samplePng(96, 64);
    const answer = await client.images.edit({
      model: "sandbox-fast",
      prompt: "a hat",
      image: await toFile(source, "in.png", { type: "image/png" }),
      mask: await toFile(await leftHalfMask(96, 64), "mask.png", { type: "image/png" }),
      response_format: "b64_json",
    });
    const edited = await rgbaOf(Buffer.from(answer.data?.[0]?.b64_json ?? "", "base64"));
    const before = await rgbaOf(source);
    const row = (image: { rgba: Buffer }, from: number, to: number): Buffer =>
      image.rgba.subarray(from * 4, to * 4);
    expect(row(edited, 48, 96)).toEqual(row(before, 48, 96));
    expect(row(edited, 0, 48)).not.toEqual(row(before, 0, 48));
  });

  test("streams previews and the picture", async () => {
    const client = await clientOf();
    const stream = await client.images.generate({ ...asked, stream: true, partial_images: 2 });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual([
      "image_generation.partial_image",
      "image_generation.partial_image",
      "image_generation.completed",
    ]);
  });

  test("raises its own classes of errors", async () => {
    const { AuthenticationError, BadRequestError, NotFoundError } = await load();
    const client = await clientOf();
    const wrongKey = await clientOf("no-such-key-0123456789");
    await expect(wrongKey.images.generate(asked)).rejects.toBeInstanceOf(AuthenticationError);
    await expect(client.images.generate({ ...asked, n: 99 })).rejects.toBeInstanceOf(
      BadRequestError,
    );
    await expect(client.images.generate({ ...asked, model: "none" })).rejects.toBeInstanceOf(
      NotFoundError,
    );
  });

  test("lists models", async () => {
    const client = await clientOf();
    const names: string[] = [];
    for await (const { id } of client.models.list()) names.push(id);
    expect(names).toContain("sandbox-fast");
  });
});
