import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import type { WireRequest } from "../../src/core/wire.ts";
import { EncodedPicture } from "../../src/core/wire.ts";
import { createEgress, type UpstreamContext } from "../../src/net/egress.ts";
import {
  contextFor,
  httpServer,
  type Loopback,
  onRequest,
  rawServer,
  upstreamAt,
} from "./loopback.ts";
import { memorySpool, pictureBytes, pngBytes, pngPicture } from "./memory-spool.ts";

const egress = createEgress({ now: Date.now });
const servers: Loopback[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

async function raw(handle: (socket: Socket) => void): Promise<Loopback> {
  const server = await rawServer(handle);
  servers.push(server);
  return server;
}

interface Ending {
  readonly code: string | undefined;
  readonly sent: boolean;
}

/** How a call to this base URL ends, and whether it was said to have been sent. */
async function endOf(
  baseUrl: string,
  fields: Partial<UpstreamContext> = {},
  request: WireRequest = { url: "/", json: { prompt: "fox" } },
): Promise<Ending> {
  let sent = false;
  const context = contextFor(baseUrl, { ...fields, onSent: () => (sent = true) });
  try {
    await egress.upstream(context).call(request);
    return { code: undefined, sent };
  } catch (thrown) {
    if (!(thrown instanceof PinholeError)) throw thrown;
    return { code: thrown.code, sent };
  }
}

const never = { code: "upstream_unreachable", sent: false };

describe("nothing was sent", () => {
  test("a port that refuses", async () => {
    const server = await raw(() => {});
    await server.close();
    expect(await endOf(server.origin)).toEqual(never);
  });

  test("a server that speaks no TLS", async () => {
    const server = await raw((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"));
    expect(await endOf(`https://127.0.0.1:${server.port}`)).toEqual(never);
  });

  test("a connection that closes before TLS stands", async () => {
    const server = await raw((socket) => socket.destroy());
    expect(await endOf(`https://127.0.0.1:${server.port}`)).toEqual(never);
  });

  test("a connection that does not come to stand in time", async () => {
    const server = await raw(() => {});
    expect(await endOf(`https://127.0.0.1:${server.port}`, { connectMs: 50 })).toEqual(never);
  });

  test("a deadline that is over, or passes while connecting", async () => {
    const server = await raw(() => {});
    const base = `https://127.0.0.1:${server.port}`;
    expect(await endOf(base, { deadline: Date.now() - 1 })).toEqual(never);
    expect(await endOf(base, { deadline: Date.now() + 50 })).toEqual(never);
  });

  test("a request cancelled before or while connecting", async () => {
    const server = await raw(() => {});
    const base = `https://127.0.0.1:${server.port}`;
    expect(await endOf(base, { signal: AbortSignal.abort() })).toEqual(never);
    expect(await endOf(base, { signal: AbortSignal.timeout(30) })).toEqual(never);
  });

  test("a late connection is not used by a call that was given up", async () => {
    const requests: string[] = [];
    const server = await raw((socket) => onRequest(socket, (text) => requests.push(text)));
    const controller = new AbortController();
    const ending = endOf(server.origin, { signal: controller.signal });
    controller.abort();
    expect(await ending).toEqual(never);
    expect(await endOf(server.origin, { signal: AbortSignal.timeout(200) })).toMatchObject({
      sent: true,
    });
    expect(requests).toHaveLength(1);
  });
});

describe("it was sent, and nobody knows what became of it", () => {
  const failed = { code: "upstream_failed", sent: true };
  const late = { code: "upstream_timeout", sent: true };
  const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

  test.each<[string, (socket: Socket) => void]>([
    ["closed at once", (socket) => socket.end()],
    ["closed after the request", (socket) => onRequest(socket, () => socket.end())],
    ["reset after the request", (socket) => onRequest(socket, () => socket.resetAndDestroy())],
    ["closed inside the head", (socket) => onRequest(socket, () => socket.end("HTTP/1.1 200 O"))],
    [
      "cut in a sized answer",
      (socket) =>
        onRequest(socket, () => socket.end(`${head}content-length: 100\r\n\r\n{"data":[`)),
    ],
    [
      "reset in a sized answer",
      (socket) =>
        onRequest(socket, () => {
          socket.write(`${head}content-length: 100\r\n\r\n{"data":[`, () =>
            socket.resetAndDestroy(),
          );
        }),
    ],
    [
      "cut in a chunked answer",
      (socket) =>
        onRequest(socket, () => socket.end(`${head}transfer-encoding: chunked\r\n\r\n5\r\n{"a":`)),
    ],
    ["answered with no HTTP", (socket) => onRequest(socket, () => socket.end("SSH-2.0-x\r\n\r\n"))],
  ])("a connection %s", async (_name, handle) => {
    const server = await raw(handle);
    expect(await endOf(server.origin)).toEqual(failed);
    // Never sent twice, not by undici either.
    expect(server.connections).toBe(1);
  });

  test("a connection reset at once is what its moment made it", async () => {
    const server = await raw((socket) => socket.resetAndDestroy());
    const { code, sent } = await endOf(server.origin);
    expect(code).toBe(sent ? "upstream_failed" : "upstream_unreachable");
    expect(server.connections).toBe(1);
  });

  test("a server that never answers, or never ends its answer", async () => {
    const silent = await raw((socket) => onRequest(socket, () => {}));
    expect(await endOf(silent.origin, { deadline: Date.now() + 300 })).toEqual(late);
    const slow = await raw((socket) =>
      onRequest(socket, () => socket.write(`${head}content-length: 100\r\n\r\n{`)),
    );
    expect(await endOf(slow.origin, { deadline: Date.now() + 300 })).toEqual(late);
  });

  test("heartbeats do not move the deadline", async () => {
    const server = await raw((socket) =>
      onRequest(socket, () => {
        socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
        const beat = setInterval(() => socket.write("1\r\n \r\n"), 10);
        socket.once("close", () => clearInterval(beat));
      }),
    );
    expect(await endOf(server.origin, { deadline: Date.now() + 300 })).toEqual(late);
  });

  test("a request cancelled in the middle drops its connection and its half picture", async () => {
    const closed = Promise.withResolvers<void>();
    const spool = memorySpool();
    const controller = new AbortController();
    const server = await raw((socket) => {
      socket.once("close", () => closed.resolve());
      onRequest(socket, () => {
        const text = pngBytes(60_000).toString("base64");
        socket.write(`${head}content-length: 900000\r\n\r\n{"image":"${text}`);
        setTimeout(() => controller.abort(), 50);
      });
    });
    const request = { url: "/", json: {}, lift: ["image"] };
    expect(await endOf(server.origin, { spool, signal: controller.signal }, request)).toEqual(
      failed,
    );
    await closed.promise;
    expect(spool).toMatchObject({ begun: 1, ended: 0, aborted: 1 });
  });

  test("the canceller's own error is the call's error", async () => {
    const server = await raw((socket) => onRequest(socket, () => {}));
    const controller = new AbortController();
    const reason = new PinholeError("overloaded", { message: "The gateway is stopping." });
    setTimeout(() => controller.abort(reason), 30);
    const calling = upstreamAt(egress, server, { signal: controller.signal }).call({ url: "/" });
    await expect(calling).rejects.toBe(reason);
  });

  test("a body that cannot be read is no fault of the upstream", async () => {
    const server = await raw((socket) => socket.resume());
    const picture = pngPicture(300_000);
    const broken = {
      ...picture,
      bytes: {
        ...picture.bytes,
        async *chunks() {
          yield Buffer.alloc(1000);
          throw new PinholeError("storage_full", { message: "No room." });
        },
      },
    };
    const json = { image: new EncodedPicture(broken, "base64") };
    const calling = upstreamAt(egress, server).call({ url: "/", json });
    await expect(calling).rejects.toMatchObject({ code: "storage_full" });
  });
});

describe("an answer is whole", () => {
  test("though the request was not read to its end", async () => {
    const server = await httpServer((request, response) => {
      request.resume();
      response.writeHead(400, { connection: "close", "content-type": "application/json" });
      response.end('{"error":"too large for us"}');
    });
    servers.push(server);
    const json = { image: new EncodedPicture(pngPicture(5_000_000), "base64") };
    expect(await endOf(server.origin, {}, { url: "/", json })).toEqual({
      code: "invalid_value",
      sent: true,
    });
  });

  const png = pngBytes(600_001);
  const body = Buffer.from(`{"data":[{"b64_json":"${png.toString("base64")}"}]}`);

  function chunked(bytes: Buffer): Buffer {
    const parts: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 50_000) {
      const part = bytes.subarray(at, at + 50_000);
      parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"));
    }
    return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
  }

  const forms: readonly [string, string, Buffer][] = [
    ["sized", `content-length: ${body.length}\r\n`, body],
    [
      "sized, keep-alive of 1 s",
      `content-length: ${body.length}\r\nkeep-alive: timeout=1\r\n`,
      body,
    ],
    ["chunked", "transfer-encoding: chunked\r\n", chunked(body)],
    [
      "chunked, keep-alive of 1 s",
      "transfer-encoding: chunked\r\nkeep-alive: timeout=1\r\n",
      chunked(body),
    ],
    ["ended by the close", "connection: close\r\n", body],
  ];

  /** Writes in pieces with a pause between, and closes right behind the last byte. */
  async function writeAndClose(
    socket: Socket,
    bytes: Buffer,
    piece: number,
    ms: number,
  ): Promise<void> {
    for (let at = 0; at < bytes.length && !socket.destroyed; at += piece) {
      const part = bytes.subarray(at, at + piece);
      if (at + piece >= bytes.length) socket.end(part);
      else socket.write(part);
      if (ms > 0) await pause(ms);
    }
  }

  for (const [form, header, bytes] of forms) {
    for (const [pace, piece, ms] of [
      ["at once", bytes.length, 0],
      ["in pieces", 65_536, 0],
      ["slowly", 100_000, 5],
      ["slowly, the last byte alone", bytes.length - 1, 20],
    ] as const) {
      test(`though the connection closes right behind it: ${form}, ${pace}`, async () => {
        const server = await raw((socket) =>
          onRequest(socket, () => {
            socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${header}\r\n`);
            void writeAndClose(socket, bytes, piece, ms);
          }),
        );
        const calls = Array.from({ length: 4 }, () =>
          upstreamAt(egress, server).call({ url: "/", json: {}, lift: ["data.*.b64_json"] }),
        );
        for (const { json } of await Promise.all(calls)) {
          const { data } = json as { data: { b64_json: unknown }[] };
          expect((await pictureBytes(data[0]?.b64_json)).equals(png)).toBe(true);
        }
      });
    }
  }

  test("though the transport's own end mark is lost behind a whole document", async () => {
    const server = await raw((socket) =>
      onRequest(socket, () => {
        const text = '{"data":[]}';
        socket.end(
          `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n`,
        );
      }),
    );
    const answer = await upstreamAt(egress, server).call({ url: "/", json: {} });
    expect(answer.json).toEqual({ data: [] });
  });

  test("a kept connection that the server closes while idle costs no later call", async () => {
    const server = await raw((socket) =>
      onRequest(socket, () => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nkeep-alive: timeout=60\r\n\r\n{}");
        setTimeout(() => socket.end(), 20);
      }),
    );
    for (let count = 0; count < 4; count += 1) {
      expect(await endOf(server.origin)).toEqual({ code: undefined, sent: true });
      await pause(60);
    }
  });
});
