import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { createEgress } from "../../src/net/egress.ts";
import { PinholeError } from "../../src/core/errors.ts";
import {
  httpServer,
  type Loopback,
  onRequest,
  rawServer,
  secretKey,
  stubProvider,
  upstreamAt,
} from "./loopback.ts";
import { memorySpool, pictureBytes, pngBytes, wideLimits } from "./memory-spool.ts";

const egress = createEgress({ now: Date.now, random: () => 0 });
const servers: Loopback[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

/** A server that answers the nth request by the nth step, the last one again and again. */
async function serving(
  ...steps: ((request: IncomingMessage, response: ServerResponse) => void)[]
): Promise<Loopback & { readonly came: IncomingMessage["headers"][] }> {
  const came: IncomingMessage["headers"][] = [];
  const server = await httpServer((request, response) => {
    came.push(request.headers);
    steps[Math.min(came.length, steps.length) - 1]?.(request, response);
  });
  servers.push(server);
  return Object.assign(server, { came });
}

const png = pngBytes(300_000);
const good = (_request: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(200, { "content-type": "application/octet-stream" }).end(png);
};
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(code, headers).end("no");
  };

describe("a download", () => {
  test("brings the bytes, and takes no credentials along", async () => {
    const server = await serving(good);
    const picture = await upstreamAt(egress, server).download(`${server.origin}/a.png?s=1`);
    expect((await pictureBytes(picture)).equals(png)).toBe(true);
    expect(server.came[0]).not.toHaveProperty("authorization");
    expect(server.came[0]).toMatchObject({ "accept-encoding": "identity" });
  });

  test.each([1, 2, 3])("follows %i redirects", async (count) => {
    const hops = Array.from({ length: count }, () => status(307, { location: "/next.png" }));
    const server = await serving(...hops, good);
    const picture = await upstreamAt(egress, server).download(`${server.origin}/`);
    expect(picture.bytes.byteLength).toBe(png.length);
    expect(server.came).toHaveLength(count + 1);
  });

  test("follows no fourth", async () => {
    const server = await serving(status(302, { location: "/again" }));
    const downloading = upstreamAt(egress, server).download(`${server.origin}/`);
    await expect(downloading).rejects.toMatchObject({ code: "upstream_bad_answer" });
    expect(server.came).toHaveLength(4);
  });

  test.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ["a broken connection", (_request, response) => response.destroy()],
    [
      "a truncated body",
      (_request, response) => {
        response.writeHead(200, { "content-length": png.length });
        response.write(png.subarray(0, 1000), () => response.destroy());
      },
    ],
  ])("is tried again after %s, as a download", async (_name, fault) => {
    const server = await serving(fault, fault, good);
    const spool = memorySpool();
    const http = upstreamAt(egress, server, { retryDownloads: 2, spool });
    const picture = await http.download(`${server.origin}/`);
    expect((await pictureBytes(picture)).equals(png)).toBe(true);
    expect(server.came).toHaveLength(3);
    expect(spool.begun).toBe(spool.ended + spool.aborted);
  });

  test("is given up after its tries", async () => {
    const server = await serving((_request, response) => response.destroy());
    const downloading = upstreamAt(egress, server, { retryDownloads: 1 }).download(server.origin);
    await expect(downloading).rejects.toMatchObject({ code: "upstream_bad_answer" });
    expect(server.came).toHaveLength(2);
  });

  test.each([403, 404, 408, 425, 429, 500, 503, 520])(
    "is asked for again while its link answers %i",
    async (code) => {
      const server = await serving(status(code), status(code), good);
      const http = upstreamAt(egress, server, { lateLinksMs: 5_000 });
      const picture = await http.download(`${server.origin}/`);
      expect((await pictureBytes(picture)).equals(png)).toBe(true);
      expect(server.came).toHaveLength(3);
    },
  );

  test.each([403, 404, 503])("is given up where its link goes on to answer %i", async (code) => {
    const server = await serving(status(code));
    const http = upstreamAt(egress, server, { lateLinksMs: 400, retryDownloads: 100 });
    await expect(http.download(server.origin)).rejects.toMatchObject({
      code: "upstream_bad_answer",
    });
    // After 0, 125 and 375 ms; each 403 is met by another try with the key.
    const once = server.came.filter(({ authorization }) => authorization === undefined);
    expect(once.length).toBeLessThanOrEqual(3);
    expect(once.length).toBeGreaterThan(1);
  });

  test("waits as long as the link asks, and not at all where that is too long", async () => {
    const server = await serving(status(503, { "retry-after-ms": "300" }), good);
    const began = performance.now();
    await upstreamAt(egress, server, { lateLinksMs: 5_000 }).download(server.origin);
    expect(performance.now() - began).toBeGreaterThan(290);
    const slow = await serving(status(503, { "retry-after": "60" }), good);
    const downloading = upstreamAt(egress, slow, { lateLinksMs: 5_000 }).download(slow.origin);
    await expect(downloading).rejects.toMatchObject({ code: "upstream_bad_answer" });
    expect(slow.came).toHaveLength(1);
  });

  test("a refused port is no proof that nothing was made", async () => {
    const server = await serving(good);
    await server.close();
    const downloading = upstreamAt(egress, server).download(server.origin);
    await expect(downloading).rejects.toMatchObject({ code: "upstream_bad_answer" });
  });

  test("that stalls ends at the deadline", async () => {
    const server = await rawServer((socket) =>
      onRequest(socket, () => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")),
    );
    servers.push(server);
    const http = upstreamAt(egress, server, { deadline: Date.now() + 300, retryDownloads: 3 });
    await expect(http.download(server.origin)).rejects.toMatchObject({ code: "upstream_timeout" });
    expect(server.connections).toBe(1);
  });

  test("ends with the request", async () => {
    const server = await serving(status(500));
    const signal = AbortSignal.timeout(60);
    const http = upstreamAt(egress, server, { signal, lateLinksMs: 60_000 });
    await expect(http.download(server.origin)).rejects.toMatchObject({ code: "upstream_failed" });
  });

  test.each(["data:image/png;base64,", "DATA:;BASE64,"])("decodes %s…", async (prefix) => {
    const server = await serving(good);
    const picture = await upstreamAt(egress, server).download(prefix + png.toString("base64"));
    expect((await pictureBytes(picture)).equals(png)).toBe(true);
    expect(server.connections).toBe(0);
  });

  test.each(["data:image/png,abc", "data:image/png;base64", "data:;base64,@@@@", "data:;base64,Ł"])(
    "refuses %j",
    async (url) => {
      const server = await serving(good);
      const downloading = upstreamAt(egress, server).download(url);
      await expect(downloading).rejects.toMatchObject({ code: "upstream_bad_answer" });
    },
  );
});

