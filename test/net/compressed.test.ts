import { constants, createGzip } from "node:zlib";
import * as zlib from "node:zlib";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { WireEvent } from "../../src/core/wire.ts";
import { createEgress } from "../../src/net/egress.ts";
import { httpServer, type Loopback, upstreamAt } from "./loopback.ts";
import { memorySpool, pictureBytes, pngBytes } from "./memory-spool.ts";

const egress = createEgress({ now: Date.now, random: () => 0 });
const servers: Loopback[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

const encoders: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: zlib.gzipSync,
  "x-gzip": zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: (bytes) =>
    zlib.brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } }),
  zstd: zlib.zstdCompressSync,
};

interface Written {
  readonly status?: number;
  readonly type?: string;
  readonly encoding?: string;
  /** Sent without a length. */
  readonly chunked?: boolean;
}

/** A server that answers everything with these bytes. */
async function answering(body: Buffer, written: Written): Promise<Loopback> {
  const server = await httpServer((request, response) => {
    request.resume();
    response.writeHead(written.status ?? 200, {
      "content-type": written.type ?? "application/json",
      ...(written.encoding === undefined ? {} : { "content-encoding": written.encoding }),
      ...(written.chunked === true ? {} : { "content-length": body.length }),
    });
    response.end(body);
  });
  servers.push(server);
  return server;
}

