import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { bigPng } from "../support/big-png.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";

const picture = bigPng(300_000);
const answer = Buffer.from(
  JSON.stringify({ created: 1, data: [{ b64_json: picture.toString("base64") }] }),
);
const megabyte = 1_048_576;

let upstream: Server;
let gateway: GatewayProcess;

beforeAll(async () => {
  upstream = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      // Some of the upstream's answers are cut short: failures must leave nothing either.
      const isCut = request.headers["x-cut"] !== undefined;
      response.writeHead(200, {
        "content-type": "application/json",
        "content-length": answer.length,
      });
      if (isCut) response.destroy();
      else response.end(answer);
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const { port } = upstream.address() as AddressInfo;
  const channel = (id: string, headers: Record<string, string>): object => ({
    id,
    provider: "openai-compatible",
    settings: { base_url: `http://127.0.0.1:${port}`, headers },
    models: [id],
  });
  gateway = await startGatewayProcess({
    settings: {
      images: { recovery_bytes: "4MB" },
      channels: [channel("big", {}), channel("cut", { "x-cut": "yes" })],
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  upstream.closeAllConnections();
  upstream.close();
});

async function generate(model: string, fields: object): Promise<void> {
  const response = await fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, prompt: "a fox", ...fields }),
  });
  await response.arrayBuffer();
}

async function edit(): Promise<void> {
  const form = new FormData();
  form.set("model", "big");
  form.set("prompt", "a hat");
  form.set("image", new Blob([new Uint8Array(picture)], { type: "image/png" }), "a.png");
  const response = await fetch(`${gateway.url}/v1/images/edits`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway.key}` },
    body: form,
  });
  await response.arrayBuffer();
}

/** Every way a picture goes, sixteen requests at once. */
async function round(): Promise<void> {
  await Promise.all(
    Array.from({ length: 4 }, () => [
      generate("big", { response_format: "b64_json" }),
      generate("big", { response_format: "url" }),
      generate("cut", { response_format: "b64_json" }),
      edit(),
    ]).flat(),
  );
}

const descriptors = (): string[] => readdirSync(`/proc/${gateway.child.pid ?? 0}/fd`);
const residentBytes = (): number =>
  Number(readFileSync(`/proc/${gateway.child.pid ?? 0}/statm`, "latin1").split(" ")[1]) * 4096;
const spooled = (): string[] => readdirSync(join(gateway.folder, "data", "spool"));

test("hundreds of requests leave no file, no descriptor and no memory behind", async (context) => {
  if (process.platform !== "linux") context.skip("/proc is read");
  for (let warm = 0; warm < 10; warm += 1) await round();
  const before = { files: descriptors().length, bytes: residentBytes() };
  for (let count = 0; count < 25; count += 1) await round();
  await vi.waitFor(() => expect(spooled()).toEqual([]), { timeout: 10_000 });
  await vi.waitFor(() => expect(descriptors().length).toBeLessThanOrEqual(before.files + 4), {
    timeout: 10_000,
  });
  // 400 requests held some 300 MB of pictures and text between them.
  expect(residentBytes() - before.bytes).toBeLessThan(80 * megabyte);
}, 120_000);
