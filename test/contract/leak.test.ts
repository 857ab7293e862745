import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bigPng } from "../support/big-png.ts";
import { chaosTestMsMax, figure } from "../support/chaos.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { waitFor } from "../support/wait-for.ts";

/** Of 22 requests each: an hour's at eleven a second in the full form. */
const rounds = figure(25, 1800);
const warmRounds = 10;
const megabyte = 1_048_576;
/** What a resident set may be larger by without being a leak: pools, and garbage not yet collected. */
const slackBytes = 80 * megabyte;

const picture = bigPng(300_000);
/** A relayed answer says besides what is known of its picture. */
const told = ',"background":"opaque","output_format":"png","size":"8x8"';
const answer = Buffer.from(
  JSON.stringify({ created: 1, data: [{ b64_json: picture.toString("base64") }] }),
);

let upstream: Server;
let gateway: GatewayProcess;

beforeAll(async () => {
  upstream = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      const fault = request.headers["x-fault"];
      if (fault === "refused") response.writeHead(400).end("{}");
      else {
        response.writeHead(200, {
          "content-type": "application/json",
          "content-length": answer.length,
        });
        // Failures must leave nothing either: cut before the body, or within it when it is being relayed.
        if (fault === "no body") response.destroy();
        else if (fault === "half")
          response.write(answer.subarray(0, 200_000), () => response.destroy());
        else response.end(answer);
      }
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const { port } = upstream.address() as AddressInfo;
  const channel = (id: string): object => ({
    id: id.replace(" ", "-"),
    provider: "openai-compatible",
    settings: { base_url: `http://127.0.0.1:${port}`, headers: { "x-fault": id } },
    models: [id],
  });
  gateway = await startGatewayProcess({
    settings: {
      // Soon full, but not so soon that a picture goes before its own retry has come.
      images: { recovery_bytes: "32MB", ttl: "60s" },
      // The same failures are wanted again and again.
      policy: { repeat_window: 0 },
      channels: ["none", "no body", "half", "refused"].map(channel),
    },
  });
});
afterAll(async () => {
  await gateway.stop();
  upstream.closeAllConnections();
  upstream.close();
});

function generation(model: string, fields: object, retry?: number): Promise<Response> {
  return fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${gateway.key}`,
      "content-type": "application/json",
      ...(retry === undefined ? {} : { "x-stainless-retry-count": String(retry) }),
    },
    body: JSON.stringify({ model, prompt: "a fox", response_format: "b64_json", ...fields }),
  });
}

/** Reads an answer to its end, whether it is whole or cut; its size. */
async function sizeOf(answered: Promise<Response>): Promise<number> {
  try {
    return (await (await answered).arrayBuffer()).byteLength;
  } catch {
    return 0;
  }
}

async function hosted(): Promise<number> {
  const answered = await generation("none", { response_format: "url" });
  const { data } = (await answered.json()) as { data: { url: string }[] };
  return sizeOf(fetch(data[0]?.url ?? ""));
}

function form(): FormData {
  const fields = new FormData();
  for (const [name, value] of [
    ["model", "none"],
    ["prompt", "a hat"],
    ["response_format", "b64_json"],
  ] as const)
    fields.set(name, value);
  fields.set("image", new Blob([new Uint8Array(picture)], { type: "image/png" }), "a.png");
  return fields;
}

function edit(): Promise<number> {
  const headers = { authorization: `Bearer ${gateway.key}` };
  return sizeOf(fetch(`${gateway.url}/v1/images/edits`, { method: "POST", headers, body: form() }));
}

/** Reads so many bytes of a picture's answer and is gone; then its retry comes. */
async function leaves(prompt: string, bytes: number): Promise<number> {
  const body = JSON.stringify({ model: "none", prompt, response_format: "b64_json" });
  await rudely(
    `POST /v1/images/generations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ncontent-type: application/json\r\nx-stainless-retry-count: 0\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    bytes,
  );
  return sizeOf(generation("none", { prompt }, 1));
}

/** Gone in the middle of an upload. */
async function leavesUpload(): Promise<void> {
  const request = new Request("http://x/", { method: "POST", body: form() });
  const body = Buffer.from(await request.arrayBuffer());
  const head = `POST /v1/images/edits HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ncontent-type: ${request.headers.get("content-type") ?? ""}\r\ncontent-length: ${body.length}\r\n\r\n`;
  await rudely(head + body.toString("latin1", 0, 150_000), 0);
}

/** Sends bytes and resets the connection when so many have been answered; at once where none are wanted. */
function rudely(sent: string, bytes: number): Promise<void> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve) => {
    let length = 0;
    const socket = connect(Number(port), hostname);
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length >= bytes) socket.resetAndDestroy();
    });
    socket.write(sent, "latin1", () => {
      if (bytes === 0) socket.resetAndDestroy();
    });
  });
}

let requests = 0;

/** Every way a picture goes, or does not, all at once. */
async function round(): Promise<void> {
  const done = await Promise.all(
    Array.from({ length: 2 }, () => [
      sizeOf(generation("none", {})),
      sizeOf(generation("none", {})),
      sizeOf(generation("none", { output_format: "webp" })),
      hosted(),
      edit(),
      sizeOf(generation("no body", {})),
      sizeOf(generation("half", {})),
      sizeOf(generation("refused", {})),
      sizeOf(generation("none", { size: "nonsense" })),
      leaves(`${requests++}`, 100_000),
      leavesUpload(),
    ]).flat(),
  );
  // Each has gone the way it is there for.
  const [relayed, , converted = 0, url, edited = 0, noBody = 0, half, refused = 0, invalid = 0] =
    done;
  expect({ relayed, url, half }).toEqual({
    relayed: answer.length + told.length,
    url: picture.length,
    half: 0,
  });
  for (const size of [edited, done[9]]) expect(size).toBeGreaterThan(picture.length);
  // Errors, and a picture that is eight pixels wide once it is converted.
  for (const size of [converted, noBody, refused, invalid]) {
    expect(size).toBeGreaterThan(50);
    expect(size).toBeLessThan(1_000);
  }
}

const descriptors = (): number => readdirSync(`/proc/${gateway.child.pid ?? 0}/fd`).length;
const residentBytes = (): number =>
  Number(readFileSync(`/proc/${gateway.child.pid ?? 0}/statm`, "latin1").split(" ")[1]) * 4096;
const spooled = (): string[] => readdirSync(join(gateway.folder, "data", "spool"));

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

test(
  "hundreds of requests leave no file, no descriptor and no memory behind",
  async (context) => {
    if (process.platform !== "linux") context.skip("/proc is read");
    for (let warm = 0; warm < warmRounds; warm += 1) await round();
    const descriptorsBefore = descriptors();
    const resident: number[] = [];
    for (let count = 0; count < rounds; count += 1) {
      await round();
      resident.push(residentBytes());
    }
    await waitFor(() => expect(spooled()).toEqual([]));
    await waitFor(() => expect(descriptors()).toBeLessThanOrEqual(descriptorsBefore + 4));
    // The requests held far more than this in pictures and text between them.
    const quarter = Math.ceil(rounds / 4);
    const early = median(resident.slice(0, quarter));
    const late = median(resident.slice(-quarter));
    const inMegabytes = [early, late, Math.max(...resident)].map((bytes) =>
      Math.round(bytes / megabyte),
    );
    await context.annotate(
      `${rounds * 22} requests, MB at first, at the end and at most: ${inMegabytes.join(", ")}`,
    );
    expect(late - early).toBeLessThan(slackBytes);
  },
  chaosTestMsMax,
);
