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

test("a seed past 2^53 is told what it may be", async () => {
  const { gateway } = await world();
  const answer = await ask(gateway, `{"model":"m","prompt":"x","seed":${big}}`);
  expect([answer.status, answer.error.param]).toEqual([400, "seed"]);
  expect(answer.error.message).toContain("9007199254740991");
});

test("numbers that a number holds are numbers", async () => {
  const { gateway, sent } = await world();
  await ask(gateway, `{"model":"m","prompt":"x","a":9007199254740991,"b":1e3,"c":0.1,"d":-0}`);
  expect(JSON.parse(sent())).toMatchObject({ a: 9007199254740991, b: 1000, c: 0.1 });
});
