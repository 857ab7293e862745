import { describe, expect, test } from "vitest";
import { ask, askForm, closeAfterEach, gatewayWith, png, upstream } from "./world.ts";

closeAfterEach();

const settings: Readonly<Record<string, Record<string, unknown>>> = {
  "openai-compatible": {},
  openai: { api_key: "sk-abcdefghijkl" },
  "openai-chat": {},
};

async function world(provider: string, more: Record<string, unknown> = {}) {
  const base64 = (await png()).toString("base64");
  const one = await upstream(({ path }) => ({
    body: path.includes("/chat")
      ? { choices: [{ message: { content: `![](data:image/png;base64,${base64})` } }] }
      : { created: 1, data: [{ b64_json: base64 }] },
  }));
  const model = {
    name: "cheap",
    card: { operations: ["generation", "edit"], sizes: ["64x48"], n: 1 },
  };
  const channel = {
    id: "a",
    provider,
    settings: { base_url: one.url, ...settings[provider], ...more },
    models: [model],
  };
  const gateway = await gatewayWith([channel]);
  return { gateway, sent: () => one.came.map(({ body }) => body.toString("latin1")).join("\n") };
}

const spellings: readonly Record<string, unknown>[] = [
  { Model: "dear" },
  { mOdEl: "dear" },
  { "model[]": "dear" },
  { "mo-del": "dear" },
  { " model": "dear" },
  { models: ["dear"] },
  { model_id: "dear" },
  { ModelName: "dear" },
  { engine: "dear" },
  { Deployment: "dear" },
  { route: "dear" },
  { N: 4711 },
  { "n[]": 4711 },
  { num_Images: 4711 },
  { numImages: 4711 },
  { "num-outputs": 4711 },
  { batchSize: 4711 },
  { SIZE: "4711x4711" },
  { image_size: "4711x4711" },
  { Width: 4711 },
  { HEIGHT: 4711 },
  { extra_body: { n: 4711 } },
  { extraBody: { model: "dear" } },
  { options: { deep: [{ Model: "dear" }] } },
  { options: { n: 4711 } },
  { parameters: { image_size: "4711x4711" } },
  { "extra[model]": "dear" },
];

describe("a name that would change what is billed", () => {
  test.each(["openai-compatible", "openai"])("never reaches %s", async (provider) => {
    const { gateway, sent } = await world(provider);
    for (const fields of spellings) {
      for (const body of [fields, { provider_options: { [provider]: fields } }]) {
        const answer = await ask(gateway, { model: "cheap", prompt: "x", ...body });
        const said = JSON.stringify(body);
        expect([said, answer.status, answer.error.code]).toEqual([
          said,
          400,
          "unsupported_parameter",
        ]);
      }
    }
    expect(sent()).not.toMatch(/dear|4711/);
  });

  test("never reaches a chat through its options", async () => {
    const { gateway, sent } = await world("openai-chat");
    for (const fields of spellings) {
      await ask(gateway, {
        model: "cheap",
        prompt: "x",
        provider_options: { "openai-chat": fields },
      });
    }
    expect(sent()).not.toMatch(/dear|4711(?!x)/);
  });

  test("is refused in a form too", async () => {
    const { gateway, sent } = await world("openai-compatible");
    for (const name of ["Model", "N", "model_id", "num_images", "extra[model]", "size[]"]) {
      const form = new FormData();
      form.set("model", "cheap");
      form.set("prompt", "x");
      form.set("image", new Blob([new Uint8Array(await png())]), "a.png");
      form.set(name, "4711");
      const answer = await askForm(gateway, form);
      expect([name, answer.status]).toEqual([name, 400]);
    }
    expect(sent()).toBe("");
  });

  test("other fields go on as they came, nested ones too", async () => {
    const { gateway, sent } = await world("openai-compatible");
    const fields = {
      steps: 30,
      lora: [{ name: "a", weight: 0.5 }],
      newsletter: true,
      emotion: "calm",
    };
    const answer = await ask(gateway, { model: "cheap", prompt: "x", ...fields });
    expect(answer.status).toBe(200);
    expect(JSON.parse(sent())).toMatchObject(fields);
  });
});

describe("a tag in the prompt out of which a server reads parameters", () => {
  const tag = '<sd_cpp_extra_args>{"width":512,"batch_count":3}</sd_cpp_extra_args>';

  test.each(["openai-compatible", "automatic1111"])("%s refuses it", async (provider) => {
    const { gateway, sent } = await world(provider);
    for (const prompt of [
      `boat ${tag}`,
      tag.toUpperCase(),
      "boat < sd_cpp_extra_args >{}",
      "</sd_cpp_extra_args>",
    ]) {
      const answer = await ask(gateway, { model: "cheap", prompt });
      expect([prompt, answer.status, answer.error.param]).toEqual([prompt, 400, "prompt"]);
    }
    expect(sent()).toBe("");
  });

  test("in the negative prompt too", async () => {
    const base = await upstream(() => ({ body: {} }));
    const channel = { id: "a", provider: "openai-compatible", settings: { base_url: base.url } };
    const gateway = await gatewayWith([{ ...channel, models: ["m"] }]);
    const answer = await ask(gateway, { model: "m", prompt: "boat", negative_prompt: tag });
    expect([answer.status, answer.error.param, base.came.length]).toEqual([
      400,
      "negative_prompt",
      0,
    ]);
  });

  test("the operator's list decides", async () => {
    const { gateway, sent } = await world("openai-compatible", { refused_prompt_tags: ["secret"] });
    expect((await ask(gateway, { model: "cheap", prompt: `a ${tag}` })).status).toBe(200);
    expect(sent()).toContain("sd_cpp_extra_args");
    expect((await ask(gateway, { model: "cheap", prompt: "a <secret>" })).status).toBe(400);
  });

  test("words alone are no tag", async () => {
    const { gateway } = await world("openai-compatible");
    const prompt = "a < b, and sd_cpp_extra_args on a sign";
    expect((await ask(gateway, { model: "cheap", prompt })).status).toBe(200);
  });
});