describe("a link of the upstream itself that wants its key", () => {
  const key = `Bearer ${secretKey}`;
  const locked =
    (code: number) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      if (request.headers.authorization === key) good(request, response);
      else response.writeHead(code).end("no key");
    };

  test.each([401, 403])("is asked with it after a %i without", async (code) => {
    const server = await serving(locked(code));
    const picture = await upstreamAt(egress, server).download(`${server.origin}/a.png`);
    expect((await pictureBytes(picture)).equals(png)).toBe(true);
    expect(server.came.map(({ authorization }) => authorization)).toEqual([undefined, key]);
  });

  test("is asked without it where that is enough, and where another status comes", async () => {
    const open = await serving(good);
    await upstreamAt(egress, open).download(`${open.origin}/a.png`);
    const missing = await serving(status(404));
    const downloading = upstreamAt(egress, missing).download(`${missing.origin}/a.png`);
    await expect(downloading).rejects.toMatchObject({ code: "upstream_bad_answer" });
    expect([...open.came, ...missing.came].filter(({ authorization }) => authorization)).toEqual(
      [],
    );
  });

  test.each([401, 403])("a link elsewhere that answers %i never sees it", async (code) => {
    const upstream = await serving(good);
    const elsewhere = await serving(locked(code));
    const provider = stubProvider({ resultHosts: ["127.0.0.1"], credentialHosts: ["127.0.0.1"] });
    const allowing = createEgress({
      now: Date.now,
      allowPrivate: { hosts: ["127.0.0.1"], cidrs: [], http: true, ports: [elsewhere.port] },
    });
    const downloading = upstreamAt(allowing, upstream, { provider }).download(
      `${elsewhere.origin}/`,
    );
    await expect(downloading).rejects.toMatchObject({ code: "upstream_bad_answer" });
    expect(elsewhere.came.map(({ authorization }) => authorization)).toEqual([undefined]);
    await allowing.close();
  });

  test("a redirect from it to elsewhere leaves it behind", async () => {
    const elsewhere = await serving(good);
    const server = await serving((request, response) => {
      const isKnown = request.headers.authorization === key;
      response.writeHead(isKnown ? 302 : 401, { location: `${elsewhere.origin}/b.png` }).end();
    });
    const allowing = createEgress({
      now: Date.now,
      allowPrivate: { hosts: ["127.0.0.1"], cidrs: [], http: true, ports: [elsewhere.port] },
    });
    const picture = await upstreamAt(allowing, server).download(`${server.origin}/a.png`);
    expect(picture.bytes.byteLength).toBe(png.length);
    expect(elsewhere.came.map(({ authorization }) => authorization)).toEqual([undefined]);
    await allowing.close();
  });

  test("a token that cannot be had does not make a made picture a refusal", async () => {
    const server = await serving(status(401));
    const provider = stubProvider({
      async authorize() {
        throw new PinholeError("upstream_credentials", { message: "no token" });
      },
    });
    const downloading = upstreamAt(egress, server, { provider }).download(server.origin);
    await expect(downloading).rejects.toMatchObject({ code: "upstream_bad_answer" });
  });
});

describe("a caller's picture", () => {
  const allowPrivate = (server: Loopback) => ({
    hosts: [],
    cidrs: ["127.0.0.1/32"],
    http: true,
    ports: [server.port],
  });
  const options = {
    spool: memorySpool(),
    limits: wideLimits,
    signal: new AbortController().signal,
    timeoutMs: 5000,
    param: "mask",
  };

  test("is fetched, and its faults name the field", async () => {
    const server = await serving(
      good,
      good,
      (_request, response) => response.end("text"),
      status(404),
    );
    const local = createEgress({ now: Date.now, allowPrivate: allowPrivate(server) });
    const picture = await local.fetchCallerPicture(server.origin, options);
    expect((await pictureBytes(picture)).equals(png)).toBe(true);
    const small = { ...options, limits: { ...wideLimits, bytesMax: 1000 } };
    await expect(local.fetchCallerPicture(server.origin, small)).rejects.toMatchObject({
      code: "image_too_large",
      param: "mask",
    });
    for (const _answer of ["text", "404"]) {
      await expect(local.fetchCallerPicture(server.origin, options)).rejects.toMatchObject({
        code: "invalid_image",
        param: "mask",
      });
    }
    await local.close();
  });

  test("ends at its time limit", async () => {
    const server = await rawServer((socket) => onRequest(socket, () => {}));
    servers.push(server);
    const local = createEgress({ now: Date.now, allowPrivate: allowPrivate(server) });
    const fetching = local.fetchCallerPicture(server.origin, { ...options, timeoutMs: 60 });
    await expect(fetching).rejects.toMatchObject({ code: "invalid_image", param: "mask" });
    await local.close();
  });
});
