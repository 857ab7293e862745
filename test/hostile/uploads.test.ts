import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { leftHalfMask, samplePng } from "../support/pictures.ts";
import { hostileUploads } from "./uploads.ts";

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGatewayProcess({ nodeFlags: ["--max-old-space-size=96"] });
});
afterAll(() => gateway.stop());

const uploads = await hostileUploads();
const image = await samplePng(64, 64);
const mask = await leftHalfMask(64, 64);
/** More than the largest legal picture of the corpus takes when it is decoded. */
const residentBytesMax = 500 * 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
}

async function edit(files: Record<string, Buffer>): Promise<Answer> {
  const form = new FormData();
  // A format that is not the input's, so that what passes the probes has to be decoded.
  for (const [name, value] of [
    ["model", "sandbox-fast"],
    ["prompt", "x"],
    ["size", "64x64"],
    ["output_format", "webp"],
  ] as const)
    form.set(name, value);
  for (const [name, bytes] of Object.entries(files))
    form.set(name, new Blob([new Uint8Array(bytes)]), "image.png");
  return answerOf(
    await fetch(`${gateway.url}/v1/images/edits`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.key}` },
      body: form,
    }),
  );
}

async function editAsJson(bytes: Buffer): Promise<Answer> {
  const body = {
    model: "sandbox-fast",
    prompt: "x",
    size: "64x64",
    image: `data:image/png;base64,${bytes.toString("base64")}`,
  };
  const headers = { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" };
  return answerOf(
    await fetch(`${gateway.url}/v1/images/edits`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    }),
  );
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const answer = JSON.parse(text) as { error?: { code: string } };
  return { status: response.status, code: answer.error?.code };
}

/** Resident memory of the gateway, bytes. */
function resident(): number {
  const status = readFileSync(`/proc/${gateway.child.pid ?? 0}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

test("the corpus has at least 60 uploads, each with its own name", () => {
  expect(new Set(uploads.map(({ name }) => name)).size).toBe(uploads.length);
  expect(uploads.length).toBeGreaterThanOrEqual(60);
});

test.each(uploads)("$name", async ({ bytes, harmless }) => {
  for (const answer of [
    await edit({ image: bytes }),
    await edit({ image, mask: bytes }),
    await editAsJson(bytes),
  ]) {
    if (harmless === true) expect(answer.status).toBeLessThan(500);
    else
      expect(answer).toEqual({
        status: 400,
        code: expect.stringMatching(/^(invalid_image|image_too_large|mask_size_mismatch)$/),
      });
  }
  expect(resident()).toBeLessThan(residentBytesMax);
  expect(gateway.child.exitCode).toBeNull();
});

test("after all of that it still edits", async () => {
  expect(await edit({ image, mask })).toEqual({ status: 200, code: undefined });
});
