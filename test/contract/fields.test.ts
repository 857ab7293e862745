import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { fieldCases } from "./field-cases.ts";

let upstream: MockOpenAi;
let gateway: TestGateway;

beforeAll(async () => {
  upstream = await startMockOpenAi();
  gateway = await startTestGateway({
    channels: [
      {
        id: "main",
        provider: "openai",
        settings: { api_key: "sk-test-0123456789", base_url: upstream.url },
        models: [
          "dall-e-2",
          "dall-e-3",
          "gpt-image-1",
          "gpt-image-1-mini",
          "gpt-image-1.5",
          "chatgpt-image-latest",
          "gpt-image-2",
          "gpt-image-2-2026-04-21",
          "gpt-image-2.5-sunburst",
          "gpt-image-2.5-flare",
          "gpt-image-2.6-sunburst",
          "gpt-image-2.6-flare",
        ],
      },
    ],
  });
});

afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

describe("each field's legal edge and illegal neighbour", () => {
  test.each(fieldCases)("$name", async ({ path, body, error }) => {
    const calls = upstream.seen.length;
    const response = await postJson(gateway, `/v1/images/${path ?? "generations"}`, body);
    const answer = (await response.json()) as Record<string, unknown>;
    if (error === undefined) {
      expect(answer).not.toHaveProperty("error");
      expect(response.status).toBe(200);
      expect(answer.data).toHaveLength(typeof body.n === "number" ? body.n : 1);
      return;
    }
    const status = error.code === "model_not_found" ? 404 : 400;
    expect({ status: response.status, error: answer.error }).toEqual({
      status,
      error: {
        code: error.code,
        param: error.param,
        type: "invalid_request_error",
        message: expect.stringContaining(error.says),
      },
    });
    expect(response.headers.get("x-should-retry")).toBe("false");
    // What is refused here must never reach a paid upstream.
    expect(upstream.seen).toHaveLength(calls);
  });
});
