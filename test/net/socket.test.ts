import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { SocketMessage, UpstreamSocket } from "../../src/core/provider.ts";
import { createEgress } from "../../src/net/egress.ts";
import { acceptSocket, frame, type ServerSocket } from "../support/websocket-server.ts";
import { contextFor, secretKey, stubProvider } from "./loopback.ts";
import { pictureBytes, pngBytes } from "./memory-spool.ts";

const egress = createEgress({ now: Date.now, userAgent: "pinhole-test" });
/** What the server does with a handshake. */
let handshake: "accept" | "refuse" | "hang" | "garbage" = "accept";
const sockets: ServerSocket[] = [];
const bare = new Set<Socket>();
const server = createServer((_request, response) => {
  response.writeHead(404).end();
});
server.on("connection", (socket) => {
  bare.add(socket);
  socket.once("close", () => bare.delete(socket));
});
server.on("upgrade", (request, wire) => {
  if (handshake === "refuse") wire.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
  if (handshake === "garbage") wire.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  if (handshake === "accept") sockets.push(acceptSocket(request, wire));
});
let origin: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  handshake = "accept";
  for (const socket of sockets.splice(0)) socket.cut();
});
afterAll(async () => {
  await egress.close();
  for (const socket of bare) socket.destroy();
  server.close();
});

const request = { url: "/ws", query: { clientId: "one two" } };
const whole = (message: SocketMessage): SocketMessage => message;

interface Both {
  readonly ours: UpstreamSocket;
  readonly theirs: ServerSocket;
  readonly abort: (reason?: unknown) => void;
}

async function openBoth(fields: Parameters<typeof contextFor>[1] = {}): Promise<Both> {
  const controller = new AbortController();
  const context = contextFor(origin, { signal: controller.signal, ...fields });
  const ours = await egress.sockets(context)(request);
  const theirs = sockets.at(-1);
  if (ours === undefined || theirs === undefined) throw new Error("the socket was not opened");
  return { ours, theirs, abort: (reason) => controller.abort(reason) };
}

test("a socket is opened as a call would be: path, query, credentials, and no origin", async () => {
  const { theirs } = await openBoth();
  expect(theirs.request.url).toBe("/ws?clientId=one+two");
  expect(theirs.request.headers).toMatchObject({
    authorization: `Bearer ${secretKey}`,
    "user-agent": "pinhole-test",
  });
  expect(theirs.request.headers.origin).toBeUndefined();
});

test("messages come in order, texts and bytes; what is not looked for is passed over", async () => {
  const { ours, theirs } = await openBoth();
  ours.send("hello");
  theirs.send("a");
  theirs.send(Buffer.from([1, 2, 3]));
  theirs.send("no");
  theirs.send("b".repeat(70_000));
  expect(await ours.next(whole, 1000)).toEqual({ found: "a" });
  expect(await ours.next(whole, 1000)).toEqual({ found: new Uint8Array([1, 2, 3]) });
  const long = await ours.next((text) => (text.length > 5 ? text.length : undefined), 1000);
  expect(long).toEqual({ found: 70_000 });
  expect(await ours.next(whole, 50)).toBe("quiet");
  expect(theirs.texts).toEqual(["hello"]);
});

test("what came before the end is read, then it is over", async () => {
  const { ours, theirs } = await openBoth();
  theirs.send("last");
  theirs.close();
  await theirs.ended;
  expect(await ours.next(whole, 1000)).toEqual({ found: "last" });
  expect(await ours.next(whole, 1000)).toBe("over");
  ours.send("into the void");
  ours.close();
});

test.each([
  ["that breaks", (theirs: ServerSocket) => theirs.cut()],
  [
    "whose frames are none",
    (theirs: ServerSocket) => theirs.writeRaw(Buffer.from("HTTP/1.1 400 Bad\r\n\r\n")),
  ],
  [
    "whose message is longer than any picture",
    (theirs: ServerSocket) =>
      theirs.writeRaw(Buffer.from([0x82, 127, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff])),
  ],
])("a socket %s is over", async (_name, end) => {
  const { ours, theirs } = await openBoth();
  end(theirs);
  expect(await ours.next(whole, 5000)).toBe("over");
});

test("a reader that falls far behind loses the socket, not memory", async () => {
  const { ours, theirs } = await openBoth();
  for (let count = 0; count < 3000; count += 1) theirs.send(`${count}`);
  await theirs.ended;
  let read = 0;
  for (;;) {
    const next = await ours.next(whole, 1000);
    if (next === "over" || next === "quiet") break;
    read += 1;
  }
  expect(read).toBeLessThan(2100);
});

