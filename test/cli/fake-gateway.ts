import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** One request as the fake gateway received it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly contentType: string;
  readonly body: Buffer;
}

/** What it answers. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export interface FakeGateway extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
}

/** A gateway on a free port that answers as the test says. */
export async function startFakeGateway(
  answer: (request: Received, origin: string) => Reply,
): Promise<FakeGateway> {
  const received: Received[] = [];
  let origin = "";
  const server = createServer((request, response) => {
    void read(request).then((seen) => {
      received.push(seen);
      const { status = 200, headers = {}, body } = answer(seen, origin);
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this kind.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: origin,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<Received> {
  return {
    method: request.method ?? "",
    path: request.url ?? "",
    authorization: request.headers.authorization,
    contentType: request.headers["content-type"] ?? "",
    body: await buffer(request),
  };
}
