import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FaultProxy, type Script, startFaultProxy } from "./fault-proxy.ts";

/** A server that gives back, with a head before it, what it gets, and ends when its client does. */
let server: Server;
let received: string;
let serverSockets: Set<Socket>;
let proxy: FaultProxy | undefined;

beforeEach(async () => {
  received = "";
  serverSockets = new Set();
  server = createServer({ allowHalfOpen: true }, (socket) => {
    serverSockets.add(socket);
    socket.once("close", () => serverSockets.delete(socket));
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      received += chunk.toString();
      socket.write(`head\r\n\r\n${chunk.toString()}`);
    });
    socket.on("end", () => socket.end());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(async () => {
  await proxy?.close();
  proxy = undefined;
  for (const socket of serverSockets) socket.destroy();
  server.close();
  await once(server, "close");
});

interface Ended {
  readonly text: string;
  readonly error: string | undefined;
}

async function through(script: Script): Promise<FaultProxy> {
  proxy = await startFaultProxy((server.address() as AddressInfo).port, script);
  return proxy;
}

/** Sends through the proxy, half-closes, and waits for the end, good or bad. */
async function talk(port: number, text: string): Promise<Ended> {
  const socket = connect({ port, host: "127.0.0.1" });
  let got = "";
  let error: string | undefined;
  socket.on("data", (chunk: Buffer) => (got += chunk.toString()));
  socket.on("error", (fault: NodeJS.ErrnoException) => (error = fault.code));
  socket.end(text);
  await new Promise((resolve) => socket.once("close", resolve));
  return { text: got, error };
}

test("without a fault both sides pass through", async () => {
  const { port } = await through(() => []);
  const big = "x".repeat(3_000_000);
  const ended = await talk(port, big);
  expect(ended.error).toBeUndefined();
  expect(ended.text.replaceAll("head\r\n\r\n", "")).toBe(big);
});

test.each([
  ["reset at the first byte of the request", 0, "", ""],
  ["reset within the request", 3, "abc", "head\r\n\r\nabc"],
] as const)("%s", async (_name, after, sent, most) => {
  const { port } = await through(() => [{ kind: "reset", side: "request", after }]);
  const ended = await talk(port, "abcdef");
  expect(ended.error).toBe("ECONNRESET");
  expect(sent.startsWith(received)).toBe(true);
  expect(most.startsWith(ended.text)).toBe(true);
});

test("a reset at the answer's first byte comes after the server has done its work", async () => {
  const { port } = await through(() => [{ kind: "reset", side: "answer", after: 0 }]);
  expect(await talk(port, "abc")).toEqual({ text: "", error: "ECONNRESET" });
  expect(received).toBe("abc");
});

test("an answer is cut after so many bytes, and after its head", async () => {
  const { port } = await through((connection) => [
    { kind: "close", side: "answer", after: connection === 0 ? 10 : "head" },
  ]);
  expect(await talk(port, "abcdef")).toEqual({ text: "head\r\n\r\nab", error: undefined });
  expect(await talk(port, "abcdef")).toEqual({ text: "head\r\n\r\n", error: undefined });
});

test("a head that arrives in pieces is still found", async () => {
  const { port } = await through(() => [
    { kind: "close", side: "request", after: "head" },
    { kind: "drip", side: "answer", bytes: 1, everyMs: 1 },
  ]);
  const socket = connect({ port, host: "127.0.0.1" });
  for (const piece of ["GET /\r", "\n\r", "\nbody"]) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  socket.resume();
  await once(socket, "close");
  expect(received).toBe("GET /\r\n\r\n");
});

test("a blackhole takes everything, passes nothing and never closes", async () => {
  const { port } = await through(() => [{ kind: "blackhole", side: "request", after: 2 }]);
  const socket = connect({ port, host: "127.0.0.1" });
  let got = "";
  socket.on("data", (chunk: Buffer) => (got += chunk.toString()));
  // More than any socket buffer holds: it is really taken.
  await new Promise<void>((resolve) => socket.write("x".repeat(20_000_000), () => resolve()));
  expect(received).toBe("xx");
  await expect.poll(() => got).toBe("head\r\n\r\nxx");
  expect(proxy?.standing()).toBe(1);
  socket.destroy();
  await expect.poll(() => proxy?.standing()).toBe(0);
  await expect.poll(() => serverSockets.size).toBe(0);
});

test("a drip passes the answer in small pieces", async () => {
  const { port } = await through(() => [{ kind: "drip", side: "answer", bytes: 4, everyMs: 5 }]);
  const socket = connect({ port, host: "127.0.0.1" });
  socket.setNoDelay(true);
  const pieces: string[] = [];
  socket.on("data", (chunk: Buffer) => pieces.push(chunk.toString()));
  socket.end("abcdefgh");
  await once(socket, "close");
  expect(pieces.join("")).toBe("head\r\n\r\nabcdefgh");
  expect(pieces.length).toBeGreaterThan(1);
});

test("a delay holds the connection back until its time", async () => {
  const { port } = await through((connection) =>
    connection === 0 ? [{ kind: "delay", ms: 60_000 }] : [],
  );
  const waiting = talk(port, "slow");
  expect((await talk(port, "fast")).text).toBe("head\r\n\r\nfast");
  expect(received).toBe("fast");
  // Closing ends even what still waits.
  await proxy?.close();
  expect((await waiting).text).toBe("");
  expect(proxy?.standing()).toBe(0);
});

test("connections are scripted by number, and a new script counts from 0 again", async () => {
  const running = await through((connection) =>
    connection === 1 ? [{ kind: "reset", side: "request", after: 0 }] : [],
  );
  const errors = [];
  for (let call = 0; call < 3; call += 1) errors.push((await talk(running.port, "x")).error);
  running.use((connection) =>
    connection === 0 ? [{ kind: "reset", side: "request", after: 0 }] : [],
  );
  for (let call = 0; call < 2; call += 1) errors.push((await talk(running.port, "x")).error);
  expect(errors).toEqual([undefined, "ECONNRESET", undefined, "ECONNRESET", undefined]);
  expect(running.taken()).toBe(5);
});

test("a server that cannot be reached resets the client", async () => {
  const gone = createServer();
  gone.listen(0, "127.0.0.1");
  await once(gone, "listening");
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  proxy = await startFaultProxy(port);
  expect((await talk(proxy.port, "x")).error).toBe("ECONNRESET");
});
