import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Config, loadConfig } from "../../src/config.ts";
import { filePart, formBody, type FormPart, formType, textPart } from "../support/form.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { factsOf, samplePng } from "../support/pictures.ts";

let gateway: TestGateway;
let png: Buffer;
beforeAll(async () => {
  png = await samplePng(256, 256);
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

interface Answer {
  readonly created?: number;
  readonly data?: readonly { readonly url?: string; readonly b64_json?: string }[];
  readonly error?: { readonly code: string; readonly param: string | null };
  readonly [field: string]: unknown;
}

async function generate(body: object): Promise<Answer> {
  const response = await postJson(gateway, "/v1/images/generations", body);
  return (await response.json()) as Answer;
}

async function form(path: string, parts: readonly FormPart[]): Promise<Answer> {
  const response = await fetch(`${gateway.url}/v1/images/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": formType },
    body: new Uint8Array(formBody(parts)),
  });
  return (await response.json()) as Answer;
}

async function pictureAt(url: string | undefined): Promise<unknown> {
  return factsOf(Buffer.from(await (await fetch(url ?? "")).arrayBuffer()));
}

describe("without any configuration, the examples of a manual work:", () => {
  test("dall-e-2, in its sizes and its shape", async () => {
    const answer = await generate({
      model: "dall-e-2",
      prompt: "A cute baby sea otter",
      n: 2,
      size: "512x512",
    });
    expect(Object.keys(answer).toSorted()).toEqual(["created", "data"]);
    expect(answer.data).toHaveLength(2);
    expect(await pictureAt(answer.data?.[0]?.url)).toEqual({
      format: "png",
      width: 512,
      height: 512,
    });
  });

  test("dall-e-2's edits and variations, as forms without a model", async () => {
    const image = filePart("image", png, "otter.png", "Content-Type: image/png");
    const mask = filePart("mask", png, "mask.png", "Content-Type: image/png");
    const prompt = textPart("prompt", "A cute baby sea otter wearing a beret");
    const sized = [textPart("n", "1"), textPart("size", "256x256")];
    const edited = await form("edits", [
      textPart("model", "dall-e-2"),
      image,
      mask,
      prompt,
      ...sized,
    ]);
    expect(await pictureAt(edited.data?.[0]?.url)).toMatchObject({ width: 256 });
    const varied = await form("variations", [textPart("model", "dall-e-2"), image, ...sized]);
    expect(await pictureAt(varied.data?.[0]?.url)).toMatchObject({ width: 256 });
    expect((await form("edits", [image, prompt])).data).toHaveLength(1);
  });

  test("dall-e-3, in hd and its wide size", async () => {
    const body = {
      model: "dall-e-3",
      prompt: "An otter",
      size: "1792x1024",
      quality: "hd",
      style: "natural",
    };
    const answer = await generate(body);
    expect(await pictureAt(answer.data?.[0]?.url)).toMatchObject({ width: 1792, height: 1024 });
  });

  test("gpt-image-1, in base64", async () => {
    const answer = await generate({ model: "gpt-image-1", prompt: "An otter", size: "1024x1024" });
    expect(answer.data?.[0]).toMatchObject({ b64_json: expect.any(String) as string });
    expect(answer.data?.[0]).not.toHaveProperty("url");
  });

  test("no model at all", async () => {
    const response = await postJson(gateway, "/v1/images/generations", { prompt: "An otter" });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-pinhole-model")).toBe("sandbox-fast");
  });

  test.each([
    [{ model: "dall-e-2", size: "64x64" }, "size"],
    [{ model: "dall-e-2", quality: "hd" }, "quality"],
    [{ model: "dall-e-2", prompt: "x".repeat(1001) }, "prompt"],
    [{ model: "dall-e-3", n: 2 }, "n"],
    [{ model: "dall-e-3", size: "512x512" }, "size"],
  ])("and what those models refuse is refused: %o", async (body, param) => {
    expect((await generate({ prompt: "An otter", ...body })).error?.param).toBe(param);
  });
});

describe("names of manuals are served", () => {
  async function read(file: string, env: Record<string, string> = {}): Promise<Config> {
    const cwd = await mkdtemp(join(tmpdir(), "pinhole-manuals-"));
    try {
      await writeFile(join(cwd, "pinhole.yaml"), file);
      return await loadConfig({ env, flags: {}, cwd, now: Date.parse("2026-11-20") });
    } finally {
      await rm(cwd, { recursive: true, force: true });
    }
  }

  test("where nothing is configured, under what the operator says", async () => {
    const bare = await read("logs: { level: info }");
    expect(Object.keys(bare.aliases)).toEqual(["dall-e-2", "dall-e-3", "gpt-image-1"]);
    expect(bare.defaultModel).toBe("sandbox-fast");
    const own = await read(
      "default_model: sandbox\naliases: { dall-e-2: sandbox-slow, fox: sandbox }",
    );
    expect([own.defaultModel, own.aliases["dall-e-2"], own.aliases["fox"]]).toEqual([
      "sandbox",
      ["sandbox-slow"],
      ["sandbox"],
    ]);
  });

  test.each([
    ["a channel of the file", "channels: [{ id: a, provider: sandbox }]", {}],
    [
      "a channel of the environment",
      "logs: { level: info }",
      { OPENAI_API_KEY: "sk-test-0123456789" },
    ],
  ])("not beside %s", async (_name, file, env) => {
    const config = await read(file, env);
    expect([config.aliases, config.defaultModel]).toEqual([{}, undefined]);
  });
});