describe("a socket is not there", () => {
  test.each(["refuse", "garbage"] as const)("where the server's handshake is %s", async (how) => {
    handshake = how;
    expect(await egress.sockets(contextFor(origin))(request)).toBeUndefined();
  });

  test("where the server never answers, and its connection is given up", async () => {
    handshake = "hang";
    expect(await egress.sockets(contextFor(origin, { connectMs: 60 }))(request)).toBeUndefined();
  });

  test("where nobody listens, or the server knows no such thing", async () => {
    expect(await egress.sockets(contextFor("http://127.0.0.1:9"))(request)).toBeUndefined();
  });

  test("at a host that credentials may not go to", async () => {
    const elsewhere = { url: "http://elsewhere.example/ws" };
    await expect(egress.sockets(contextFor(origin))(elsewhere)).rejects.toThrow(/leaves the hosts/);
  });

  test("before the request's record is written", async () => {
    const ready = Promise.reject(new Error("no record"));
    await expect(egress.sockets(contextFor(origin, { ready }))(request)).rejects.toThrow(
      "no record",
    );
    expect(sockets).toEqual([]);
  });
});

describe("an abort", () => {
  test("ends the wait for a message within one step, and the connection", async () => {
    const { ours, theirs, abort } = await openBoth();
    const waiting = ours.next(whole, 60_000);
    abort();
    await expect(waiting).rejects.toMatchObject({ code: "upstream_failed" });
    await theirs.ended;
  });

  test("ends a handshake that is not answered", async () => {
    handshake = "hang";
    const controller = new AbortController();
    const opening = egress.sockets(contextFor(origin, { signal: controller.signal }))(request);
    setTimeout(() => controller.abort(), 20);
    await expect(opening).rejects.toMatchObject({ code: "upstream_failed" });
  });

  test("opens none where it came before", async () => {
    const signal = AbortSignal.abort();
    await expect(egress.sockets(contextFor(origin, { signal }))(request)).rejects.toMatchObject({
      code: "upstream_failed",
    });
    expect(sockets).toEqual([]);
  });
});

test("the deadline ends a wait", async () => {
  const { ours } = await openBoth({ deadline: Date.now() + 1500 });
  await expect(ours.next(whole, 60_000)).rejects.toMatchObject({ code: "upstream_timeout" });
});

test("a peer that says no goodbye is cut", async () => {
  const deaf = createServer();
  const { promise: wire, resolve } = Promise.withResolvers<Socket>();
  deaf.on("upgrade", (asked, socket) => {
    acceptSocket(asked, socket).onText(() => {});
    socket.removeAllListeners("data");
    // An upgraded connection of a server of http is a socket of the system's.
    resolve(socket as Socket);
  });
  await new Promise<void>((done) => deaf.listen(0, "127.0.0.1", done));
  const { port } = deaf.address() as AddressInfo;
  const ours = await egress.sockets(contextFor(`http://127.0.0.1:${port}`))(request);
  const theirs = await wire;
  theirs.resume();
  const ended = new Promise<void>((done) => theirs.once("end", done));
  ours?.close();
  await ended;
  expect(theirs.readableEnded).toBe(true);
  theirs.destroy();
  deaf.close();
});

test("closing the egress ends every socket", async () => {
  const own = createEgress({ now: Date.now });
  const ours = await own.sockets(contextFor(origin))(request);
  await own.close();
  expect(await ours?.next(whole, 1000)).toBe("over");
  await sockets.at(-1)?.ended;
});

test("bytes of a message become a picture, and those that are none a bad answer", async () => {
  const { ours, theirs } = await openBoth();
  theirs.send(pngBytes(40_000));
  const next = await ours.next(
    (message) => (typeof message === "string" ? undefined : message),
    1000,
  );
  if (typeof next === "string") throw new Error(next);
  expect((await pictureBytes(ours.picture(next.found))).equals(pngBytes(40_000))).toBe(true);
});

test("pings keep the way open, and are answered", async () => {
  const { ours, theirs } = await openBoth();
  theirs.writeRaw(frame(9, Buffer.from("are you there")));
  theirs.send("yes");
  expect(await ours.next(whole, 1000)).toEqual({ found: "yes" });
});

test("a socket goes through the proxy that calls go through", async () => {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("upgrade", (asking, wire) => {
    // A forward proxy is asked with the whole URL.
    asked.push(asking.url ?? "");
    sockets.push(acceptSocket(asking, wire));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const own = createEgress({ now: Date.now, proxy: { http: url, https: url, bypass: undefined } });
  const context = contextFor("http://comfy.test", { provider: stubProvider() });
  const ours = await own.sockets(context)(request);
  expect({ asked, isOpen: ours !== undefined }).toEqual({
    asked: ["http://comfy.test/ws?clientId=one+two"],
    isOpen: true,
  });
  ours?.close();
  await own.close();
  proxy.closeAllConnections();
  proxy.close();
});
