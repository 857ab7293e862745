import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { parseEvents } from "../support/events.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** The origin of an upstream that answers each call with pictures of these sizes and this usage. */
async function upstreamOf(sides: readonly number[], answer: object): Promise<string> {
  const pictures = await Promise.all(sides.map((side) => samplePng(side, side)));
  const data = pictures.map((picture) => ({ b64_json: picture.toString("base64") }));
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ data, ...answer }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  undo.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${port}`;
}

/** A gateway in front of such an upstream, whose model has this price. */
async function inFrontOf(
  price: unknown,
  sides: readonly number[],
  answer: object,
): Promise<TestGateway> {
  const settings = { base_url: `${await upstreamOf(sides, answer)}/v1` };
  const models = [{ name: "painter", price }];
  const gateway = await startTestGateway({
    channels: [{ id: "one", provider: "openai-compatible", settings, models }],
  });
  undo.push(() => gateway.close());
  return gateway;
}

interface Told {
  readonly cost: string | null;
  readonly price: string | null;
  readonly record: Readonly<Record<string, unknown>>;
}

/** The cost of a request by its answer and by its record. */
async function costOf(gateway: TestGateway, body: object = {}): Promise<Told> {
  const asked = { model: "painter", prompt: "a fox", response_format: "url", ...body };
  const response = await postJson(gateway, "/v1/images/generations", asked);
  expect([response.status, (await response.text()).includes("/i/")]).toEqual([200, true]);
  const { headers } = response;
  return {
    cost: headers.get("x-pinhole-cost"),
    price: headers.get("x-pinhole-price"),
    record: await recordOf(gateway, headers.get("x-request-id")),
  };
}

async function recordOf(
  gateway: TestGateway,
  id: string | null,
): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const response = await fetch(`${gateway.url}/admin/v1/requests/${id}`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    const record = (await response.json()) as Readonly<Record<string, unknown>>;
    // The answer does not wait for the outcome to be written.
    if (record["state"] !== "running") return record;
    await sleep(20);
  }
}

const byToken = { text_in_usd: 5, image_in_usd: 8, image_out_usd: 30, max_usd: 0.5 };
const none = { text_tokens: 0, image_tokens: 0 };

test.each([
  ["none", {}],
  ["null", { usage: null }],
  ["zeros", { usage: { input_tokens: 0, output_tokens: 0, total_tokens: 0 } }],
  [
    "zeros with details",
    { usage: { input_tokens: 9, output_tokens: 0, total_tokens: 9, output_tokens_details: none } },
  ],
])(
  "a price by token and a usage of %s: the cost is unknown, and settled at its bound",
  async (_what, answer) => {
    const gateway = await inFrontOf(byToken, [32], answer);
    const { cost, price, record } = await costOf(gateway);
    expect({ cost, price }).toEqual({ cost: null, price: "unknown" });
    expect(record).toMatchObject({
      state: "succeeded",
      price: "unknown",
      cost_usd: null,
      hold: { usd: "0.5", state: "settled", settled_usd: "0.5" },
    });
  },
);

test.each([
  ["totals alone", { input_tokens: 42, output_tokens: 1353, total_tokens: 1395 }, "0.0408"],
  [
    "output details without image_tokens",
    { input_tokens: 42, output_tokens: 1353, output_tokens_details: { text_tokens: 53 } },
    "0.03921",
  ],
  [
    "output details of null",
    { input_tokens: 42, output_tokens: 1353, output_tokens_details: null },
    "0.0408",
  ],
])("what a usage says is billed: %s", async (_what, usage, dollars) => {
  const gateway = await inFrontOf(byToken, [32], { usage });
  const { cost, price, record } = await costOf(gateway);
  expect({ cost, price }).toEqual({ cost: dollars, price: "priced" });
  expect(record).toMatchObject({
    price: "priced",
    cost_usd: dollars,
    hold: { settled_usd: dollars },
  });
});

test("one picture without a row: the sum is unknown, not the rest", async () => {
  const table = [{ size: "32x32", usd: 0.04 }];
  const gateway = await inFrontOf({ table }, [32, 24], {});
  expect(await costOf(gateway, { n: 2 })).toMatchObject({ cost: null, price: "unknown" });
  const alike = await inFrontOf({ table }, [32, 32], {});
  expect(await costOf(alike, { n: 2 })).toMatchObject({ cost: "0.08", price: "priced" });
});

test("free is free, and a model without a price is not", async () => {
  const free = await inFrontOf("free", [32], {});
  const { record, ...told } = await costOf(free);
  expect(told).toEqual({ cost: "0", price: "free" });
  expect(record).toMatchObject({ price: "free", cost_usd: "0" });
  const without = await inFrontOf(undefined, [32], {});
  const untold = await costOf(without);
  expect(untold).toMatchObject({ cost: null, price: "unknown" });
  expect(untold.record).toMatchObject({ price: "unknown", cost_usd: null, hold: null });
});

test("the events of a stream add up to the record's cost, and say how it is known", async () => {
  const price = { per_image_usd: "0.0000000001", lines: [{ per: "call", rate: 0.01 }] };
  const gateway = await inFrontOf(price, [32, 24, 16], {});
  const asked = { model: "painter", prompt: "a fox", stream: true, n: 3 };
  const response = await postJson(gateway, "/v1/images/generations", asked);
  const told = parseEvents(await response.text()).map(
    ({ data }) => data["pinhole"] as { cost?: string; price?: string; request_id: string },
  );
  expect(told.map(({ price: state }) => state)).toEqual(["priced", "priced", "priced"]);
  const sum = told.reduce((total, { cost = "" }) => total + Math.round(Number(cost) * 1e9), 0);
  // Three ten-thousandths of a nano-dollar are no nano-dollar, wherever they are added.
  expect(sum).toBe(10_000_000);
  expect(await recordOf(gateway, told[0]?.request_id ?? "")).toMatchObject({ cost_usd: "0.01" });
});

test("a price by region is that of the channel which made the picture", async () => {
  const price = [
    { when: { settings: { base_url: "*/west/v1" } }, per_image_usd: 0.02 },
    { per_image_usd: 0.05 },
  ];
  const server = await upstreamOf([32], {});
  const channel = (id: string, priority: number) => ({
    id,
    provider: "openai-compatible",
    settings: { base_url: `${server}/${id}/v1` },
    models: [{ name: "painter", price }],
    priority,
  });
  for (const [first, second, dollars] of [
    ["west", "east", "0.02"],
    ["east", "west", "0.05"],
  ] as const) {
    const gateway = await startTestGateway({ channels: [channel(first, 2), channel(second, 1)] });
    undo.push(() => gateway.close());
    const { cost, record } = await costOf(gateway);
    expect(cost).toBe(dollars);
    // Either may come to make it, so that the dearer one is held.
    expect(record).toMatchObject({ hold: { usd: "0.05", settled_usd: dollars } });
  }
});
