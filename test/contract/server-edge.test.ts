import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";

let plain: TestGateway;
let proxied: TestGateway;
let open: TestGateway;
const page = "https://app.example.com";
beforeAll(async () => {
  plain = await startTestGateway();
  proxied = await startTestGateway({
    server: { trusted_proxies: ["loopback"], cors: [page, "http://localhost:3000"] },
  });
  open = await startTestGateway({ server: { cors: ["*"] } });
});
afterAll(() => Promise.all([plain.close(), proxied.close(), open.close()]));

/** What the gateway answers to bytes that no HTTP library would send, until it hangs up. */
async function raw(text: string, gateway = plain): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(text, "latin1")));
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

const statuses = (answer: string): string[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status ?? "");
const auth = (): string => `authorization: Bearer ${plain.key}\r\n`;
const body = JSON.stringify({
  model: "sandbox-fast",
  prompt: "x",
  size: "64x64",
  response_format: "url",
});

/** The URL in the answer to a request for an image that has these headers. */
async function urlFor(gateway: TestGateway, headers: Record<string, string>): Promise<string> {
  const head = Object.entries({ host: "plain.test", connection: "close", ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  const answer = await raw(
    `POST /v1/images/generations HTTP/1.1\r\n${auth()}content-type: application/json\r\ncontent-length: ${body.length}\r\n${head}\r\n${body}`,
    gateway,
  );
  return /"url":"([^"]*)\/i\//.exec(answer)?.[1] ?? answer;
}

