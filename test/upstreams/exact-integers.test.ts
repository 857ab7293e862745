import { describe, expect, test } from "vitest";
import { ask, askForm, closeAfterEach, gatewayWith, png, upstream } from "./world.ts";

closeAfterEach();

const big = "6687881544318117707";

async function world(provider = "openai-compatible") {
  const base64 = (await png()).toString("base64");
  const one = await upstream(() => ({
    body:
      provider === "openai-chat"
        ? { choices: [{ message: { content: `![](data:image/png;base64,${base64})` } }] }
        : { created: 1, data: [{ b64_json: base64 }] },
  }));
  const channel = { id: "a", provider, settings: { base_url: one.url }, models: ["m"] };
  const gateway = await gatewayWith([channel]);
  return { gateway, sent: () => one.came.map(({ body }) => body.toString("latin1")).join("\n") };
}

describe("an integer past 2^53 arrives as it came", () => {
  test.each([
    ["in a field of its own", `"noise_seed":${big}`],
    ["below zero", `"noise_seed":-${big}`],
    ["in a list in an object", `"extra":{"ids":[1,${big}]}`],
    ["of hundreds of digits", `"huge":${"9".repeat(300)}`],
  ])("%s", async (_name, field) => {
    const { gateway, sent } = await world();
    const answer = await ask(gateway, `{"model":"m","prompt":"x",${field}}`);
    expect([answer.status, sent().includes(field)]).toEqual([200, true]);
  });

  test.each(["openai-compatible", "openai-chat"])("in provider_options of %s", async (provider) => {
    const { gateway, sent } = await world(provider);
    const options = `"provider_options":{"${provider}":{"noise_seed":${big}}}`;
    const answer = await ask(gateway, `{"model":"m","prompt":"x",${options}}`);
    expect([answer.status, sent().includes(`"noise_seed":${big}`)]).toEqual([200, true]);
  });

  test("in forms, also inside provider_options", async () => {
    const { gateway, sent } = await world();
    const form = new FormData();
    form.set("model", "m");
    form.set("prompt", "x");
    form.set("noise_seed", big);
    form.set("provider_options", `{"openai-compatible":{"other_seed":${big}}}`);
    form.set("image", new Blob([new Uint8Array(await png())]), "a.png");
    expect((await askForm(gateway, form)).status).toBe(200);
    expect(sent().split(big)).toHaveLength(3);
  });
});

test("a seed past 2^53 arrives as it came, also of a form, and counts on exactly", async () => {
  const { gateway, sent } = await world();
  const answer = await ask(gateway, `{"model":"m","prompt":"x","seed":${big}}`);
  expect([answer.status, sent().includes(`"seed":${big}`)]).toEqual([200, true]);
  expect(answer.headers.get("x-pinhole-seed")).toBe(big);
  const form = new FormData();
  for (const [name, value] of Object.entries({ model: "m", prompt: "x", seed: `-${big}` }))
    form.set(name, value);
  form.set("image", new Blob([new Uint8Array(await png())]), "a.png");
  expect((await askForm(gateway, form)).headers.get("x-pinhole-seed")).toBe(`-${big}`);
  const split = await upstream(() => ({ body: { data: [{ b64_json: "" }] } }));
  const settings = { base_url: split.url, images_per_call: 1 };
  const other = await gatewayWith([
    { id: "a", provider: "openai-compatible", settings, models: ["m"] },
  ]);
  await ask(other, `{"model":"m","prompt":"x","n":2,"seed":${Number.MAX_SAFE_INTEGER}}`);
  const seeds = split.came.map(({ body }) => /"seed":(\d+)/.exec(String(body))?.[1]);
  expect(new Set(seeds)).toEqual(new Set(["9007199254740991", "9007199254740992"]));
});

test.each([["1e30"], ["1.5"], ["36893488147419103232"], ['"7"']])(
  "a seed of %s is told what it may be",
  async (seed) => {
    const { gateway } = await world();
    const answer = await ask(gateway, `{"model":"m","prompt":"x","seed":${seed}}`);
    expect([answer.status, answer.error.param]).toEqual([400, "seed"]);
    expect(answer.error.message).toContain("64 bits");
  },
);

test("a seed past 2^53 is refused where it would be rounded", async () => {
  const gateway = await gatewayWith([{ id: "a", provider: "sandbox", models: ["sandbox"] }]);
  for (const [seed, n] of [
    [big, 1],
    [Number.MAX_SAFE_INTEGER, 2],
  ]) {
    const answer = await ask(gateway, `{"model":"sandbox","prompt":"x","n":${n},"seed":${seed}}`);
    expect([answer.status, answer.error.param]).toEqual([400, "seed"]);
    expect(answer.error.message).toContain("integer from");
  }
});

test("numbers that a number holds are numbers", async () => {
  const { gateway, sent } = await world();
  await ask(gateway, `{"model":"m","prompt":"x","a":9007199254740991,"b":1e3,"c":0.1,"d":-0}`);
  expect(JSON.parse(sent())).toMatchObject({ a: 9007199254740991, b: 1000, c: 0.1 });
});
