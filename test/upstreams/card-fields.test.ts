import { describe, expect, test } from "vitest";
import { cardParameters } from "../../src/core/model-card.ts";
import { postJson, type TestGateway } from "../support/gateway.ts";
import { closeAfterEach, gatewayWith, upstream } from "./world.ts";

closeAfterEach();

/** A value for each parameter that no other part of a request has. */
const values: Readonly<Record<(typeof cardParameters)[number], unknown>> = {
  user: "user-4711",
  watermark: true,
  moderation: "low",
  seed: 4711,
  negative_prompt: "fog-4711",
  aspect_ratio: "16:9",
  input_fidelity: "high",
  complexity: "medium",
  safety_identifier: "sid-4711",
};

const settings: Readonly<Record<string, Record<string, unknown>>> = {
  "openai-compatible": {},
  "openai-chat": {},
  openai: { api_key: "sk-abcdefghijkl" },
  "azure-openai": { api_key: "abcdefghijkl" },
  "openai-responses": { api_key: "sk-abcdefghijkl", text_model: "t" },
  openrouter: { api_key: "abcdefghijkl" },
  replicate: { api_token: "r8_abcdefghijk" },
  automatic1111: {},
};

/** Hosted providers that were written without a thought of other cards than their own. */
const hosted: Readonly<Record<string, Record<string, unknown>>> = {
  bfl: { api_key: "abcdefghijkl" },
  fal: { api_key: "abcdefghijkl" },
  gemini: { api_key: "abcdefghijkl" },
  modelscope: { api_key: "abcdefghijkl" },
  qianfan: { api_key: "abcdefghijkl" },
};

/** A channel with a model for each card, named as the card is. */
function channelOf(
  provider: string,
  url: string,
  cards: Readonly<Record<string, Record<string, unknown>>>,
): Record<string, unknown> {
  const models = Object.entries(cards).map(([name, card]) => ({ name, upstream: "o/m", card }));
  const own = settings[provider] ?? hosted[provider];
  return { id: "a", provider, settings: { base_url: url, ...own }, models };
}

/** The gateway, or the faults for which it did not start. */
async function start(channel: Record<string, unknown>): Promise<TestGateway | string> {
  try {
    return await gatewayWith([channel]);
  } catch (thrown) {
    return String(thrown);
  }
}

describe("a parameter that a card names is sent, or refused aloud, or a fault at the start", () => {
  test.each(Object.keys(settings))("%s", async (provider) => {
    const one = await upstream(() => ({ status: 400, body: { error: { message: "no" } } }));
    const cardsOf = (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, { parameters: [name] }]));
    const whole = await start(channelOf(provider, one.url, cardsOf(cardParameters)));
    const left = cardParameters.filter(
      (name) => typeof whole !== "string" || !whole.includes(`\`${name}\``),
    );
    expect(typeof whole === "string" ? left.length < cardParameters.length : true).toBe(true);
    const gateway =
      typeof whole === "string" ? await start(channelOf(provider, one.url, cardsOf(left))) : whole;
    if (typeof gateway === "string") throw new Error(gateway);
    for (const name of left) {
      const before = one.came.length;
      const body = { model: name, prompt: "x", [name]: values[name] };
      const response = await postJson(gateway, "/v1/images/generations", body, {
        "x-pinhole-strict": "true",
      });
      const { error } = (await response.json()) as { error: { param: string | null } };
      const sent = one.came.slice(before).map((came) => came.body.toString());
      const isSent = sent.join("").includes(JSON.stringify(values[name]));
      // `user` is kept with the record, so that leaving it out loses nothing; OpenAI gets it as a hash.
      const isKept = name === "user" && sent.length > 0;
      const said = [provider, name, response.status, error.param, sent.join("")];
      expect([400, isSent || isKept || error.param === name, ...said]).toEqual([
        400,
        true,
        ...said,
      ]);
    }
  });
});

describe("is a fault at the start", () => {
  const told = async (provider: string, card: Record<string, unknown>): Promise<string> => {
    const gateway = await start(channelOf(provider, "http://127.0.0.1:1", { m: card }));
    return typeof gateway === "string" ? gateway : "";
  };

  test.each([
    ["openrouter", { styles: ["vivid"] }, "`style`"],
    ["openrouter", { mask: { polarity: "white" } }, "`mask`"],
    ["automatic1111", { backgrounds: ["transparent"] }, "`background`"],
    ["automatic1111", { parameters: ["watermark"] }, "`watermark`"],
    ["replicate", { format_parameter: true }, "`output_format`"],
    ["replicate", { streaming: true }, "`stream`"],
    ["bfl", { parameters: ["input_fidelity"] }, "`input_fidelity`"],
    ["gemini", { mask: { polarity: "white" } }, "`mask`"],
    ["modelscope", { mask: { polarity: "white" } }, "`mask`"],
    ["qianfan", { qualities: ["high"] }, "`quality`"],
    ["fal", { mask: { polarity: "white" } }, "`mask`"],
    ["fal", { qualities: ["high"] }, "`quality`"],
    ["openai-compatible", { parameters: ["sead"] }, "did you mean `seed`"],
    ["openai-compatible", { parameters: ["steps"] }, "`steps`"],
  ])("%s %j", async (provider, card, words) => {
    expect(await told(provider, card)).toContain(words);
  });

  test.each([
    ["openrouter", { styles: [], streaming: false }],
    ["replicate", { parameters: ["negative_prompt"] }],
    ["modelscope", { parameters: ["negative_prompt"], sizes: ["512x512"] }],
    ["fal", { parameters: ["seed"], format_parameter: true }],
    ["openai-compatible", { parameters: [...cardParameters] }],
  ])("not %s %j", async (provider, card) => {
    expect(await told(provider, card)).toBe("");
  });
});
