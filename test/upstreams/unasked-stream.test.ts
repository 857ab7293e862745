import { beforeAll, describe, expect, test } from "vitest";
import { type Answered, ask, closeAfterEach, gatewayWith, png, upstream } from "./world.ts";

closeAfterEach();

let base64: string;
let other: string;
beforeAll(async () => {
  base64 = (await png(700, 500)).toString("base64");
  other = (await png(64, 64, "#aa2200")).toString("base64");
});

type Event = string | Readonly<Record<string, unknown>>;

/** Events as an upstream writes them: named by their type where they have one. */
function written(events: readonly Event[]): string {
  return events
    .map((event) => {
      if (typeof event === "string") return `data: ${event}\n\n`;
      const name = typeof event["type"] === "string" ? `event: ${event["type"]}\n` : "";
      return `${name}data: ${JSON.stringify(event)}\n\n`;
    })
    .join("");
}

/** Asks for a plain answer an upstream that streams whatever is asked. */
async function asked(
  provider: string,
  events: readonly Event[],
  more: Record<string, unknown> = {},
  type = "text/event-stream",
): Promise<Answered> {
  const { url } = await upstream(() => ({ type, body: written(events) }));
  const settings = {
    base_url: `${url}/v1`,
    api_key: "abcdefghijkl",
    ...(provider === "openai-responses" ? { text_model: "t" } : {}),
  };
  const gateway = await gatewayWith([{ id: "a", provider, settings, models: ["m"] }]);
  return ask(gateway, { model: "m", prompt: "x", response_format: "b64_json", ...more });
}

const made = ({ data }: Answered): unknown[] => data.map(({ b64_json }) => b64_json);

describe("an images server that streams though nobody asked", () => {
  const finished = (b64: string) => ({ type: "image_generation.completed", b64_json: b64 });
  const usage = { input_tokens: 3, output_tokens: 5, total_tokens: 8 };

  test("its finished picture is delivered, its preview is not, and its usage counts", async () => {
    const answer = await asked("openai-compatible", [
      { type: "image_generation.partial_image", b64_json: other, partial_image_index: 0 },
      { ...finished(base64), usage, revised_prompt: "a fox" },
      "[DONE]",
    ]);
    expect(answer.status).toBe(200);
    expect(made(answer)).toEqual([base64]);
    expect(answer.data[0]).toMatchObject({ revised_prompt: "a fox" });
    expect(JSON.parse(answer.text)).toMatchObject({ usage: { total_tokens: 8 } });
  });

  test("of two pictures in two events both are", async () => {
    const answer = await asked("openai-compatible", [finished(base64), finished(other)], { n: 2 });
    expect(made(answer)).toEqual([base64, other]);
  });

  test.each([
    ["a whole answer in one event", () => [{ created: 1, data: [{ b64_json: base64 }] }]],
    ["an event without a name", () => [{ b64_json: base64 }]],
    ["progress before", () => [{ progress: 0.5 }, "ping", finished(base64)]],
    ["a picture in another usual place", () => [{ images: [{ image: base64 }] }]],
  ])("%s is read", async (_name, events) => {
    expect(made(await asked("openai-compatible", events()))).toEqual([base64]);
  });

  test("so is a text that is no stream by its head", async () => {
    const answer = await asked("openai-compatible", [finished(base64)], {}, "text/plain");
    expect(made(answer)).toEqual([base64]);
  });

  test("an answer that is called a text and is JSON stays an answer", async () => {
    const { url } = await upstream(() => ({
      type: "text/plain",
      body: JSON.stringify({ created: 1, data: [{ b64_json: base64 }] }),
    }));
    const settings = { base_url: `${url}/v1` };
    const gateway = await gatewayWith([
      { id: "a", provider: "openai-compatible", settings, models: ["m"] },
    ]);
    const answer = await ask(gateway, { model: "m", prompt: "x", response_format: "b64_json" });
    expect(made(answer)).toEqual([base64]);
  });

  test("its error event is the caller's where it is about the caller's words", async () => {
    const error = { code: "moderation_blocked", message: "no foxes" };
    const answer = await asked("openai-compatible", [{ type: "error", error }]);
    expect(answer).toMatchObject({ status: 400, error: { code: "moderation_blocked" } });
  });

  test("without a picture it is a bad answer", async () => {
    const answer = await asked("openai-compatible", [{ progress: 1 }, "[DONE]"]);
    expect(answer).toMatchObject({ status: 502, error: { code: "upstream_failed" } });
  });
});

describe("a chat server that streams though nobody asked", () => {
  const delta = (fields: Record<string, unknown>) => ({ choices: [{ index: 0, delta: fields }] });

  test("its deltas are one message", async () => {
    const answer = await asked("openai-chat", [
      delta({ role: "assistant", content: "Here " }),
      delta({
        content: "it is",
        images: [{ image_url: { url: `data:image/png;base64,${base64}` } }],
      }),
      { choices: [{ delta: {}, finish_reason: "stop" }], usage: null },
      { choices: [], usage: { prompt_tokens: 2, completion_tokens: 4 } },
      "[DONE]",
    ]);
    expect(answer.status).toBe(200);
    expect(made(answer)).toEqual([base64]);
    expect(JSON.parse(answer.text)).toMatchObject({ usage: { total_tokens: 6 } });
  });

  test("a picture among the words of a delta is found", async () => {
    const text = `![a](data:image/png;base64,${base64})`;
    const answer = await asked("openai-chat", [
      delta({ content: "Look: " }),
      delta({ content: text }),
    ]);
    expect(made(answer)).toEqual([base64]);
  });

  test("a whole completion in one event is read", async () => {
    const images = [{ image_url: { url: `data:image/png;base64,${base64}` } }];
    const answer = await asked("openai-chat", [
      { choices: [{ message: { content: "", images } }] },
    ]);
    expect(made(answer)).toEqual([base64]);
  });

  test("a refusal stays one", async () => {
    const answer = await asked("openai-chat", [
      delta({ content: "I cannot" }),
      { choices: [{ delta: {}, finish_reason: "content_filter" }] },
    ]);
    expect(answer).toMatchObject({ status: 400, error: { code: "moderation_blocked" } });
  });
});

test("a responses server that streams though nobody asked ends with the response", async () => {
  const output = [{ type: "image_generation_call", result: base64 }];
  const answer = await asked("openai-responses", [
    { type: "response.created", response: { status: "in_progress", output: [] } },
    { type: "response.image_generation_call.partial_image", partial_image_b64: other },
    { type: "response.completed", response: { status: "completed", output } },
  ]);
  expect(answer.status).toBe(200);
  expect(made(answer)).toEqual([base64]);
});