describe("where an answer's URLs lead", () => {
  const spoofed = { "x-forwarded-host": "evil.test", "x-forwarded-proto": "https" };

  test("is the Host, and X-Forwarded-* of strangers are not believed", async () => {
    expect(await urlFor(plain, spoofed)).toBe("http://plain.test");
  });

  test("is what a trusted proxy says", async () => {
    expect(await urlFor(proxied, spoofed)).toBe("https://evil.test");
    expect(await urlFor(proxied, {})).toBe("http://plain.test");
  });

  test.each([
    ["HTTPS", "https"],
    ["Http", "http"],
    ["http, https", "https"],
    ["https,HTTP ", "http"],
  ])("X-Forwarded-Proto: %s of a trusted proxy is %s", async (said, scheme) => {
    expect(await urlFor(proxied, { "x-forwarded-proto": said })).toBe(`${scheme}://plain.test`);
  });

  test("is of several hosts the last, which the nearest proxy wrote; ports and prefixes are not believed", async () => {
    const headers = {
      "x-forwarded-host": "evil.test, shop.test:8443",
      "x-forwarded-port": "9999",
      "x-forwarded-prefix": "/evil",
    };
    expect(await urlFor(proxied, headers)).toBe("http://shop.test:8443");
  });

  test.each([
    `a"b`,
    "a b",
    "a/b",
    "a@b",
    "a?b",
    "a#b",
    "a\\b",
    "a:b",
    "a:80:80",
    "<script>",
    "[::1",
    "a%0d%0ab",
    "\xe9",
  ])("Host: %s is refused", async (host) => {
    expect(await urlFor(plain, { host })).toMatch(/^HTTP\/1\.1 400 [^]*"code":"invalid_value"/);
    const forwarded = await urlFor(proxied, { "x-forwarded-host": host });
    expect(forwarded).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("a scheme that is none is refused of a trusted proxy too", async () => {
    expect(await urlFor(proxied, { "x-forwarded-proto": "javascript" })).toMatch(/ 400 /);
  });

  test.each(["a.test:8443", "127.0.0.1:80", "[::1]:8080", "a_b.test"])("Host: %s", async (host) => {
    expect(await urlFor(plain, { host })).toBe(`http://${host}`);
  });

  test("is the address itself where HTTP/1.0 says no host", async () => {
    const head = `${auth()}content-type: application/json\r\ncontent-length: ${body.length}`;
    const answer = await raw(`POST /v1/images/generations HTTP/1.0\r\n${head}\r\n\r\n${body}`);
    expect(answer).toContain(`"url":"${plain.url}/i/`);
  });
});

describe("pages of other origins", () => {
  const preflight = (gateway: TestGateway, origin: string, path = "/v1/images/edits") =>
    fetch(gateway.url + path, {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-stainless-os",
      },
    });
  const allowed = (response: Response) => response.headers.get("access-control-allow-origin");

  test("may call where the operator says so", async () => {
    const response = await preflight(proxied, page);
    expect(response.status).toBe(204);
    expect(allowed(response)).toBe(page);
    expect(response.headers.get("access-control-allow-headers")).toContain("x-stainless-os");
    expect(response.headers.get("access-control-allow-methods")).toContain("POST");
    expect(response.headers.get("vary")).toBe("origin");
    expect(allowed(await preflight(open, "https://any.test"))).toBe("*");
  });

  test("read the gateway's own headers, of refusals and streams too", async () => {
    const asked = { model: "sandbox-fast", prompt: "x", size: "64x64" };
    for (const sent of [asked, { ...asked, stream: true }, {}]) {
      const response = await postJson(proxied, "/v1/images/generations", sent, { origin: page });
      expect(allowed(response)).toBe(page);
      expect(response.headers.get("access-control-expose-headers")).toContain("x-pinhole-cost");
      expect(response.headers.has("access-control-allow-credentials")).toBe(false);
      await response.arrayBuffer();
    }
    const denied = await fetch(`${proxied.url}/v1/models`, { headers: { origin: page } });
    expect([denied.status, allowed(denied)]).toEqual([401, page]);
  });

  test.each([
    "https://evil.test",
    "null",
    `${page}.evil.test`,
    `${page}:444`,
    "HTTPS://APP.EXAMPLE.COM",
  ])("%s may not", async (origin) => {
    const response = await preflight(proxied, origin);
    expect([response.status, allowed(response)]).toEqual([405, null]);
  });

  test("may not by default, and never the admin routes", async () => {
    for (const [gateway, path] of [
      [plain, "/v1/images/edits"],
      [open, "/admin/v1/keys"],
      [proxied, "/admin/v1/keys"],
    ] as const) {
      const response = await preflight(gateway, page, path);
      expect([response.status, allowed(response)]).toEqual([405, null]);
    }
  });
});

describe("paths are taken as they are, but for slashes too many", () => {
  test.each([
    ["/v1/../admin/v1/keys", "404"],
    ["/v1/images/../../admin/v1/keys", "404"],
    ["/v1/%2e%2e/admin/v1/keys", "404"],
    ["/V1/models", "404"],
    ["/v1%2f%2fmodels", "404"],
    ["/models/../admin/v1/keys", "404"],
    ["/openai/v1/../admin/v1/keys", "404"],
    ["/openai/deployments/../../admin/images/generations", "405"],
    ["/admin//v1/keys", "401"],
    ["/admin%2fv1/keys", "404"],
    ["/v1/models%00", "404"],
    ["/health/live;x=1", "404"],
    ["/v1/models/%ff", "400"],
    ["/%", "400"],
    ["/v1/models/..%2f..%2fadmin", "404"],
  ])("%s is a %s", async (path, status) => {
    const answer = await raw(
      `GET ${path} HTTP/1.1\r\nhost: x\r\n${auth()}connection: close\r\n\r\n`,
    );
    expect({ statuses: statuses(answer), answer }).toMatchObject({ statuses: [status] });
    expect(answer).toMatch(/\r\n\r\n\{"error":\{/);
  });

  test.each([
    ["an absolute URL", "GET http://elsewhere.test/v1/models HTTP/1.1"],
    ["an authority", "CONNECT elsewhere.test:443 HTTP/1.1"],
    ["an asterisk", "OPTIONS * HTTP/1.1"],
    ["TRACE", "TRACE /v1/models HTTP/1.1"],
    ["a method of its own", "BREW /v1/models HTTP/1.1"],
  ])("%s leads nowhere", async (_name, line) => {
    const answer = await raw(`${line}\r\nhost: x\r\nconnection: close\r\n\r\n`);
    expect(answer === "" || /^HTTP\/1\.1 4\d\d /.test(answer) ? "" : answer).toBe("");
  });
});

describe("methods", () => {
  test.each(["/v1/models", "/v1/models/sandbox-fast", "/health/live", "/health/ready"])(
    "HEAD %s has the head of GET",
    async (path) => {
      const headers = { authorization: `Bearer ${plain.key}` };
      const get = await fetch(plain.url + path, { headers });
      const head = await fetch(plain.url + path, { headers, method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([get.status, ""]);
      for (const name of ["content-type", "content-length"])
        expect(head.headers.get(name)).toBe(get.headers.get(name));
    },
  );

  test.each(["/v1/models", "/v1/images/generations", "/health/live", "/i/x.png", "/admin/v1/keys"])(
    "OPTIONS %s names what is possible",
    async (path) => {
      const response = await fetch(plain.url + path, { method: "OPTIONS" });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toMatch(/^[A-Z]+(, [A-Z]+)*$/);
    },
  );
});

describe("requests that proxies and servers read differently", () => {
  const target = `POST /v1/images/generations HTTP/1.1\r\nhost: x\r\n`;
  const smuggled = "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";

  test.each([
    ["content-length and transfer-encoding", "content-length: 5\r\ntransfer-encoding: chunked\r\n"],
    ["two content-lengths", "content-length: 5\r\ncontent-length: 6\r\n"],
    ["a list of content-lengths", "content-length: 5, 5\r\n"],
    ["a signed content-length", "content-length: +5\r\n"],
    ["a content-length with a space before its colon", "content-length : 5\r\n"],
    ["an unknown transfer-encoding", "transfer-encoding: xchunked\r\n"],
    ["chunked that is not last", "transfer-encoding: chunked, identity\r\n"],
    ["two transfer-encodings", "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n"],
    ["a folded header", "transfer-encoding:\r\n chunked\r\ncontent-length: 5\r\n"],
    ["a bare LF", "x: a\ncontent-length: 5\r\n"],
    ["a NUL", "x: a\0b\r\n"],
  ])("%s: one refusal, and the connection ends", async (_name, headers) => {
    const answer = await raw(`${target}${headers}connection: close\r\n\r\n0\r\n\r\n${smuggled}`);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(answer).not.toContain('"live"');
    expect(statuses(answer)).toHaveLength(1);
  });

  test("two hosts are refused", async () => {
    const answer = await raw(
      `GET /health/live HTTP/1.1\r\nhost: x\r\nHost: y\r\nconnection: close\r\n\r\n`,
    );
    expect(statuses(answer)).toEqual(["400"]);
  });

  test("pipelined requests are answered in their order", async () => {
    const answer = await raw(
      `GET /health/live HTTP/1.1\r\nhost: x\r\n\r\nGET /nowhere HTTP/1.1\r\nhost: x\r\n\r\nGET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    );
    expect(statuses(answer)).toEqual(["200", "404", "200"]);
  });

  test("expect: 100-continue is answered before the body is sent", async () => {
    const answer = await raw(
      `${target}${auth()}content-type: application/json\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    expect(statuses(answer)).toEqual(["100", "200"]);
  });

  test("another expectation is refused", async () => {
    const answer = await raw(`${target}expect: wonders\r\nconnection: close\r\n\r\n`);
    expect(statuses(answer)[0]).toMatch(/^4/);
  });

  test.each([
    ["one header of 20 KB", `x: ${"y".repeat(20_000)}\r\n`],
    ["3,000 headers", "x: y\r\n".repeat(3_000)],
  ])("%s is a 431 in the envelope", async (_name, headers) => {
    const answer = await raw(`GET /health/live HTTP/1.1\r\nhost: x\r\n${headers}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('{"error":{"message":"The request');
  });
});
