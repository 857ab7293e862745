import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { asPinholeError, type PinholeError } from "../../src/core/errors.ts";
import { Picture } from "../../src/core/picture.ts";
import type { WireEvent } from "../../src/core/wire.ts";
import { createEgress, type UpstreamContext } from "../../src/net/egress.ts";
import { type Loopback, onRequest, rawServer, stubProvider, upstreamAt } from "./loopback.ts";
import { memorySpool, pictureBytes, pngBytes } from "./memory-spool.ts";

const egress = createEgress({ now: Date.now });
const servers: Loopback[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

/** A server that answers every request by hand. */
async function upstream(answer: (socket: Socket) => void): Promise<Loopback> {
  const server = await rawServer((socket) => onRequest(socket, () => answer(socket)));
  servers.push(server);
  return server;
}

const request = { url: "/images", json: { stream: true }, lift: ["b64_json", "data.*.b64_json"] };

/** All events, read slowly where that is asked for, and what the stream ended in. */
async function eventsOf(
  server: Loopback,
  fields: Partial<UpstreamContext> = {},
  pauseMs = 0,
): Promise<{ readonly events: WireEvent[]; readonly error: PinholeError | undefined }> {
  const events: WireEvent[] = [];
  try {
    for await (const event of upstreamAt(egress, server, fields).events(request)) {
      if (pauseMs > 0) await pause(pauseMs);
      events.push(event);
    }
    return { events, error: undefined };
  } catch (thrown) {
    return { events, error: asPinholeError(thrown) };
  }
}

const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
const chunked = `${head}transfer-encoding: chunked\r\n\r\n`;

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

function frame(type: string, bytes = 60): string {
  return `event: ${type}\ndata: {"type":"${type}","b64_json":"${pngBytes(bytes).toString("base64")}"}\n\n`;
}

function lengths(events: readonly WireEvent[]): unknown[] {
  return events.map((event) => {
    if ("answer" in event) return "answer";
    const picture = (event.json as { b64_json?: unknown } | undefined)?.b64_json;
    return picture instanceof Picture ? picture.bytes.byteLength : event.event;
  });
}

describe("a stream over a real connection", () => {
  test("a frame of five megabytes in small pieces", async () => {
    const text = frame("image_generation.completed", 5_000_000);
    const server = await upstream((socket) => {
      socket.write(chunked);
      for (let at = 0; at < text.length; at += 100_000)
        socket.write(chunk(text.slice(at, at + 100_000)));
      socket.end("0\r\n\r\n");
    });
    const spool = memorySpool();
    const { events, error } = await eventsOf(server, { spool });
    expect([error, lengths(events)]).toEqual([undefined, [5_000_000]]);
    const [event] = events;
    if (event === undefined || "answer" in event) throw new Error("no event");
    const { b64_json: picture } = event.json as { b64_json: unknown };
    expect((await pictureBytes(picture)).equals(pngBytes(5_000_000))).toBe(true);
    expect(spool.longestChunk).toBeLessThan(200_000);
  });

  test.each([
    ["chunked", (body: string) => `${chunked}${chunk(body)}0\r\n\r\n`],
    ["sized", (body: string) => `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`],
    ["ended by the connection", (body: string) => `${head}connection: close\r\n\r\n${body}`],
  ])("a slow reader gets all of it although the upstream closes at once: %s", async (_, answer) => {
    const frames = [1, 2, 3, 4].map((number) => frame("p", 40_000 * number)).join("");
    const server = await upstream((socket) => socket.end(answer(`${frames}data: [DONE]\n\n`)));
    const { events, error } = await eventsOf(server, {}, 20);
    expect(error).toBeUndefined();
    expect(lengths(events)).toEqual([40_000, 80_000, 120_000, 160_000, "message"]);
  });

  test("the next call uses the connection of a stream that was read to its last picture only", async () => {
    const server = await upstream((socket) => {
      socket.write(chunked + chunk(frame("image_generation.completed")));
      setTimeout(() => socket.write(`${chunk("data: [DONE]\n\n")}0\r\n\r\n`), 10);
    });
    for (let call = 0; call < 2; call += 1) {
      for await (const event of upstreamAt(egress, server).events(request)) {
        expect(lengths([event])).toEqual([60]);
        break;
      }
      await pause(400);
    }
    expect(server.connections).toBe(1);
  });
});

describe("how a stream fails", () => {
  const cases: [string, string, string, string, number][] = [
    [
      "cut in mid-frame",
      `${chunked}${chunk(frame("p"))}${chunk('data: {"b64_')}`,
      "upstream_failed",
      "unknown",
      1,
    ],
    ["cut before any event", chunked, "upstream_failed", "unknown", 0],
    [
      "cut in mid-picture",
      `${head}content-length: 900\r\n\r\n${frame("p").slice(0, 90)}`,
      "upstream_failed",
      "unknown",
      0,
    ],
    [
      "a status of refusal",
      "HTTP/1.1 429 Slow\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\n{}",
      "upstream_rate_limited",
      "refused",
      0,
    ],
    [
      "an error event before anything",
      `${chunked}${chunk('event: error\ndata: {"error":{"message":"busy"}}\n\n')}`,
      "upstream_refused",
      "refused",
      0,
    ],
    [
      "an error event after a picture",
      `${chunked}${chunk(`${frame("p")}event: error\ndata: {}\n\n`)}`,
      "upstream_refused",
      "refused",
      1,
    ],
    [
      "a plain answer that is cut",
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"data":',
      "upstream_failed",
      "unknown",
      0,
    ],
  ];
  test.each(cases)("%s", async (_, answer, code, evidence, count) => {
    const server = await upstream((socket) => socket.end(answer));
    const { events, error } = await eventsOf(server);
    expect(events).toHaveLength(count);
    expect(error).toMatchObject({ code, evidence });
  });

  test("what an error event means is for the provider to say, and its words are cleaned", async () => {
    const server = await upstream((socket) => {
      const error = { code: "moderation_blocked", message: "No, test-secret-0123456789." };
      socket.end(`${chunked}${chunk(`event: error\ndata: ${JSON.stringify({ error })}\n\n`)}`);
    });
    const provider = stubProvider({
      readError: ({ status, json }) => {
        expect([status, json]).toMatchObject([200, { error: { code: "moderation_blocked" } }]);
        return { code: "moderation_blocked", message: "No, test-secret-0123456789." };
      },
    });
    const { error } = await eventsOf(server, { provider });
    expect(error).toMatchObject({ code: "moderation_blocked", evidence: "caller" });
    expect(`${error?.message} ${error?.detail}`).not.toContain("test-secret");
  });

  test("a stream that goes on and on ends at the deadline", async () => {
    const server = await upstream((socket) => {
      socket.write(chunked);
      const timer = setInterval(() => socket.write(chunk(": still here\n\n")), 20);
      socket.once("close", () => clearInterval(timer));
    });
    const { error } = await eventsOf(server, { deadline: Date.now() + 200 });
    expect(error).toMatchObject({ code: "upstream_timeout", evidence: "unknown" });
  });

  test("a stream ends when the request is cancelled", async () => {
    const cancel = new AbortController();
    const server = await upstream((socket) => {
      socket.write(chunked + chunk(frame("p")));
    });
    let seen = 0;
    const reading = (async () => {
      for await (const _ of upstreamAt(egress, server, { signal: cancel.signal }).events(request)) {
        seen += 1;
        cancel.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: "upstream_failed" });
    expect(seen).toBe(1);
  });
});
