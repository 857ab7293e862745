import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeKey } from "../../src/core/keys.ts";
import { newCode } from "../../src/identity/codes.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { waitFor } from "../support/wait-for.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ server: { body_bytes_max: "2MB" } });
});
afterAll(() => gateway.close());

interface ErrorAnswer {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

async function errorOf(response: Response): Promise<ErrorAnswer["error"]> {
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(response.headers.get("x-request-id")).toMatch(/^req_[0-9a-z]{26}$/);
  expect(response.headers.get("x-should-retry")).toMatch(/^(true|false)$/);
  return ((await response.json()) as ErrorAnswer).error;
}

/** What the gateway answers to bytes that no HTTP library would send. */
async function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = "";
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}

describe("authentication", () => {
  test.each([
    ["no header", undefined],
    ["another scheme", "Basic dXNlcjpwYXNz"],
    ["no token", "Bearer "],
    ["a wrong key", "Bearer test-key-0123456789-abcdeX"],
    ["a key of ours with a typo", "Bearer pin_0000000000000000000000000000000000aa"],
    ["two tokens", "Bearer a b"],
  ])("%s is a 401, one message for all", async (_name, authorization) => {
    const headers = authorization === undefined ? {} : { authorization };
    const response = await fetch(`${gateway.url}/v1/models`, { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await errorOf(response)).toEqual({
      code: "invalid_api_key",
      type: "invalid_request_error",
      param: null,
      message: "The API key is missing or not valid. Send it as `Authorization: Bearer <key>`.",
    });
  });

  test("the scheme's name may be in any case", async () => {
    const response = await fetch(`${gateway.url}/v1/models`, {
      headers: { authorization: `bearer ${gateway.key}` },
    });
    expect(response.status).toBe(200);
  });

  test.each(["/admin/v1/keys", "/admin/v1/requests", "/admin/v1/channels"])(
    "%s needs the admin token, not a key",
    async (path) => {
      for (const token of [gateway.key, "", "x".repeat(30)]) {
        const response = await fetch(gateway.url + path, {
          headers: { authorization: `Bearer ${token}` },
        });
        expect(response.status).toBe(401);
      }
      const allowed = await fetch(gateway.url + path, {
        headers: { authorization: `Bearer ${gateway.adminToken}` },
      });
      expect(allowed.status).toBe(200);
    },
  );
});

describe("bodies", () => {
  test.each([
    ["", "ends too early"],
    ["{", "ends too early"],
    ["[]", "must be a JSON object"],
    ['"text"', "must be a JSON object"],
    ['{"prompt":"a","prompt":"b"}', "a key occurs twice"],
    ['{"n":NaN}', "no valid JSON"],
    ['{"n":1}x', "more after"],
    ['{"prompt":"\xff"}', "no valid JSON"],
    ["[".repeat(100), "nested too deeply"],
  ])("%j is a 400 invalid_json", async (body, says) => {
    const response = await fetch(`${gateway.url}/v1/images/generations`, {
      method: "POST",
      headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
      body: new Uint8Array(Buffer.from(body, "latin1")),
    });
    expect(response.status).toBe(400);
    const error = await errorOf(response);
    expect(error.code).toBe("invalid_json");
    expect(error.message).toContain(says);
  });

  test("a byte-order mark is skipped", async () => {
    const body = `\uFEFF{"model":"sandbox-fast","prompt":"x","size":"64x64"}`;
    expect((await postJson(gateway, "/v1/images/generations", body)).status).toBe(200);
  });

  test("too large, by its length or by its bytes, is a 413 that closes the connection", async () => {
    const prompt = "x".repeat(3_000_000);
    const sized = await postJson(gateway, "/v1/images/generations", {
      model: "sandbox-fast",
      prompt,
    });
    expect(sized.status).toBe(413);
    expect(await errorOf(sized)).toMatchObject({
      code: "request_too_large",
      message: expect.stringContaining("2000000"),
    });
    const chunk = `100000\r\n${"x".repeat(0x10_0000)}\r\n`;
    const head = `POST /v1/images/generations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${gateway.key}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`;
    const answer = await raw(`${head}2\r\n{"\r\n${chunk}${chunk}${chunk}0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"request_too_large"');
  });

  test.each([
    ["text/plain", "generations", "must be application/json, not text/plain"],
    ["multipart/form-data; boundary=x", "generations", "must be application/json"],
    ["application/x-www-form-urlencoded", "edits", "multipart/form-data or application/json"],
  ])("%s on %s is a 415", async (type, path, says) => {
    const response = await postJson(gateway, `/v1/images/${path}`, "{}", { "content-type": type });
    expect(response.status).toBe(415);
    expect((await errorOf(response)).message).toContain(says);
  });

  test("a compressed body is a 415", async () => {
    const response = await postJson(gateway, "/v1/images/generations", "{}", {
      "content-encoding": "gzip",
    });
    expect(response.status).toBe(415);
    expect((await errorOf(response)).message).toContain("without Content-Encoding");
  });

  test.each([
    ["multipart/form-data", "boundary"],
    [`multipart/form-data; boundary=${"b".repeat(71)}`, "1 to 70 characters"],
    ["multipart/form-data; boundary=bb", "no whole multipart"],
  ])("%s that is none is a 400", async (type, says) => {
    const response = await postJson(gateway, "/v1/images/edits", "--bb\r\nnonsense", {
      "content-type": type,
    });
    expect(response.status).toBe(400);
    const error = await errorOf(response);
    expect(error.code).toBe("invalid_multipart");
    expect(error.message).toContain(says);
  });
});

describe("addresses and methods", () => {
  test("an unknown address is a 404 that says where the API is", async () => {
    const response = await fetch(`${gateway.url}/v2/images`);
    expect(response.status).toBe(404);
    expect((await errorOf(response)).message).toContain("/v1");
  });

  test.each([
    ["GET", "/v1/images/generations", "POST"],
    ["DELETE", "/v1/models", "GET"],
    ["POST", "/health/live", "GET"],
  ])("%s %s is a 405 that names what is possible", async (method, path, allowed) => {
    const response = await fetch(gateway.url + path, {
      method,
      headers: { authorization: `Bearer ${gateway.key}` },
    });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toContain(allowed);
    expect((await errorOf(response)).code).toBe("method_not_allowed");
  });

  test("bytes that are no HTTP get an answer in the envelope", async () => {
    const answer = await raw("nonsense\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('"error":{');
  });

  test("the client's own request id comes back, ours stays ours", async () => {
    const headers = { authorization: `Bearer ${gateway.key}`, "x-request-id": "mine-1" };
    const response = await fetch(`${gateway.url}/v1/models`, { headers });
    expect(response.headers.get("x-client-request-id")).toBe("mine-1");
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
    const long = await fetch(`${gateway.url}/v1/models`, {
      headers: { ...headers, "x-request-id": "x".repeat(129) },
    });
    expect(long.headers.has("x-client-request-id")).toBe(false);
  });
});

describe("warnings and strict mode", () => {
  const body = { model: "sandbox-fast", prompt: "x", size: "64x64", nonsense: 1 };

  test("what cannot be honoured is left out and named", async () => {
    const response = await postJson(gateway, "/v1/images/generations", body);
    expect(response.status).toBe(200);
    expect(JSON.parse(response.headers.get("x-pinhole-warnings") ?? "[]")).toEqual([
      {
        param: "nonsense",
        code: "unsupported_parameter",
        message: expect.stringContaining("provider_options"),
      },
    ]);
  });

  test("strict mode makes it a 400", async () => {
    const response = await postJson(gateway, "/v1/images/generations", body, {
      "x-pinhole-strict": "true",
    });
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ code: "unknown_parameter", param: "nonsense" });
  });

  test("a model that makes fewer says so and delivers what there is", async () => {
    const response = await postJson(gateway, "/v1/images/generations", {
      ...body,
      nonsense: null,
      model: "sandbox-partial",
      n: 3,
    });
    expect(response.status).toBe(200);
    expect(((await response.json()) as { data: unknown[] }).data).toHaveLength(2);
    expect(response.headers.get("x-pinhole-warnings")).toContain(
      "2 of 3 images were made and charged",
    );
  });
});

test("logs hold no key, no prompt and no signature", async () => {
  const prompt = "canary-prompt-5512";
  const response = await postJson(gateway, "/v1/images/generations", {
    model: "sandbox-fast",
    prompt,
    size: "64x64",
  });
  const { data } = (await response.json()) as { data: { url: string }[] };
  const url = data[0]?.url ?? "";
  await (await fetch(url)).arrayBuffer();
  // The line of an answer is written once its last byte has gone, which may be after we have read it.
  const logged = (): string => gateway.log.map((line) => JSON.stringify(line)).join("\n");
  await waitFor(() => expect(logged()).toContain("/i/"));
  const text = logged();
  for (const secret of [
    gateway.key,
    gateway.adminToken,
    prompt,
    new URL(url).searchParams.get("s") ?? "none",
  ]) {
    expect(text).not.toContain(secret);
  }
});

test("a key, a session id or a one-time code that is sent as a part of a path is not in the log", async () => {
  const begun = gateway.log.length;
  const key = makeKey(randomBytes);
  const session = newCode(randomBytes);
  const places = [
    `/admin/v1/people/${session}`,
    `/nowhere/${session}`,
    `/admin/v1/keys/${key}`,
    `/admin/v1/keys/${key.replace("_", "%5F")}/rotate`,
    `/v1/models/${key}`,
    `/nowhere/${key}/a`,
  ];
  for (const place of places) await (await fetch(gateway.url + place)).arrayBuffer();
  const lines = () =>
    gateway.log
      .slice(begun)
      // Lines of what was asked before may still be coming.
      .filter(({ path }) => /^\/(?:admin|nowhere|v1\/models)\//.test(String(path)));
  await expect.poll(() => lines().length).toBeGreaterThanOrEqual(places.length);
  const text = JSON.stringify(lines());
  expect(text).not.toContain(key.slice(4));
  expect(text).not.toContain(session);
  expect(text).toContain("/admin/v1/keys/pin_…");
  expect(text).toContain("/admin/v1/people/…");
});
