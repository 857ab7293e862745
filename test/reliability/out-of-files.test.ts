import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { type HeldUpstream, startHeldUpstream } from "../support/held-upstream.ts";

/** A process that may open few files: strangers cannot take the last ones, and running out is nobody else's fault. */
const filesMax = 128;
/** More than the process may open at all. */
const crowd = 200;

let upstream: HeldUpstream | undefined;
let gateway: GatewayProcess | undefined;
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  upstream?.answerAll();
  await gateway?.stop();
  await upstream?.close();
});

async function start(): Promise<{ url: string; upstream: HeldUpstream }> {
  upstream = await startHeldUpstream();
  const channels = ["a", "b"].map((id) => ({
    id,
    provider: "openai-compatible",
    settings: { base_url: upstream?.url, api_key: "k" },
    models: ["m"],
  }));
  gateway = await startGatewayProcess({ filesMax, settings: { channels } });
  return { url: gateway.url, upstream };
}

function ask(url: string): Promise<Response> {
  return fetch(`${url}/v1/images/generations`, {
    method: "POST",
    headers: { authorization: `Bearer ${gateway?.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "m", prompt: "a fox", response_format: "b64_json" }),
  });
}

/** A connection that has said this and stays. */
async function say(url: string, text: string): Promise<void> {
  const socket = connect({ port: Number(new URL(url).port), host: "127.0.0.1" });
  sockets.add(socket);
  await new Promise<void>((resolve) => {
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.on("connect", () => socket.write(text, () => resolve()));
  });
  socket.resume();
}

/** Failures that the channels have on their books. */
async function channelFaults(url: string): Promise<string> {
  const answer = await fetch(`${url}/admin/v1/health/channels`, {
    headers: { authorization: "Bearer test-admin-token-0123456789" },
  });
  return JSON.stringify(await answer.json());
}

test.each([
  ["say nothing", ""],
  ["send half a head", "POST /v1/images/generations HTTP/1.1\r\nhost: x\r\nx-"],
  ["were refused a key and stay", "GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n"],
])("connections that %s do not keep calls out", async (_name, text) => {
  const { url, upstream: held } = await start();
  held.answerAll();
  await Promise.all(Array.from({ length: crowd }, () => say(url, text)));
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(url)));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  await expect.poll(() => gateway?.output()).toContain("clients have more connections than");
});

test("more calls than there are files for are refused before they are paid, in our name, and readiness says the same", async () => {
  const { url, upstream: held } = await start();
  const calls = Array.from({ length: 40 }, () => ask(url));
  const first = await Promise.race(calls);
  expect(first.status).toBe(503);
  expect(first.headers.get("x-should-retry")).toBe("true");
  expect(Number(first.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await first.json()).toMatchObject({ error: { code: "overloaded" } });
  expect((await fetch(`${url}/health/ready`)).status).toBe(503);
  held.answerAll();
  for (const execution of held.executions) execution.answer();
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  expect(statuses.filter((status) => status === 200)).toHaveLength(held.executions.length);
  await expect.poll(async () => (await fetch(`${url}/health/ready`)).status).toBe(200);
  expect((await ask(url)).status).toBe(200);
  expect(await channelFaults(url)).not.toMatch(/cooling|open":true/);
});
