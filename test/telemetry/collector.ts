import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { attributes, hex, inside, number, readMessage, text } from "./protobuf.ts";

/** A span as it arrived. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string;
  readonly traceState: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A collector of traces on loopback that decodes what it is sent. */
export interface Collector {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** All that was received, as it came. */
  bytes(): Buffer;
  /** A status for each message, `hang`, or the usual 200. */
  behave(next: number | "hang"): void;
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const requests: Collector["requests"] = [];
  const bodies: Buffer[] = [];
  let behaviour: number | "hang" = 200;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      requests.push({ path: request.url ?? "", headers: request.headers });
      bodies.push(body);
      if (behaviour === "hang") return;
      if (behaviour === 200) spans.push(...spansOf(body));
      response.writeHead(behaviour).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on TCP has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    requests,
    bytes: () => Buffer.concat(bodies),
    behave(next) {
      behaviour = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The spans of an ExportTraceServiceRequest. */
function spansOf(body: Buffer): ReceivedSpan[] {
  return inside(readMessage(body), 1).flatMap((ofResource) => {
    const [resource] = inside(ofResource, 1);
    return inside(ofResource, 2).flatMap((ofScope) =>
      inside(ofScope, 2).map((span) => ({
        traceId: hex(span, 1),
        spanId: hex(span, 2),
        traceState: text(span, 3),
        parentId: hex(span, 4),
        name: text(span, 5),
        kind: number(span, 6),
        startNs: number(span, 7),
        endNs: number(span, 8),
        attributes: attributes(span, 9),
        status: inside(span, 15).map((status) => number(status, 3))[0] ?? 0,
        resource: resource === undefined ? {} : attributes(resource, 1),
      })),
    );
  });
}
