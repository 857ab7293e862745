import { describe, expect, test } from "vitest";
import { ask, closeAfterEach, gatewayWith, png, type Told, upstream } from "./world.ts";

closeAfterEach();

const b64_json = (await png()).toString("base64");

/** The answer to one generation on a server of OpenAI's dialect. */
async function asked(tell: () => Told, channel: object = {}) {
  const server = await upstream(tell);
  const gateway = await gatewayWith([
    {
      id: "one",
      provider: "openai-compatible",
      settings: { base_url: server.url },
      models: ["m"],
      ...channel,
    },
  ]);
  return ask(gateway, { model: "m", prompt: "a boat", response_format: "url" });
}

describe("an upstream that is out of room has its client told when to come back", () => {
  test.each([
    ["as it says itself", { "retry-after": "7" }, 7, 7],
    ["as long as it cools, where it does not say", {}, 25, 40],
  ])("%s", async (_what, headers, least, most) => {
    const answer = await asked(() => ({
      status: 429,
      headers,
      body: { error: { message: "Too many requests.", code: "rate_limit_exceeded" } },
    }));
    expect([answer.status, answer.headers.get("x-should-retry")]).toEqual([429, "true"]);
    const seconds = Number(answer.headers.get("retry-after"));
    expect(seconds).toBeGreaterThanOrEqual(least);
    expect(seconds).toBeLessThanOrEqual(most);
  });

  test("a 503 of its own too, and none of an error that must not be tried again", async () => {
    const busy = await asked(() => ({ status: 503, body: { error: { message: "Overloaded." } } }));
    expect([busy.status, busy.headers.has("retry-after")]).toEqual([503, true]);
    const mistake = await asked(() => ({ status: 400, body: { error: { message: "No." } } }));
    expect([mistake.status, mistake.headers.has("retry-after")]).toEqual([400, false]);
  });
});

describe("usage in chat's words is counted", () => {
  test.each([
    [
      "with its parts",
      {
        prompt_tokens: 50,
        completion_tokens: 1000,
        total_tokens: 1050,
        prompt_tokens_details: { text_tokens: 20, image_tokens: 30, cached_tokens: 25 },
        completion_tokens_details: { image_tokens: 990 },
      },
      {
        input_tokens: 50,
        output_tokens: 1000,
        total_tokens: 1050,
        input_tokens_details: { text_tokens: 20, image_tokens: 30 },
        output_tokens_details: { text_tokens: 10, image_tokens: 990 },
      },
    ],
    [
      "with sums alone",
      { prompt_tokens: 9, completion_tokens: 4 },
      {
        input_tokens: 9,
        output_tokens: 4,
        total_tokens: 13,
        input_tokens_details: { text_tokens: 9, image_tokens: 0 },
      },
    ],
  ])("%s", async (_what, usage, expected) => {
    const answer = await asked(() => ({ body: { created: 1, data: [{ b64_json }], usage } }));
    expect(JSON.parse(answer.text)).toMatchObject({ usage: expected });
  });
});
