import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Exchange } from "./fixture.ts";

/** A request as it came over the wire. */
export interface WireRecord {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What the server does with one request. */
export type Reply =
  | {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer | string;
    }
  /** Takes the request and never answers. */
  | "hang";

/** Decides by the request; undefined: this request should never have come. */
export type Script = (request: WireRecord) => Promise<Reply | undefined>;

/** A real loopback server that plays an upstream. */
export interface ContractServer {
  /** `http://127.0.0.1:port` */
  readonly base: string;
  /** Starts over with another script; what came before is forgotten. */
  play(script: Script): void;
  /** Everything that came since `play`. */
  readonly seen: readonly WireRecord[];
  /** Requests of `seen` that the script knew nothing of. */
  readonly unexpected: readonly WireRecord[];
  /** Resolves once a request hangs. */
  hanging(): Promise<void>;
  /** Resolves once the connection of the hanging request has ended. */
  hungUp(): Promise<void>;
  close(): Promise<void>;
}

interface Signal {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // Without an encoding set, a request's chunks are buffers.
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function record(request: IncomingMessage): Promise<WireRecord> {
  const url = new URL(request.url ?? "/", "http://test");
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
  return {
    method: request.method ?? "",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers),
    body: await readBody(request),
  };
}

export async function startContractServer(): Promise<ContractServer> {
  let script: Script = async () => undefined;
  let seen: WireRecord[] = [];
  let unexpected: WireRecord[] = [];
  let hang: Signal = Promise.withResolvers<void>();
  let end: Signal = Promise.withResolvers<void>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const came = await record(request);
    seen.push(came);
    const reply = await script(came);
    if (reply === "hang") {
      const { resolve } = end;
      response.once("close", () => resolve());
      hang.resolve();
      return;
    }
    if (reply === undefined) unexpected.push(came);
    const { status, headers, body } = reply ?? { status: 599, headers: {}, body: "" };
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
    response.end(body);
  };
  const server = createServer((request, response) => {
    // A client that hangs up while its body is being read is no fault of the test.
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}`,
    play(next) {
      script = next;
      seen = [];
      unexpected = [];
      hang = Promise.withResolvers<void>();
      end = Promise.withResolvers<void>();
    },
    get seen() {
      return seen;
    },
    get unexpected() {
      return unexpected;
    },
    hanging: () => hang.promise,
    hungUp: () => end.promise,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * A script that answers as a fixture's exchanges say: the first unused one with the request's method
 * and path. `fits` compares the path of an exchange with that of a request.
 */
export function exchangeScript(
  exchanges: readonly Exchange[],
  fits: (path: string, asked: string) => boolean,
  reply: (exchange: Exchange, request: WireRecord, position: number) => Promise<Reply>,
): { readonly script: Script; readonly used: ReadonlyMap<Exchange, WireRecord> } {
  const used = new Map<Exchange, WireRecord>();
  return {
    used,
    async script(request) {
      const found = exchanges.find(
        (exchange) =>
          !used.has(exchange) &&
          exchange.request.method === request.method &&
          fits(exchange.request.path, request.path),
      );
      if (found === undefined) return undefined;
      used.set(found, request);
      return reply(found, request, used.size - 1);
    },
  };
}
