import type { Socket } from "node:net";
import { afterAll, afterEach, expect, test } from "vitest";
import { asPinholeError, type PinholeError } from "../../../src/core/errors.ts";
import type { ProviderEvent } from "../../../src/core/provider.ts";
import { createEgress } from "../../../src/net/egress.ts";
import ark from "../../../src/providers/ark/index.ts";
import { fakeTools, fittedRequest } from "../../dialects/fake-tools.ts";
import { type Loopback, onRequest, rawServer, upstreamAt } from "../../net/loopback.ts";
import { pngBytes } from "../../net/memory-spool.ts";

const egress = createEgress({ now: Date.now });
const servers: Loopback[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

const picture = (at: number) =>
  event("partial_succeeded", {
    image_index: at,
    b64_json: pngBytes(60 + at).toString("base64"),
    size: "2048x2048",
  });
const failure = (at: number, code: string) =>
  event("partial_failed", { image_index: at, error: { code, message: "No." } });
const completed = `${event("completed", { usage: { generated_images: 2 } })}data: [DONE]\n\n`;

function event(name: string, fields: object): string {
  const type = `image_generation.${name}`;
  return `event: ${type}\ndata: ${JSON.stringify({ type, model: "m", created: 1, ...fields })}\n\n`;
}

interface Made {
  readonly events: ProviderEvent[];
  readonly error: PinholeError | undefined;
}

/** What the provider makes of a stream, when three pictures were asked for. */
async function made(text: string): Promise<Made> {
  const answer = (socket: Socket): void => {
    socket.end(
      `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n${text}`,
    );
  };
  const server = await rawServer((socket) => onRequest(socket, () => answer(socket)));
  servers.push(server);
  const settings = ark.settings.parse({ api_key: "test-secret-ark", sequential: true });
  const events: ProviderEvent[] = [];
  try {
    const generated = ark.generate({
      ...fakeTools([]),
      http: upstreamAt(egress, server, { provider: ark }),
      request: fittedRequest({ n: 3, stream: true }),
      model: "seedream-4-5-251128",
      card: ark.models.find(({ name }) => name === "seedream-4-5-251128"),
      settings,
      options: {},
    });
    for await (const one of generated) events.push(one);
    return { events, error: undefined };
  } catch (thrown) {
    return { events, error: asPinholeError(thrown) };
  }
}

function sizes({ events }: Made): unknown[] {
  return events.map((one) => ("picture" in one ? one.picture.bytes.byteLength : one));
}

test("the pictures of a group come one by one, and one that failed is left out", async () => {
  const all = await made(
    picture(0) + failure(1, "OutputImageSensitiveContentDetected") + picture(2) + completed,
  );
  expect(all.error).toBeUndefined();
  expect(sizes(all)).toEqual([60, 62]);
  expect(all.events).toMatchObject([{ index: 0 }, { index: 1 }]);
});

test("where all failed, the first one's fault is told", async () => {
  const none = await made(
    failure(0, "OutputImageSensitiveContentDetected.PolicyViolation") +
      failure(1, "InternalServiceError") +
      completed,
  );
  expect(none.events).toEqual([]);
  expect(none.error).toMatchObject({ code: "moderation_blocked" });
});

test("a failure of the whole comes after the pictures before it", async () => {
  const broken = await made(
    `${picture(0)}event: error\ndata: {"error":{"code":"InternalServiceError","message":"x"}}\n\n`,
  );
  expect(sizes(broken)).toEqual([60]);
  expect(broken.error).toMatchObject({ code: "upstream_failed" });
});

test("a stream without any picture is no answer", async () => {
  expect((await made(completed)).error).toMatchObject({ code: "upstream_bad_answer" });
});

test("a channel whose groups are single calls is never asked to stream", () => {
  const settings = ark.settings.parse({ api_key: "test-secret-ark" });
  const sequential = ark.settings.parse({ api_key: "test-secret-ark", sequential: true });
  expect(ark.narrow?.(settings).takes("stream")).toBe(false);
  expect(ark.narrow?.(sequential).takes("stream")).toBe(true);
});
