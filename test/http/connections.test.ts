import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type Connections, createConnections } from "../../src/http/server/connections.ts";

const sockets: Socket[] = [];
const servers: Server[] = [];
const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

interface Watched {
  readonly port: number;
  readonly server: Server;
  readonly clock: { now: number };
  readonly connections: Connections;
  /** How often the server was found crowded. */
  crowds(): number;
  /** In the order in which their requests came. */
  readonly waiting: readonly ServerResponse[];
}

/** A server that answers nothing by itself. */
async function watched(connectionsMax = 1_000): Promise<Watched> {
  const server = createServer();
  servers.push(server);
  let crowds = 0;
  const clock = { now: 0 };
  const connections = createConnections({
    readTimeoutMs: 60_000,
    connectionsMax,
    now: () => clock.now,
    onCut: () => undefined,
    onCrowd: () => void (crowds += 1),
  });
  const waiting: ServerResponse[] = [];
  server.on("request", (_request, response) => void waiting.push(response));
  connections.watch(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return { port, server, clock, connections, waiting, crowds: () => crowds };
}

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  sockets.push(socket);
  socket.resume();
  await once(socket, "connect");
  return socket;
}

test("a stop ends a connection with its last answer, and leaves one alone whose first request may be on its way", async () => {
  const { port, connections, waiting } = await watched();
  const old = await connected(port);
  old.write(request);
  await expect.poll(() => waiting.length).toBe(1);
  // Its head says nothing of a stop, so the connection would stay.
  waiting[0]?.writeHead(200, { "content-length": "0" }).flushHeaders();
  connections.drain();
  const fresh = await connected(port);
  const ended = once(old, "close");
  waiting[0]?.end();
  await ended;
  await sleep(50);
  expect(fresh.readyState).toBe("open");
  fresh.write(request);
  await expect.poll(() => waiting.length).toBe(2);
  const closing = once(fresh, "data") as Promise<[Buffer]>;
  waiting[1]?.end();
  expect((await closing)[0].toString()).toContain("HTTP/1.1 200 OK\r\nconnection: close\r\n");
});

test("a stop lets a connection have all answers that it waits for, and says so in the last", async () => {
  const { port, connections, waiting } = await watched();
  const socket = await connected(port);
  let got = "";
  socket.on("data", (chunk: Buffer) => (got += chunk.toString("latin1")));
  socket.write(request + request);
  await expect.poll(() => waiting.length).toBe(2);
  connections.drain();
  const ended = once(socket, "close");
  for (const [place, response] of waiting.entries()) response.end(`answer ${place}`);
  await ended;
  expect(got).toMatch(/answer 0HTTP.*answer 1$/s);
  expect(got.match(/connection: close/gi)).toHaveLength(1);
});

test("too many connections: the oldest without a key goes, then the oldest that waits for nothing, never one at work", async () => {
  const { port, server, clock, connections, waiting, crowds } = await watched(4);
  const isDestroyed = ({ destroyed }: Socket): boolean => destroyed;
  server.on("request", ({ socket }) => connections.trust(socket));
  const begin = async (): Promise<Socket> => {
    clock.now += 1_001;
    return connected(port);
  };
  const ask = async (socket: Socket): Promise<void> => {
    const count = waiting.length;
    socket.write(request);
    await expect.poll(() => waiting.length).toBe(count + 1);
  };
  const working = await begin();
  await ask(working);
  const keyed = await begin();
  await ask(keyed);
  waiting[1]?.end();
  await expect.poll(() => waiting[1]?.closed).toBe(true);
  const strangers = [await begin(), await begin()];
  expect(crowds()).toBe(0);
  strangers.push(await begin());
  await expect.poll(() => strangers.map(isDestroyed)).toEqual([true, false, false]);
  strangers.push(await begin());
  await expect.poll(() => strangers.map(isDestroyed)).toEqual([true, true, false, false]);
  expect(crowds()).toBe(1);
  expect(keyed.destroyed).toBe(false);
  await ask(strangers[2] ?? working);
  await ask(strangers[3] ?? working);
  const next = await begin();
  await expect.poll(() => keyed.destroyed).toBe(true);
  await ask(next);
  // All are at work or new: up to a third more, then the oldest new one goes.
  const late = [await begin(), await connected(port)];
  await expect.poll(() => late.map(isDestroyed)).toEqual([true, false]);
  await ask(late[1] ?? working);
  const tooLate = await begin();
  await expect.poll(() => tooLate.destroyed).toBe(true);
  expect([working, ...strangers.slice(2), next].map(isDestroyed)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});
