import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, onTestFinished, test } from "vitest";
import { Picture } from "../../src/core/picture.ts";
import type { Provider } from "../../src/core/provider.ts";
import { EncodedPicture } from "../../src/core/wire.ts";
import { createEgress } from "../../src/net/egress.ts";
import { fileBytes } from "../../src/pictures/picture-bytes.ts";
import {
  httpServer,
  type Loopback,
  onRequest,
  rawServer,
  secretKey,
  stubProvider,
  upstreamAt,
} from "./loopback.ts";
import { pictureBytes, pngBytes, pngPicture } from "./memory-spool.ts";

const egress = createEgress({ now: Date.now, userAgent: "pinhole-test" });
const servers: Loopback[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
afterAll(() => egress.close());

interface Came {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Answers every request alike and keeps what came. */
async function answering(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer | string,
): Promise<Loopback & { readonly came: readonly Came[] }> {
  const came: Came[] = [];
  const read = async (request: IncomingMessage): Promise<void> => {
    const chunks: Buffer[] = [];
    // A request without an encoding is read as buffers.
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url, headers: sent } = request;
    came.push({ method, url, headers: sent, body: Buffer.concat(chunks) });
  };
  const server = await httpServer((request, response) => {
    void read(request).then(() => response.writeHead(status, headers).end(body));
  });
  servers.push(server);
  return Object.assign(server, { came });
}

const jsonType = { "content-type": "application/json" };

test("a connection that rested is not trusted with another call, since its server may be closing it", async () => {
  const server = await rawServer((socket) => {
    onRequest(socket, () =>
      socket.write(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
      ),
    );
  });
  servers.push(server);
  const call = (): Promise<unknown> => upstreamAt(egress, server).call({ url: "/v1", json: {} });
  await call();
  await sleep(50);
  await call();
  expect(server.connections).toBe(1);
  await sleep(700);
  await call();
  expect(server.connections).toBe(2);
});

describe("a call", () => {
  test("posts JSON with pictures written into it, authorised, with its length", async () => {
    const server = await answering(200, jsonType, '{"ok":true}');
    const picture = pngPicture(200_000);
    const answer = await upstreamAt(egress, server).call({
      url: "/v1/edits",
      query: { a: "1 2", b: undefined },
      headers: { "X-Extra": "y" },
      json: { prompt: "fox", image: new EncodedPicture(picture, "data_url") },
    });
    expect(answer).toMatchObject({ status: 200, json: { ok: true }, picture: undefined });
    expect(answer.headers["content-type"]).toBe("application/json");
    const [came] = server.came;
    expect(came?.method).toBe("POST");
    expect(came?.url).toBe("/v1/edits?a=1+2");
    expect(came?.headers).toMatchObject({
      authorization: `Bearer ${secretKey}`,
      "x-extra": "y",
      "user-agent": "pinhole-test",
      "accept-encoding": "identity",
      "content-type": "application/json",
      "content-length": String(came?.body.length),
    });
    const url = `data:image/png;base64,${pngBytes(200_000).toString("base64")}`;
    expect(came?.body.toString() === JSON.stringify({ prompt: "fox", image: url })).toBe(true);
  });

  test("posts forms and bare pictures, and gets without a body", async () => {
    const server = await answering(200, {}, "");
    const http = upstreamAt(egress, server);
    const picture = pngPicture(70_000);
    await http.call({ url: "/form", form: [{ name: "image[]", value: picture }] });
    await http.call({ url: "/body", body: picture, method: "PUT" });
    expect(await http.call({ url: "/none" })).toMatchObject({ json: undefined });
    const [form, body, none] = server.came;
    expect(form?.headers["content-type"]).toMatch(/^multipart\/form-data; boundary=/);
    expect(form?.headers["content-length"]).toBe(String(form?.body.length));
    expect(form?.body.includes(pngBytes(70_000))).toBe(true);
    expect(body).toMatchObject({ method: "PUT", headers: { "content-type": "image/png" } });
    expect(body?.body.equals(pngBytes(70_000))).toBe(true);
    expect(none).toMatchObject({ method: "GET" });
    expect(none?.headers["content-length"]).toBeUndefined();
  });

  test("a large file comes whole at an upstream that reads slowly, in each kind of body", async () => {
    const random = randomBytes(24 * 1024 * 1024);
    const folder = mkdtempSync(join(tmpdir(), "pinhole-slow-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "picture");
    writeFileSync(path, random);
    const facts = { width: 1, height: 1, alpha: false, frames: 1, orientation: 1 } as const;
    const bytes = fileBytes(path, random.length);
    const picture = new Picture(bytes, { format: "png", ...facts });
    const bodies: Buffer[] = [];
    const read = async (request: IncomingMessage): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        // More than the sockets between hold, so that the writer has to wait again and again.
        if (chunks.push(chunk as Buffer) % 32 === 0) await sleep(5);
      }
      bodies.push(Buffer.concat(chunks));
    };
    const server = await httpServer(
      (request, response) => void read(request).then(() => response.end("{}")),
    );
    servers.push(server);
    const http = upstreamAt(egress, server);
    await http.call({ url: "/form", form: [{ name: "image", value: picture }] });
    await http.call({ url: "/body", body: picture });
    await http.call({ url: "/json", json: { image: new EncodedPicture(picture, "base64") } });
    const [form, body, json] = bodies;
    expect(form?.includes(random)).toBe(true);
    expect(body?.equals(random)).toBe(true);
    expect(json?.equals(Buffer.from(`{"image":"${random.toString("base64")}"}`))).toBe(true);
  });

  test("lifts pictures out of the answer", async () => {
    const png = pngBytes(300_000);
    const body = JSON.stringify({ data: [{ b64_json: png.toString("base64") }] });
    const server = await answering(200, jsonType, body);
    const { json } = await upstreamAt(egress, server).call({ url: "/", lift: ["data.*.b64_json"] });
    const { data } = json as { data: { b64_json: unknown }[] };
    expect((await pictureBytes(data[0]?.b64_json)).equals(png)).toBe(true);
  });

  test.each([["image/png"], ["image/x-odd"], ["application/octet-stream"], [""]])(
    "takes picture bytes as %j for the picture",
    async (type) => {
      const png = pngBytes(200_000);
      const server = await answering(200, { "content-type": type }, png);
      const answer = await upstreamAt(egress, server).call({ url: "/" });
      expect(answer.json).toBeUndefined();
      expect((await pictureBytes(answer.picture)).equals(png)).toBe(true);
    },
  );

  test("takes JSON for JSON whatever its type says", async () => {
    const server = await answering(200, { "content-type": "image/png" }, '{"a":1}');
    expect(await upstreamAt(egress, server).call({ url: "/" })).toMatchObject({ json: { a: 1 } });
  });

  test("keeps its connection for the next one", async () => {
    const server = await answering(200, jsonType, "{}");
    const http = upstreamAt(egress, server);
    for (let count = 0; count < 5; count += 1) await http.call({ url: "/", json: { count } });
    // undici takes a connection back a turn after its answer, so calls in a row use two in turns.
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  test("keeps the path of base_url and never leaves its origin", async () => {
    const server = await answering(200, jsonType, "{}");
    const settings = { base_url: `${server.origin}/api/v2` };
    const http = upstreamAt(egress, server, { settings });
    await http.call({ url: "/images" });
    await http.call({ url: `${server.origin}/elsewhere` });
    await http.call({ url: "//evil.example/x" });
    expect(server.came.map(({ url }) => url)).toEqual([
      "/api/v2/images",
      "/elsewhere",
      "/api/v2//evil.example/x",
    ]);
  });

  test.each([
    "https://evil.example/x",
    "http://trusted.example/x",
    "https://trusted.example:8443/x",
    "https://user@trusted.example/x",
    "https://nottrusted.example/x",
    "images",
    "",
    "@evil.example/",
    "file:///etc/passwd",
  ])("does not send credentials to %j", async (url) => {
    const server = await answering(200, jsonType, "{}");
    let asked = false;
    const provider: Provider = stubProvider({
      credentialHosts: ["trusted.example"],
      authorize() {
        asked = true;
        return {};
      },
    });
    const calling = upstreamAt(egress, server, { provider }).call({ url });
    await expect(calling).rejects.toThrow(/^a request to an upstream/);
    expect(asked).toBe(false);
    expect(server.connections).toBe(0);
  });

  test("a header that HTTP does not allow is a fault of the gateway, not of the upstream", async () => {
    const server = await answering(200, jsonType, "{}");
    const calling = upstreamAt(egress, server).call({ url: "/", headers: { "x-a": "b\r\nc: d" } });
    await expect(calling).rejects.not.toHaveProperty("code", "upstream_unreachable");
    expect(server.came).toEqual([]);
  });
});

describe("an error answer", () => {
  const failing = async (
    status: number,
    body: string,
    headers: Readonly<Record<string, string>> = jsonType,
    provider?: Provider,
  ): Promise<unknown> => {
    const server = await answering(status, headers, body);
    const fields = provider === undefined ? {} : { provider };
    return upstreamAt(egress, server, fields)
      .call({ url: "/" })
      .catch((thrown: unknown) => thrown);
  };

  test.each([
    [400, "{}", "invalid_value"],
    [401, "{}", "upstream_credentials"],
    [402, "", "upstream_credentials"],
    [404, "{}", "upstream_model_missing"],
    [408, "{}", "upstream_timeout"],
    [413, "<html>", "invalid_value"],
    [429, "{}", "upstream_rate_limited"],
    [500, "{}", "upstream_failed"],
    [502, "<html>", "upstream_failed"],
    [503, '{"error":"busy"}', "upstream_busy"],
    [503, "<html>unavailable</html>", "upstream_failed"],
    [503, "", "upstream_failed"],
    [504, "", "upstream_timeout"],
    [302, "", "upstream_refused"],
  ])("status %i with %j is %s", async (status, body, code) => {
    expect(await failing(status, body)).toMatchObject({ name: "PinholeError", code });
  });

  test("the provider's reading comes before the status, and sees status, headers, text and JSON", async () => {
    let seen: unknown;
    const provider = stubProvider({
      readError(error) {
        seen = error;
        return { code: "moderation_blocked", message: "no foxes", param: "prompt" };
      },
    });
    const error = await failing(500, '{"why":"foxes"}', { ...jsonType, "x-a": "b" }, provider);
    expect(error).toMatchObject({
      code: "moderation_blocked",
      message: "no foxes",
      param: "prompt",
    });
    expect(seen).toMatchObject({
      status: 500,
      headers: { "x-a": "b" },
      json: { why: "foxes" },
      text: '{"why":"foxes"}',
    });
  });

  test.each([
    '{"error":{"message":"size is odd"}}',
    '{"error":"size is odd"}',
    '{"message":"size is odd"}',
    '{"detail":"size is odd"}',
  ])("the caller's fault is told in the upstream's words: %s", async (body) => {
    expect(await failing(400, body)).toMatchObject({ message: "size is odd" });
  });

  test("what is not the caller's fault is told in ours", async () => {
    const error = await failing(401, '{"error":{"message":"project fox-den is suspended"}}');
    const { message, detail } = error as { message: string; detail: string };
    expect(detail).toContain("fox-den");
    expect(message).not.toContain("fox-den");
  });

  test.each([400, 401, 500])(
    "a %i never repeats secrets, keys, accounts or hosts",
    async (status) => {
      const server = await httpServer((request, response) => {
        const text = [
          `key ${secretKey} and Bearer ${secretKey}`,
          encodeURIComponent(secretKey),
          Buffer.from(secretKey).toString("base64"),
          "sk-proj-abcdefgh12345678 org-ABCDEFGH12345678 sk-ab***********wxyz",
          `http://${request.headers.host}/v1/x?y and 127.0.0.1`,
          "AIzaSyA1234567890abcdefghijklmnopqrs",
        ].join(" ");
        response.writeHead(status, jsonType).end(JSON.stringify({ error: { message: text } }));
      });
      servers.push(server);
      const thrown: unknown = await upstreamAt(egress, server)
        .call({ url: "/" })
        .catch((error: unknown) => error);
      const { message, detail } = thrown as { message: string; detail: string };
      for (const text of [message, detail]) {
        for (const secret of [
          secretKey,
          Buffer.from(secretKey).toString("base64"),
          "abcdefgh12345678",
          "ABCDEFGH12345678",
          "wxyz",
          "127.0.0.1",
          String(server.port),
          "AIza",
        ]) {
          expect(text).not.toContain(secret);
        }
      }
      expect(detail).toContain(`HTTP ${status}`);
    },
  );

  test.each([
    ["retry-after", "7", 7],
    ["retry-after", "1.5", 1.5],
    ["retry-after-ms", "1500", 1.5],
    ["retry-after", "99999999", 86_400],
    ["retry-after", "Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["retry-after", "soon", undefined],
    ["retry-after", "-5", undefined],
  ])("%s: %s means %s seconds", async (name, value, seconds) => {
    const error = await failing(429, "{}", { ...jsonType, [name]: value });
    expect((error as { retryAfterSeconds: unknown }).retryAfterSeconds).toBe(seconds);
  });

  test("a date to wait for is turned into seconds", async () => {
    const now = Date.parse("2026-11-22T10:00:00Z");
    const fixed = createEgress({ now: () => now });
    const server = await answering(
      429,
      { ...jsonType, "retry-after": "Sun, 22 Nov 2026 10:00:30 GMT" },
      "{}",
    );
    const calling = upstreamAt(fixed, server, { deadline: now + 10_000 }).call({ url: "/" });
    await expect(calling).rejects.toMatchObject({ retryAfterSeconds: 30 });
    await fixed.close();
  });

  test("a huge one is read to 64 KiB and no further", async () => {
    let length = 0;
    const provider = stubProvider({
      readError({ text }) {
        length = text.length;
        return undefined;
      },
    });
    const error = await failing(500, "x".repeat(3_000_000), {}, provider);
    expect(error).toMatchObject({ code: "upstream_failed" });
    expect(length).toBe(65_536);
  });
});

describe("a 200 that is none", () => {
  test.each([
    ["a page", "<html>sign in</html>", { "content-type": "text/html" }],
    ["half a document", '{"data":[', jsonType],
    ["two documents", "{}{}", jsonType],
    ["a picture that is none", `{"data":[{"b64_json":"${"A".repeat(400)}"}]}`, jsonType],
    ["broken base64", `{"data":[{"b64_json":"${"A".repeat(400)}*"}]}`, jsonType],
    ["bytes that are no picture", "nothing", { "content-type": "image/png" }],
  ])("%s is upstream_bad_answer", async (_name, body, headers) => {
    const server = await answering(200, headers, body);
    const calling = upstreamAt(egress, server).call({ url: "/", lift: ["data.*.b64_json"] });
    await expect(calling).rejects.toMatchObject({ code: "upstream_bad_answer" });
  });

  test("is shown to the provider first", async () => {
    const provider = stubProvider({
      readError: ({ status, text }) =>
        status === 200 && text === "queue full" ? { code: "upstream_busy" } : undefined,
    });
    const server = await answering(200, { "content-type": "text/plain" }, "queue full");
    const calling = upstreamAt(egress, server, { provider }).call({ url: "/" });
    await expect(calling).rejects.toMatchObject({ code: "upstream_busy" });
  });

  test("a picture over the limit ends the reading", async () => {
    const server = await answering(200, { "content-type": "image/png" }, pngBytes(500_000));
    const limits = { bytesMax: 100_000, pixelsMax: 1, framesMax: 1 };
    const calling = upstreamAt(egress, server, { limits }).call({ url: "/" });
    await expect(calling).rejects.toMatchObject({ code: "upstream_bad_answer" });
  });
});
