import { describe, expect, test } from "vitest";
import { ask, closeAfterEach, gatewayWith, health, type Told, upstream } from "./world.ts";

closeAfterEach();

const words = "size 7x7 is not supported";
const error = {
  message: words,
  type: "invalid_request_error",
  param: "size",
  code: "invalid_value",
};
const event = (data: unknown, name = "error"): Told => ({
  type: "text/event-stream",
  body: `event: ${name}\ndata: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`,
});

interface Case {
  readonly provider: string;
  readonly settings?: Record<string, unknown>;
  readonly stream?: boolean;
  readonly told: Told;
  readonly param?: string | null;
}

const openai = { provider: "openai-compatible" };
const chat = { provider: "openai-chat" };
const router = { provider: "openrouter", settings: { api_key: "abcdefghijkl" } };
const responses = {
  provider: "openai-responses",
  settings: { api_key: "abcdefghijkl", text_model: "t" },
};

const cases: Readonly<Record<string, Case>> = {
  "an error event": { ...openai, stream: true, told: event({ type: "error", error }) },
  "an error event without an envelope": {
    ...openai,
    stream: true,
    told: event(error),
  },
  "an error event that is a text": {
    ...openai,
    stream: true,
    told: event(words),
    param: null,
  },
  "an event without a name": { ...openai, stream: true, told: event({ error }, "message") },
  "a nameless event that is nothing but words": {
    ...openai,
    stream: true,
    told: event({ code: 400, msg: words }, "message"),
    param: null,
  },
  "JSON with status 200": { ...openai, told: { body: { error } } },
  "JSON with status 200, asked for a stream": {
    ...openai,
    stream: true,
    told: { body: { error } },
  },
  "a number for a code": {
    ...openai,
    told: { body: { error: { code: 400, message: words } } },
    param: null,
  },
  "words alone with status 200": { ...openai, told: { body: { error: words } }, param: null },
  "a text with status 200": { ...openai, told: { body: words }, param: null },
  "FastAPI's list with status 200": {
    ...openai,
    told: { body: { detail: [{ loc: ["body", "size"], msg: words, type: "value_error" }] } },
  },
  "an error in the place of a picture": { ...openai, told: { body: { data: [{ error }] } } },
  "JSON with status 200, chat": {
    ...chat,
    told: { body: { error: { ...error, code: "invalid_prompt" } } },
  },
  "an error inside a choice": {
    ...chat,
    told: { body: { choices: [{ error: { code: 400, message: words } }] } },
    param: null,
  },
  "JSON with status 200, OpenRouter": {
    ...router,
    told: { body: { error: { ...error, code: "invalid_prompt" } } },
  },
  "a response that failed": {
    ...responses,
    told: { body: { status: "failed", error: { code: "invalid_prompt", message: words } } },
    param: null,
  },
  "a call of the image tool that failed": {
    ...responses,
    told: { body: { output: [{ type: "image_generation_call", status: "failed", error }] } },
  },
  "a response that failed in a stream": {
    ...responses,
    stream: true,
    told: event(
      { type: "response.failed", response: { error: { code: "invalid_prompt", message: words } } },
      "response.failed",
    ),
    param: null,
  },
  "an A1111 that answers 200": {
    provider: "automatic1111",
    told: { body: { error: words } },
    param: null,
  },
  "a 404 about a style": {
    ...openai,
    told: {
      status: 404,
      body: { error: { message: "size 7x7 is not supported: preset not found" } },
    },
    param: null,
  },
};

describe("a caller's mistake is the caller's, however it is told", () => {
  test.each(Object.keys(cases))("%s", async (name) => {
    const { provider, settings, stream, told, param = "size" } = cases[name] as Case;
    const one = await upstream(() => told);
    const two = await upstream(() => told);
    const channel = (id: string, url: string, priority: number) => ({
      id,
      provider,
      settings: { base_url: url, ...settings },
      models: ["m"],
      priority,
    });
    const gateway = await gatewayWith([channel("a", one.url, 9), channel("b", two.url, 1)]);
    for (let count = 0; count < 6; count += 1) {
      const answer = await ask(gateway, { model: "m", prompt: "x", ...(stream ? { stream } : {}) });
      expect([answer.status, answer.error.message, answer.error.param]).toEqual([
        400,
        expect.stringContaining(words),
        param,
      ]);
    }
    expect([one.came.length, two.came.length]).toEqual([6, 0]);
    expect((await health(gateway)).map(({ state }) => state)).toEqual(["healthy", "healthy"]);
  });
});

describe("a 404", () => {
  const server = async (told: Told, settings: Record<string, unknown> = {}) => {
    const one = await upstream(() => told);
    const channel = { id: "a", provider: "automatic1111", models: ["sd"] };
    return gatewayWith([{ ...channel, settings: { base_url: one.url, ...settings } }]);
  };
  const noSampler = { status: 404, body: { error: "HTTPException", detail: "Sampler not found" } };
  const options = { provider_options: { automatic1111: { sampler: "No Such" } } };

  test("about a sampler that the caller named cools nothing", async () => {
    const gateway = await server(noSampler);
    const answer = await ask(gateway, { model: "sd", prompt: "x", ...options });
    expect([answer.status, answer.error.message, answer.error.param]).toEqual([
      400,
      "Sampler not found",
      "sampler",
    ]);
    expect((await health(gateway))[0]).toMatchObject({ state: "healthy", models: [] });
  });

  test("about a sampler that the operator named is the operator's", async () => {
    const gateway = await server(noSampler, { sampler: "No Such" });
    const answer = await ask(gateway, { model: "sd", prompt: "x" });
    expect([answer.status, answer.error.code]).toEqual([502, "upstream_failed"]);
  });

  test.each([[{ detail: "Not Found" }], [{ detail: "checkpoint not found" }]])(
    "%j is no mistake of the caller's",
    async (body) => {
      const gateway = await server({ status: 404, body });
      expect((await ask(gateway, { model: "sd", prompt: "x" })).status).toBe(502);
    },
  );
});

describe("words with a good status that blame nobody's request", () => {
  test.each([
    [{ error: "internal server error while making the image: invalid state" }],
    [{ error: { message: "CUDA out of memory, image too large", type: "server_error" } }],
    [{ error: { code: 500, message: "prompt queue is broken" } }],
    [{ error: { message: "something odd" } }],
  ])("%j stays the upstream's", async (body) => {
    const one = await upstream(() => ({ body }));
    const channel = { id: "a", provider: "openai-compatible", models: ["m"] };
    const gateway = await gatewayWith([{ ...channel, settings: { base_url: one.url } }]);
    const answer = await ask(gateway, { model: "m", prompt: "x" });
    expect([answer.status, answer.error.code]).toEqual([502, "upstream_failed"]);
  });
});

test("an error with a good status repeats no secret of the channel's", async () => {
  const key = "sk-very-secret-0123456789";
  const said = `prompt is too long for ${key} at internal-host.example.net`;
  const one = await upstream(() => ({ body: { error: { message: said, code: "invalid_value" } } }));
  const settings = { base_url: one.url, api_key: key };
  const channel = { id: "a", provider: "openai-compatible", settings, models: ["m"] };
  const answer = await ask(await gatewayWith([channel]), { model: "m", prompt: "x" });
  expect(answer.status).toBe(400);
  expect(answer.text).not.toContain(key);
  expect(answer.text).not.toContain("internal-host");
});
