import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { z } from "zod";
import type { BaseSettings, Provider } from "../../src/core/provider.ts";
import { Secret } from "../../src/core/secret.ts";
import type { Egress, UpstreamContext } from "../../src/net/egress.ts";
import { memorySpool, wideLimits } from "./memory-spool.ts";

/** A server on a free loopback port. */
export interface Loopback {
  readonly port: number;
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  /** Connections that were ever made to it. */
  readonly connections: number;
  close(): Promise<void>;
}

export const httpServer = (listener: RequestListener): Promise<Loopback> =>
  started(createHttpServer(listener));

/** Every socket is handed over as it is; errors of sockets are expected and ignored. */
export const rawServer = (handle: (socket: Socket) => void): Promise<Loopback> =>
  started(
    createServer((socket) => {
      socket.on("error", () => {});
      handle(socket);
    }),
  );

async function started(server: Server): Promise<Loopback> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Calls back with the body's text once a whole request with content-length (or none) has come. */
export function onRequest(socket: Socket, answer: (text: string) => void): void {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    const end = text.indexOf("\r\n\r\n");
    if (end === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
    if (text.length < end + 4 + length) return;
    const request = text;
    text = "";
    answer(request);
  });
}

export const secretKey = "test-secret-0123456789";

interface StubSettings extends BaseSettings {
  readonly api_key: Secret;
}

/** A provider with a bearer key that does nothing by itself. */
export function stubProvider(fields: Partial<Provider> = {}): Provider {
  return {
    id: "stub",
    name: "Stub",
    docs: "https://example.com",
    about: "For tests.",
    models: [],
    openEnded: true,
    settings: z.object({ base_url: z.string() }),
    options: z.unknown(),
    authorize: () => ({ Authorization: `Bearer ${secretKey}` }),
    async *generate() {},
    ...fields,
  };
}

/** Settings of that provider. */
export function stubSettings(baseUrl: string): StubSettings {
  return { base_url: baseUrl, api_key: new Secret(secretKey) };
}

/** A context in which everything is allowed half a minute. */
export function contextFor(
  baseUrl: string,
  fields: Partial<UpstreamContext> = {},
): UpstreamContext {
  return {
    provider: stubProvider(),
    settings: stubSettings(baseUrl),
    spool: memorySpool(),
    limits: { ...wideLimits, blame: "upstream" },
    signal: new AbortController().signal,
    deadline: Date.now() + 30_000,
    connectMs: 10_000,
    retryDownloads: 0,
    lateLinksMs: 0,
    ...fields,
  };
}

/** The HTTP of one attempt at a loopback server. */
export function upstreamAt(
  egress: Egress,
  server: Loopback,
  fields: Partial<UpstreamContext> = {},
): ReturnType<Egress["upstream"]> {
  return egress.upstream(contextFor(server.origin, fields));
}