/** A picture that does not compress, as real ones do not. */
const png = noise(300_000);
function noise(length: number): Buffer {
  const bytes = pngBytes(length);
  let state = 1;
  for (let at = 4; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

const json = Buffer.from(JSON.stringify({ data: [{ b64_json: png.toString("base64") }] }));
const lift = ["data.*.b64_json"];

const pictureOf = async (answer: { readonly json: unknown }): Promise<Buffer> =>
  // What the server sent.
  pictureBytes((answer.json as { data: { b64_json: unknown }[] }).data[0]?.b64_json);

describe.each(Object.entries(encoders))("an answer in %s", (encoding, encode) => {
  test.each([false, true])("is read as JSON with its picture (chunked: %j)", async (chunked) => {
    const server = await answering(encode(json), { encoding, chunked });
    const answer = await upstreamAt(egress, server).call({ url: "/", json: {}, lift });
    expect((await pictureOf(answer)).equals(png)).toBe(true);
    expect(answer.headers).not.toHaveProperty("content-encoding");
    expect(answer.headers).not.toHaveProperty("content-length");
  });

  test("is read as a picture", async () => {
    const server = await answering(encode(png), { encoding, type: "image/png" });
    const answer = await upstreamAt(egress, server).call({ url: "/", json: {} });
    expect((await pictureBytes(answer.picture)).equals(png)).toBe(true);
  });

  test("is read as a download", async () => {
    const server = await answering(encode(png), {
      encoding: encoding.toUpperCase(),
      type: "image/png",
    });
    const picture = await upstreamAt(egress, server).download(`${server.origin}/a.png`);
    expect((await pictureBytes(picture)).equals(png)).toBe(true);
  });

  test("is read as events", async () => {
    const text = `data: ${JSON.stringify({ b64_json: png.toString("base64") })}\n\ndata: [DONE]\n\n`;
    const server = await answering(encode(Buffer.from(text)), {
      encoding,
      type: "text/event-stream",
    });
    const events: WireEvent[] = [];
    const http = upstreamAt(egress, server);
    for await (const event of http.events({ url: "/", json: {}, lift: ["b64_json"] }))
      events.push(event);
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({ fault: undefined });
  });

  test("is read as an error, whose words reach the caller", async () => {
    const body = Buffer.from(JSON.stringify({ error: { message: "size 7x7 is not supported" } }));
    const server = await answering(encode(body), { encoding, status: 400 });
    await expect(upstreamAt(egress, server).call({ url: "/", json: {} })).rejects.toMatchObject({
      code: "invalid_value",
      message: "size 7x7 is not supported",
    });
  });

  test("that grows beyond all measure is given up, and its picture forgotten", async () => {
    const bomb = encode(Buffer.concat([Buffer.from('{"text":"'), Buffer.alloc(20_000_000, " ")]));
    const server = await answering(bomb, { encoding });
    const spool = memorySpool();
    const calling = upstreamAt(egress, server, { spool }).call({ url: "/", json: {}, lift });
    await expect(calling).rejects.toMatchObject({ code: "upstream_bad_answer" });
    expect(spool.begun).toBe(spool.aborted + spool.ended);
  });

  test("an error that is a bomb says as much as is kept", async () => {
    const bomb = encode(Buffer.alloc(20_000_000, "x"));
    const server = await answering(bomb, { encoding, status: 500, type: "text/plain" });
    await expect(upstreamAt(egress, server).call({ url: "/", json: {} })).rejects.toMatchObject({
      code: "upstream_failed",
    });
  });

  test("that ends too early is no answer", async () => {
    const server = await answering(encode(json).subarray(0, 100_000), { encoding });
    const calling = upstreamAt(egress, server).call({ url: "/", json: {}, lift });
    await expect(calling).rejects.toMatchObject({ code: "upstream_bad_answer" });
  });
});

// The other two have no checksum.
test.each([
  ["gzip", zlib.gzipSync],
  ["deflate", zlib.deflateSync],
] as const)("an answer in %s that is damaged is none", async (encoding, encode) => {
  const damaged = encode(json);
  damaged.fill(0xee, Math.floor(damaged.length / 2), Math.floor(damaged.length / 2) + 40);
  const server = await answering(damaged, { encoding });
  const spool = memorySpool();
  const calling = upstreamAt(egress, server, { spool }).call({ url: "/", json: {}, lift });
  await expect(calling).rejects.toMatchObject({ code: "upstream_bad_answer" });
  expect(spool.begun).toBe(spool.aborted + spool.ended);
});

describe("what an answer says of its encoding", () => {
  test.each(["identity", "utf-8", "none", "", "aws-chunked"])("%j is none", async (encoding) => {
    const server = await answering(json, { encoding });
    const answer = await upstreamAt(egress, server).call({ url: "/", json: {}, lift });
    expect((await pictureOf(answer)).equals(png)).toBe(true);
  });

  test.each(["gzip", "zstd"])("%s of what is plain is not believed", async (encoding) => {
    const server = await answering(json, { encoding });
    const answer = await upstreamAt(egress, server).call({ url: "/", json: {}, lift });
    expect((await pictureOf(answer)).equals(png)).toBe(true);
  });

  test("deflate may be the bare format", async () => {
    const server = await answering(zlib.deflateRawSync(json), { encoding: "deflate" });
    const answer = await upstreamAt(egress, server).call({ url: "/", json: {}, lift });
    expect((await pictureOf(answer)).equals(png)).toBe(true);
  });

  test("two encodings are undone, three are too many", async () => {
    const twice = await answering(zlib.brotliCompressSync(zlib.gzipSync(json)), {
      encoding: "gzip, br",
    });
    const answer = await upstreamAt(egress, twice).call({ url: "/", json: {}, lift });
    expect((await pictureOf(answer)).equals(png)).toBe(true);
    const thrice = await answering(json, { encoding: "gzip, gzip, gzip" });
    await expect(upstreamAt(egress, thrice).call({ url: "/", json: {} })).rejects.toMatchObject({
      code: "upstream_bad_answer",
    });
  });

  test("no body needs no decoder", async () => {
    const server = await answering(Buffer.alloc(0), { encoding: "gzip" });
    const answer = await upstreamAt(egress, server).call({ url: "/", json: {} });
    expect(answer).toMatchObject({ status: 200, json: undefined });
  });
});

test("a compressed stream's events come as they are sent, and its error at once", async () => {
  const server = await httpServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" });
    const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    gzip.pipe(response);
    gzip.write('data: {"type":"first"}\n\n');
    setTimeout(() => gzip.write('data: {"error":{"code":"x","message":"no"}}\n\n'), 20);
    // It never ends the stream.
  });
  servers.push(server);
  const events: WireEvent[] = [];
  const reading = async (): Promise<void> => {
    for await (const event of upstreamAt(egress, server).events({ url: "/", json: {} })) {
      events.push(event);
    }
  };
  await expect(reading()).rejects.toMatchObject({ code: "upstream_refused" });
  expect(events).toMatchObject([{ json: { type: "first" } }]);
});

test("a compressed answer ends with the request", async () => {
  const server = await httpServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
    response.write(zlib.gzipSync(json).subarray(0, 50_000));
  });
  servers.push(server);
  const signal = AbortSignal.timeout(300);
  const calling = upstreamAt(egress, server, { signal }).call({ url: "/", json: {}, lift });
  await expect(calling).rejects.toMatchObject({ code: "upstream_failed" });
});
