import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { filePart, formBody, formType, textPart } from "../support/form.ts";
import { samplePng } from "../support/pictures.ts";

const slashed = "black-forest-labs/flux";
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    default_model: "sandbox-fast",
    aliases: { [slashed]: ["sandbox-fast"] },
  });
});
afterAll(() => gateway.close());

interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: {
    readonly data?: readonly unknown[];
    readonly error?: { readonly code: string; readonly message: string };
  };
}

/** A call whose path goes out as it is written, which `fetch` would tidy. */
function call(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const { method = "POST", body } = options;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body ?? ""));
  const headers = {
    authorization: `Bearer ${gateway.key}`,
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...options.headers,
  };
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, path, method, headers }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          reason: response.statusMessage ?? "",
          headers: response.headers,
          body: (text.startsWith("{") ? JSON.parse(text) : {}) as Answer["body"],
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : bytes);
  });
}

const asked = { prompt: "a fox", size: "64x64" };

describe("a generation is found at", () => {
  test.each([
    "/v1/images/generations",
    "/v1//images/generations",
    "//v1/images//generations",
    "/v1/images/generations/",
    "/v1/images/generations//?x=//y",
    "/images/generations",
    "/images/generations/",
    "/v1/v1/images/generations",
    "/openai/v1/images/generations",
    "/openai/v1/images/generations?api-version=preview",
    "/openai/images/generations",
    "/v1/openai/v1/images/generations",
  ])("%s", async (path) => {
    const { status, headers } = await call(path, { body: asked });
    expect([status, headers["x-pinhole-model"]]).toEqual([200, "sandbox-fast"]);
  });

  test.each(["/v2/images/generations", "/v1/image/generations", "/openai/generations", "/i//x"])(
    "but not at %s",
    async (path) => {
      expect((await call(path, { body: asked })).status).toBe(404);
    },
  );
});

describe("Azure's older addresses", () => {
  const azure = { authorization: "", "api-key": "" };
  const withKey = (): Record<string, string> => {
    const { authorization: _gone, ...headers } = { ...azure, "api-key": gateway.key };
    return headers;
  };

  test.each([
    ["/openai/deployments/sandbox/images/generations?api-version=2025-04-01-preview", "sandbox"],
    ["/openai//deployments/sandbox/images/generations/", "sandbox"],
    ["/v1/openai/deployments/sandbox/images/generations", "sandbox"],
    [`/openai/deployments/${slashed}/images/generations`, "sandbox-fast"],
    [`/openai/deployments/${encodeURIComponent(slashed)}/images/generations`, "sandbox-fast"],
  ])("%s names the model", async (path, model) => {
    const { status, headers } = await call(path, {
      body: { ...asked, model: "sandbox-moderated" },
    });
    expect([status, headers["x-pinhole-model"]]).toEqual([200, model]);
  });

  test("name it for forms too", async () => {
    const png = await samplePng(64, 64);
    const { status, headers } = await call("/openai/deployments/sandbox/images/edits", {
      headers: { "content-type": formType },
      body: formBody([textPart("prompt", "x"), filePart("image", png)]),
    });
    expect([status, headers["x-pinhole-model"]]).toEqual([200, "sandbox"]);
  });

  test("a deployment that is none is no model", async () => {
    for (const name of ["nobody", "%E0%A4%A"]) {
      const path = `/openai/deployments/${name}/images/generations`;
      const { status, body } = await call(path, { body: asked });
      expect([name, status, body.error?.code]).toEqual([name, 404, "model_not_found"]);
    }
  });

  test("the key comes in a header of its own, everywhere below /v1", async () => {
    const { hostname, port } = new URL(gateway.url);
    const get = (headers: Record<string, string>): Promise<number> =>
      new Promise((resolve) => {
        httpRequest({ hostname, port, path: "/openai/v1/models", headers }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        }).end();
      });
    expect(await get(withKey())).toBe(200);
    expect(await get({ "api-key": "wrong" })).toBe(401);
    expect(await get({})).toBe(401);
    // The usual header rules where both are there.
    expect(await get({ ...withKey(), authorization: "Bearer wrong" })).toBe(401);
  });
});

test("models are found without /v1 by who has a key", async () => {
  const models = await call("/models", { method: "GET" });
  expect([models.status, models.headers["content-type"]]).toEqual([
    200,
    expect.stringMatching(/^application\/json/),
  ]);
  expect((await call(`/models/${slashed}/`, { method: "GET" })).status).toBe(200);
  // Whoever has none sees the console's page.
  const page = await fetch(`${gateway.url}/models`);
  expect(page.headers.get("content-type")).toMatch(/^text\/html/);
});

test.each([
  ["/v1/chat/completions", "chat/completions"],
  ["/chat/completions", "chat/completions"],
  ["/v1/responses", "responses"],
  ["/v1/embeddings", "embeddings"],
  ["/v1/audio/speech", "audio"],
  ["/v1/messages", "messages"],
  ["/openai/deployments/x/chat/completions?api-version=1", "chat/completions"],
])("%s is told that this gateway makes images", async (path, name) => {
  const { status, reason, body } = await call(path, { body: { model: "x", messages: [] } });
  expect([status, body.error?.code]).toEqual([404, "not_found"]);
  expect(body.error?.message).toContain(`This gateway makes images and has no ${name};`);
  expect(body.error?.message).toContain("/v1/images/generations");
  expect(reason).toBe(body.error?.message);
});

describe("the reason phrase of an error", () => {
  test("is its message, in ASCII and not too long", async () => {
    const bad = await call("/v1/images/generations", { body: { ...asked, n: 11 } });
    expect([bad.status, bad.reason]).toEqual([400, bad.body.error?.message]);
    const long = await call("/v1/images/generations", {
      body: { ...asked, model: `größe\u{1f98a}${"x".repeat(300)}` },
    });
    expect(long.body.error?.message.length).toBeGreaterThan(160);
    expect(long.reason).toMatch(/^The model `gr\?\?+e\?x+$|^The model `gr\?e\?x+$/);
    expect(long.reason).toHaveLength(160);
  });

  test("is there too where no request could be read", async () => {
    const { hostname, port } = new URL(gateway.url);
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write("NONSENSE\r\n\r\n"));
      let text = "";
      socket.on("data", (chunk) => (text += chunk.toString("latin1")));
      socket.on("close", () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 This is no valid HTTP request\.\r\n/);
  });

  test("is the usual one where all went well", async () => {
    expect((await call("/v1/images/generations", { body: asked })).reason).toBe("OK");
  });
});
