import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bigPng } from "../support/big-png.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";

let gateway: TestGateway;
let upstream: MockOpenAi;
const readTimeoutMs = 500;
/** Far more than the buffers of two sockets hold. */
const pictureBytes = 24_000_000;

beforeAll(async () => {
  const b64 = bigPng(pictureBytes).toString("base64");
  const body = `{"created":1,"data":[{"b64_json":"${b64}"}]}`;
  upstream = await startMockOpenAi(() => ({ status: 200, body }));
  gateway = await startTestGateway({
    server: { request_timeout: "1s", read_timeout: `${readTimeoutMs}ms` },
    channels: [
      // Longer than the read timeout: a client that waits is not one that does not read.
      { id: "box", provider: "sandbox", settings: { slow_ms: 3 * readTimeoutMs } },
      {
        id: "big",
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: "k" },
        models: ["big"],
      },
    ],
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

interface Conversation {
  readonly socket: Socket;
  /** Everything that came until the other side ended. */
  readonly ended: Promise<string>;
}

/** A client that never hangs up by itself. */
function converse(sent: string): Conversation {
  const port = Number(new URL(gateway.url).port);
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  socket.write(sent);
  const ended = new Promise<string>((resolve) => {
    socket.once("end", () => resolve(text));
    socket.once("close", () => resolve(text));
  });
  return { socket, ended };
}

const post = (length: number, more = ""): string =>
  `POST /v1/images/generations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${more}\r\n`;

test.each([
  ["a head", "GET /v1/models HTTP/1.1\r\nhost: x\r\nx-slow: "],
  ["a body", `{"model":"`],
])("who sends %s too slowly gets a 408 in the error envelope", async (_name, start) => {
  const { socket, ended } = converse(start.startsWith("{") ? post(1000) + start : start);
  // A byte now and then does not help: it is the whole request that has its time.
  const drip = setInterval(() => socket.write("x"), 100);
  const text = await ended;
  clearInterval(drip);
  socket.destroy();
  expect(text).toMatch(
    /^HTTP\/1\.1 408 The request was sent too slowly; send it again on a faster line\.\r\n/,
  );
  expect(text).toMatch(/x-should-retry: false\r\n/);
  expect(text).toMatch(/x-request-id: req_\w+\r\n/);
  const envelope = JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4)) as unknown;
  expect(envelope).toMatchObject({ error: { code: "request_timeout", param: null } });
});

test("who sends on after an early answer is cut without a second one", async () => {
  const { socket, ended } = converse(`${post(1000)}nonsense`);
  const drip = setInterval(() => socket.write("x"), 100);
  const text = await ended;
  clearInterval(drip);
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 400"]);
});

test("slow senders are cut even where they never hang up", async () => {
  const slow = Array.from({ length: 20 }, () => converse("GET / HTTP/1.1\r\nx-slow: "));
  await Promise.all(
    slow.map(async ({ socket, ended }) => {
      expect(await ended).toMatch(/^HTTP\/1\.1 408 /);
      // Only a side that holds the connection still takes what is sent.
      const drip = setInterval(() => socket.write("x"), 100);
      if (!socket.closed) await new Promise((resolve) => socket.once("close", resolve));
      clearInterval(drip);
    }),
  );
});

test("a client that waits longer than the read timeout gets its answer", async () => {
  const body = JSON.stringify({ model: "sandbox-slow", prompt: "x", size: "64x64" });
  const { socket, ended } = converse(post(body.length, "connection: close\r\n") + body);
  expect(await ended).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  socket.destroy();
});

test("a client that stops reading is cut, and its request was finished", async () => {
  const body = JSON.stringify({ model: "big", prompt: "x", response_format: "b64_json" });
  const { socket, ended } = converse(post(body.length) + body);
  await once(socket, "data");
  socket.pause();
  const cut = (): boolean =>
    gateway.log.some((line) => line.msg === "a client that read nothing was cut");
  await expect.poll(cut, { timeout: 25_000 }).toBe(true);
  socket.resume();
  expect((await ended).length).toBeLessThan(pictureBytes);
  // Relayed under backpressure, the rest comes only now, and is kept for a client that returns.
  const newest = async (): Promise<unknown> => {
    const records = await fetch(`${gateway.url}/admin/v1/requests?limit=1`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    return records.json();
  };
  await expect
    .poll(newest, { timeout: 60_000 })
    .toMatchObject({ data: [{ model: "big", state: "succeeded" }] });
  expect(upstream.seen).toHaveLength(1);
});

test("a client that reads slowly but does read gets all of it", async () => {
  const body = JSON.stringify({ model: "big", prompt: "y", response_format: "b64_json" });
  const { socket, ended } = converse(post(body.length, "connection: close\r\n") + body);
  const hold = setInterval(() => {
    socket.pause();
    setTimeout(() => socket.resume(), readTimeoutMs / 2);
  }, readTimeoutMs);
  const text = await ended;
  clearInterval(hold);
  socket.destroy();
  expect(text.length).toBeGreaterThan((pictureBytes / 3) * 4);
});
