import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { leftHalfMask, samplePng } from "../support/pictures.ts";

let sandbox: TestGateway;
let front: TestGateway;

beforeAll(async () => {
  sandbox = await startTestGateway();
  front = await startTestGateway({
    channels: [
      {
        id: "other-pinhole",
        provider: "openai-compatible",
        settings: { base_url: `${sandbox.url}/v1`, api_key: testKey },
        models: ["sandbox-fast"],
      },
    ],
  });
});
afterAll(async () => {
  await front.close();
  await sandbox.close();
});

async function generated(gateway: TestGateway, delivery: string): Promise<Buffer[]> {
  const response = await fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "sandbox-fast",
      prompt: "two in a row",
      n: 2,
      size: "200x120",
      seed: 3,
      response_format: delivery,
    }),
  });
  return picturesOf(response);
}

async function edited(gateway: TestGateway, delivery: string): Promise<Buffer[]> {
  const form = new FormData();
  form.set("model", "sandbox-fast");
  form.set("prompt", "a hat");
  form.set("response_format", delivery);
  form.set("seed", "5");
  form.append("image[]", new Blob([new Uint8Array(await samplePng(90, 60))]), "in.png");
  form.set("mask", new Blob([new Uint8Array(await leftHalfMask(90, 60))]), "mask.png");
  const response = await fetch(`${gateway.url}/v1/images/edits`, {
    method: "POST",
    headers: { authorization: `Bearer ${testKey}` },
    body: form,
  });
  return picturesOf(response);
}

async function picturesOf(response: Response): Promise<Buffer[]> {
  const answer = (await response.json()) as {
    data?: { url?: string; b64_json?: string }[];
    error?: unknown;
  };
  expect(answer.error).toBeUndefined();
  return Promise.all(
    (answer.data ?? []).map(async ({ url, b64_json }) =>
      url === undefined
        ? Buffer.from(b64_json ?? "", "base64")
        : Buffer.from(await (await fetch(url)).arrayBuffer()),
    ),
  );
}

test.each(["url", "b64_json"])(
  "two Pinholes in a row give the same bytes as one: %s",
  async (delivery) => {
    for (const make of [generated, edited]) {
      const direct = await make(sandbox, delivery);
      const through = await make(front, delivery);
      expect(direct.length).toBeGreaterThan(0);
      expect(direct[0]?.length).toBeGreaterThan(500);
      expect(through.map((bytes) => bytes.toString("hex"))).toEqual(
        direct.map((bytes) => bytes.toString("hex")),
      );
    }
  },
);
