import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bigPng } from "../support/big-png.ts";
import { chaosTestMsMax, figure } from "../support/chaos.ts";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";

/**
 * T9: far more clients than the limits, big uploads, senders and readers that dawdle. Each is answered or told
 * to come later; the process stays small; and it serves whoever behaves. Scaled from 200 uploads of 20 MB.
 */
const uploads = 200;
const uploadBytes = figure(4, 20) * 1_000_000;
const slowSenders = 1000;
const slowReaders = 5;
/** More than the buffers between the two hold. */
const slowReaderBytes = 16_000_000;
/** Of the process under test, while 800 MB (4 GB) are sent to it. */
const peakBytesMax = figure(400, 450) * 1024 * 1024;

let upstream: CountingUpstream;
let gateway: GatewayProcess;
const sockets = new Set<Socket>();

beforeAll(async () => {
  upstream = await startCountingUpstream();
  upstream.behave((prompt) => {
    if (prompt.startsWith("upload")) return { delayMs: 300 };
    return prompt === "slow reader" ? { pictureBytes: slowReaderBytes } : {};
  });
  const settings = { base_url: upstream.url, api_key: "k" };
  gateway = await startGatewayProcess({
    settings: {
      server: { request_timeout: "10s", read_timeout: "2s" },
      admission: { requests_max: 30, bytes_max: "200MB" },
      channels: [
        {
          id: "a",
          provider: "openai-compatible",
          settings,
          models: ["m"],
        },
      ],
    },
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await gateway.stop();
  await upstream.close();
});

/** A connection that says this and then no more; what came is in the promise once it has ended. */
function say(text: string, reads = true): Promise<string> {
  const socket = connect({ port: Number(new URL(gateway.url).port), host: "127.0.0.1" });
  sockets.add(socket);
  let got = "";
  socket.on("error", () => undefined);
  if (reads) socket.on("data", (chunk: Buffer) => (got += chunk.toString("latin1")));
  else socket.pause();
  socket.write(text);
  return new Promise((resolve) => socket.once("close", () => resolve(got)));
}

interface Outcome {
  readonly status: number | "cut";
  readonly shouldRetry: string | null;
  readonly retryAfter: string | null;
}

async function send(body: string | FormData, path: string): Promise<Outcome> {
  const headers: Record<string, string> = { authorization: `Bearer ${gateway.key}` };
  if (typeof body === "string") headers["content-type"] = "application/json";
  try {
    const answer = await fetch(gateway.url + path, { method: "POST", headers, body });
    await answer.arrayBuffer();
    const said = (name: string): string | null => answer.headers.get(name);
    const [shouldRetry, retryAfter] = [said("x-should-retry"), said("retry-after")];
    return { status: answer.status, shouldRetry, retryAfter };
  } catch {
    return { status: "cut", shouldRetry: null, retryAfter: null };
  }
}

function upload(picture: Blob, number: number): Promise<Outcome> {
  const form = new FormData();
  form.set("model", "m");
  form.set("prompt", `upload ${number}`);
  form.set("image", picture, "in.png");
  return send(form, "/v1/images/edits");
}

/** The most memory that the process has held, bytes. */
function peakBytes(): number {
  const status = readFileSync(`/proc/${gateway.child.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** What a well-behaved client does: it comes again when it is told to. */
async function patiently(prompt: string): Promise<Outcome> {
  const body = JSON.stringify({ model: "m", prompt });
  for (;;) {
    const outcome = await send(body, "/v1/images/generations");
    if (outcome.shouldRetry !== "true") return outcome;
    await sleep(100);
  }
}

test(
  "overload sheds early, memory stays bounded, and who behaves is served",
  async () => {
    const heads = Array.from({ length: slowSenders }, () =>
      say("GET /v1/models HTTP/1.1\r\nx-slow: "),
    );
    const body = JSON.stringify({ model: "m", prompt: "slow reader", response_format: "b64_json" });
    const request = `POST /v1/images/generations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    for (let reader = 0; reader < slowReaders; reader += 1) void say(request, false);
    // Let in before the flood, of which some are refused.
    await expect
      .poll(() => upstream.tally("slow reader").asked, { timeout: 30_000 })
      .toBe(slowReaders);
    const picture = new Blob([new Uint8Array(bigPng(uploadBytes))], { type: "image/png" });
    const working = Array.from({ length: uploads }, (_, number) => upload(picture, number));
    const live = await fetch(`${gateway.url}/health/live`);
    expect(live.status).toBe(200);
    const marker = `normal ${randomBytes(4).toString("hex")}`;
    expect(await patiently(marker)).toMatchObject({ status: 200 });
    const outcomes = await Promise.all(working);
    const count = (status: number | "cut"): number =>
      outcomes.filter((outcome) => outcome.status === status).length;
    expect(count(200)).toBeGreaterThan(0);
    expect(count(503)).toBeGreaterThan(0);
    // Who could not send its body in time gets a 408 or is cut; nothing else may happen.
    expect(count(200) + count(503) + count(408) + count("cut")).toBe(uploads);
    for (const { status, shouldRetry, retryAfter } of outcomes) {
      if (status === 503)
        expect({ shouldRetry, retryAfter }).toMatchObject({ shouldRetry: "true" });
      if (status === 503) expect(Number(retryAfter)).toBeGreaterThan(0);
    }
    for (const answer of await Promise.all(heads)) expect(answer).toMatch(/^HTTP\/1\.1 408 |^$/);
    await expect
      .poll(() => gateway.output(), { timeout: 30_000 })
      .toContain("a client that read nothing was cut");
    expect(peakBytes()).toBeLessThan(peakBytesMax);
    // What was refused was never bought.
    const bought = Array.from({ length: uploads }, (_, number) =>
      upstream.tally(`upload ${number}`),
    );
    expect(bought.every(({ asked }) => asked <= 1)).toBe(true);
    const asked = bought.filter((tally) => tally.asked === 1).length;
    expect(asked).toBeGreaterThanOrEqual(count(200));
    expect(asked).toBeLessThanOrEqual(count(200) + count("cut"));
    expect(upstream.tally(marker)).toEqual({ asked: 1, made: 1 });
    expect(await patiently("after the storm")).toMatchObject({ status: 200 });
  },
  chaosTestMsMax,
);
