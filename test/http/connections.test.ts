import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { createConnections } from "../../src/http/connections.ts";

const sockets: Socket[] = [];
const server = createServer();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

async function connected(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  sockets.push(socket);
  socket.resume();
  await once(socket, "connect");
  return socket;
}

test("a stop ends a connection with its last answer, and leaves one alone whose first request may be on its way", async () => {
  const connections = createConnections(60_000, () => undefined);
  const waiting: ServerResponse[] = [];
  server.on("request", (_request, response) => void waiting.push(response));
  connections.watch(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  const request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
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
