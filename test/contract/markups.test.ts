import { afterEach, expect, test } from "vitest";
import { parseEvents } from "../support/events.ts";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const partnerKey = "partner-key-0123456789-abc";
const price = { per_image_usd: "0.0333" };

async function start(more: object = {}): Promise<[TestGateway, CountingUpstream]> {
  const upstream = await startCountingUpstream();
  undo.push(() => upstream.close());
  const settings = { base_url: upstream.url, api_key: "k" };
  const gateway = await startTestGateway({
    money: { markup: { times: 1.1 } },
    teams: [{ id: "partners", markup: { times: 0.5, per_image_usd: 0.001 } }, { id: "staff" }],
    keys: [
      { name: "test", key: testKey, team: "staff", budget: { usd: 1, period: "total" } },
      { name: "partner", key: partnerKey, team: "partners" },
    ],
    channels: [
      {
        id: "marked",
        provider: "openai-compatible",
        settings,
        markup: { times: 2 },
        models: [
          { name: "by-channel", price },
          { name: "by-model", price, markup: { per_image_usd: "0.0000000005" } },
          { name: "gift", price: "free" },
        ],
      },
      {
        id: "plain",
        provider: "openai-compatible",
        settings,
        models: [{ name: "by-house", price }],
      },
    ],
    ...more,
  });
  undo.push(() => gateway.close());
  return [gateway, upstream];
}

async function cost(gateway: TestGateway, key: string, body: object): Promise<string | null> {
  const headers = { authorization: `Bearer ${key}` };
  const asked = { prompt: "a fox", response_format: "b64_json", ...body };
  const response = await postJson(gateway, "/v1/images/generations", asked, headers);
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return response.headers.get("x-pinhole-cost");
}

async function estimate(gateway: TestGateway, key: string, body: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${key}` };
  const asked = { prompt: "a fox", ...body };
  return (await postJson(gateway, "/v1/images/estimate", asked, headers)).json();
}

test("one markup counts: the team's, else the model's, the channel's, the house's; estimates say the same", async () => {
  const [gateway] = await start();
  for (const [key, model, one] of [
    [testKey, "by-channel", "0.0666"],
    [testKey, "by-model", "0.033300001"],
    [testKey, "by-house", "0.03663"],
    [partnerKey, "by-channel", "0.01765"],
    [partnerKey, "by-model", "0.01765"],
    [partnerKey, "by-house", "0.01765"],
  ] as const) {
    expect(await estimate(gateway, key, { model })).toMatchObject({ min: one, max: one });
    expect(await cost(gateway, key, { model })).toBe(one);
  }
  expect(await cost(gateway, partnerKey, { model: "gift" })).toBe("0");
});

test("alike requests of two teams share no estimate and no hold", async () => {
  const [gateway] = await start();
  const body = { model: "by-house" };
  for (let round = 0; round < 3; round += 1) {
    expect(await cost(gateway, testKey, body)).toBe("0.03663");
    expect(await cost(gateway, partnerKey, body)).toBe("0.01765");
  }
});

test("budgets, usage, the record and the stream's last event have the amount with the markup", async () => {
  const [gateway] = await start({
    keys: [{ name: "test", key: testKey, budget: { usd: "0.15", period: "total" } }],
  });
  const body = { model: "by-channel", prompt: "a fox", stream: true };
  const streamed = await postJson(gateway, "/v1/images/generations", body);
  const events = parseEvents(await streamed.text());
  expect(JSON.stringify(events.at(-1))).toContain("0.0666");
  expect(await cost(gateway, testKey, { model: "by-channel" })).toBe("0.0666");
  const headers = { authorization: `Bearer ${testKey}` };
  const usage = await (await fetch(`${gateway.url}/v1/usage`, { headers })).json();
  expect(usage).toMatchObject({
    spent_usd: "0.1332",
    budgets: [{ spent_usd: "0.1332", left_usd: "0.0168" }],
  });
  const refused = await postJson(gateway, "/v1/images/generations", { ...body, stream: false });
  expect(await refused.json()).toMatchObject({
    error: { code: "budget_exceeded", budget: { needs_usd: "0.0666" } },
  });
});

test("callers are told the price and the markup that they are charged", async () => {
  const [gateway] = await start();
  const told = async (key: string, model: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${key}` };
    return (await fetch(`${gateway.url}/v1/models/${model}`, { headers })).json();
  };
  expect(await told(testKey, "by-channel")).toMatchObject({ pricing: price, markup: { times: 2 } });
  expect(await told(partnerKey, "by-channel")).toMatchObject({
    pricing: price,
    markup: { times: 0.5, per_image_usd: 0.001 },
  });
  expect(await told(testKey, "gift")).not.toHaveProperty("markup");
});
