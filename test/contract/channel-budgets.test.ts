import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";
import { runCommand } from "../cli/run-command.ts";
import { rowsOf } from "../support/rows.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

interface Upstream {
  readonly url: string;
  /** Calls that it has been asked for. */
  calls: number;
  status: number;
  /** Calls are answered when it resolves. */
  gate: Promise<void>;
}

async function startUpstream(status = 200): Promise<Upstream> {
  const picture = (await samplePng(16, 16)).toString("base64");
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      upstream.calls += 1;
      void upstream.gate.then(() => {
        // As the gateway writes it.
        const { n = 1 } = JSON.parse(text) as { n?: number };
        const data = Array.from({ length: n }, () => ({ b64_json: picture }));
        const error = { message: "overloaded", type: "server_error" };
        response.writeHead(upstream.status, { "content-type": "application/json" });
        response.end(JSON.stringify(upstream.status === 200 ? { data } : { error }));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/v1`;
  const upstream: Upstream = { url, calls: 0, status, gate: Promise.resolve() };
  undo.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return upstream;
}

/** A channel whose `painter` costs ten cents a picture. */
const channel = (
  id: string,
  { url }: Upstream,
  more: object = {},
  price: unknown = { per_image_usd: 0.1 },
) => ({
  id,
  provider: "openai-compatible",
  settings: { base_url: url, images_per_call: 1 },
  models: [price === null ? "painter" : { name: "painter", price }],
  ...more,
});

const dollars = (usd: unknown, more: object = {}) => ({ usd, period: "total", ...more });

async function inFrontOf(channels: readonly object[], key: object = {}): Promise<TestGateway> {
  const gateway = await startTestGateway({
    channels,
    keys: [{ id: "k", name: "test", key: testKey, ...key }],
  });
  undo.push(() => gateway.close());
  return gateway;
}

async function ask(gateway: TestGateway, body: object = {}): Promise<[number, string, Headers]> {
  const asked = { model: "painter", prompt: "a fox", response_format: "b64_json", ...body };
  const response = await postJson(gateway, "/v1/images/generations", asked);
  return [response.status, await response.text(), response.headers];
}

/** All counters, once nothing is reserved any more, in cents. */
async function standing(gateway: TestGateway): Promise<Record<string, number>> {
  const read = () => rowsOf(gateway, "SELECT id, spent_nano, reserved_nano FROM budget_counters");
  await expect
    .poll(async () => (await read()).filter(({ reserved_nano }) => reserved_nano !== 0))
    .toEqual([]);
  const rows = await read();
  return Object.fromEntries(
    rows.map(({ id, spent_nano }) => [String(id), Number(spent_nano) / 10_000_000]),
  );
}

/** Entries of the provider's book: channel, dollars in nano, evidence, mark. */
async function charges(gateway: TestGateway): Promise<unknown[]> {
  const sql = `SELECT channel_id, nano, evidence, mark, key_id, key_name, model FROM ledger
    WHERE book = 'provider' ORDER BY booked_at, id`;
  return (await rowsOf(gateway, sql)).map((row) => Object.values(row));
}

test("a thousand calls at once of $0.10 at a channel of $5.00: exactly fifty are served, the others get a 503 that does not name it", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf([channel("acme-account", upstream, { budget: dollars(5) })]);
  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, at) => ask(gateway, { prompt: `fox ${at}` })),
  );
  const refused = answers.filter(([status]) => status !== 200);
  expect(refused).toHaveLength(950);
  for (const [status, body, headers] of refused) {
    expect([status, headers.get("x-should-retry")]).toEqual([503, "true"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(body).toContain("no_channel_available");
    expect(body).not.toMatch(/acme|budget/i);
  }
  expect(upstream.calls).toBe(50);
  expect(await standing(gateway)).toEqual({ "channel acme-account total": 500 });
});

test("a channel that cannot pay is passed over, and the next one is asked", async () => {
  const [first, second] = [await startUpstream(), await startUpstream()];
  const gateway = await inFrontOf([
    channel("first", first, { priority: 2, budget: dollars(0.2) }),
    channel("second", second, { priority: 1 }),
  ]);
  for (let at = 0; at < 4; at += 1) expect((await ask(gateway))[0]).toBe(200);
  expect([first.calls, second.calls]).toEqual([2, 2]);
  // Nothing is left for the whole of it, though for a part.
  expect((await ask(gateway, { n: 3 }))[0]).toBe(200);
  expect(second.calls).toBe(5);
});

test("four pictures in four calls fit whole or not at all, also where calls wait for room", async () => {
  const upstream = await startUpstream();
  const limits = { concurrency: 1 };
  const gateway = await inFrontOf([channel("one", upstream, { limits, budget: dollars(0.7) })]);
  const [first, second] = await Promise.all([
    ask(gateway, { n: 4, prompt: "a" }),
    ask(gateway, { n: 4, prompt: "b" }),
  ]);
  expect(new Set([first[0], second[0]])).toEqual(new Set([200, 503]));
  expect(upstream.calls).toBe(4);
  const served = [first, second].find(([status]) => status === 200);
  expect(JSON.parse(served?.[1] ?? "")).toMatchObject({ data: [{}, {}, {}, {}] });
  expect(await standing(gateway)).toEqual({ "channel one total": 40 });
});

test("a failover to a dearer channel is held there, or the next one is tried; the one that failed gets its money back", async () => {
  const [busy, dear, last] = [
    await startUpstream(503),
    await startUpstream(),
    await startUpstream(),
  ];
  const gateway = await inFrontOf([
    channel("busy", busy, { priority: 3, budget: dollars(0.1) }),
    channel("dear", dear, { priority: 2, budget: dollars(0.5) }, { per_image_usd: 0.4 }),
    channel("last", last, { priority: 1, budget: dollars(1) }, { per_image_usd: 0.2 }),
  ]);
  expect((await ask(gateway, { prompt: "a" }))[0]).toBe(200);
  expect((await ask(gateway, { prompt: "b" }))[0]).toBe(200);
  expect([dear.calls, last.calls]).toEqual([1, 1]);
  expect(await standing(gateway)).toEqual({
    "channel busy total": 0,
    "channel dear total": 40,
    "channel last total": 20,
  });
});

test("where the channel of a failover cannot pay, the answer is the failure of the one that was asked", async () => {
  const [busy, poor] = [await startUpstream(503), await startUpstream()];
  const gateway = await inFrontOf([
    channel("busy", busy, { priority: 2 }),
    channel("poor", poor, { priority: 1, budget: dollars(0.05) }),
  ]);
  const [status, body] = await ask(gateway);
  expect(status).toBeGreaterThanOrEqual(500);
  expect(body).not.toMatch(/poor|budget_exceeded/);
  expect(poor.calls).toBe(0);
  expect(await standing(gateway)).toMatchObject({ "channel poor total": 0 });
});

test("what the provider may have charged is booked with its evidence and the names of that time, and proved", async () => {
  const [good, failing, unpriced] = [
    await startUpstream(),
    await startUpstream(500),
    await startUpstream(),
  ];
  const gateway = await inFrontOf(
    [
      channel("good", good, { budget: dollars(5) }),
      {
        ...channel("failing", failing, { budget: dollars(5) }),
        models: [{ name: "breaking", price: { per_image_usd: 0.1 } }],
      },
      { ...channel("unpriced", unpriced), models: ["secret"] },
      { ...channel("free", unpriced), models: [{ name: "free", price: "free" }] },
    ],
    { budget: { usd: 3, hard: false } },
  );
  const named = ["file:k", "test"];
  expect((await ask(gateway))[0]).toBe(200);
  expect((await ask(gateway, { model: "breaking" }))[0]).toBe(502);
  expect((await ask(gateway, { model: "secret" }))[0]).toBe(200);
  expect((await ask(gateway, { model: "free" }))[0]).toBe(200);
  expect(await standing(gateway)).toEqual({
    "channel good total": 10,
    "channel failing total": 10,
    "key file:k month": 10,
  });
  await expect
    .poll(() => charges(gateway))
    .toEqual([
      ["good", 100_000_000, "known", null, ...named, "painter"],
      ["failing", 100_000_000, "bounded", "bound", ...named, "breaking"],
      ["unpriced", null, "unknown", "bound", ...named, "secret"],
    ]);
  const env = { DATABASE_URL: gateway.databaseUrl };
  const { code, out } = await runCommand(["ledger", "verify"], { env, cwd: gateway.folder });
  expect([code, out]).toEqual([0, "0 of 3 counters differ from the ledger\n"]);
});

test("a channel with a hard budget does not serve what nothing bounds; one that only watches does", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf([
    channel("strict", upstream, { priority: 2, budget: dollars(100) }, null),
    channel("watching", upstream, { priority: 1, budget: dollars(0, { hard: false }) }, null),
  ]);
  const [status, , headers] = await ask(gateway);
  expect([status, headers.get("x-pinhole-price")]).toEqual([200, "unknown"]);
  expect(upstream.calls).toBe(1);
  const strict = await inFrontOf([channel("strict", upstream, { budget: dollars(100) }, null)]);
  expect((await ask(strict))[0]).toBe(503);
});

test("a payer whose budget is spent is told so, though the channel could not pay either", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf([channel("one", upstream, { budget: dollars(0) })], {
    budget: dollars(0.05),
  });
  const [status, body] = await ask(gateway);
  expect([status, JSON.parse(body)]).toMatchObject([429, { error: { code: "budget_exceeded" } }]);
});

test("two budgets of a channel that count the same are a fault", async () => {
  const upstream = await startUpstream();
  await expect(
    inFrontOf([channel("one", upstream, { budget: [dollars(1), dollars(2)] })]),
  ).rejects.toThrow(/another budget of this list/);
});

test("a markup is the customer's affair: the channel's budget counts what its provider asks", async () => {
  const upstream = await startUpstream();
  const markup = { times: 3 };
  const gateway = await inFrontOf([channel("one", upstream, { markup, budget: dollars(0.2) })]);
  expect((await ask(gateway))[2].get("x-pinhole-cost")).toBe("0.3");
  expect((await ask(gateway, { prompt: "b" }))[0]).toBe(200);
  expect((await ask(gateway, { prompt: "c" }))[0]).toBe(503);
  expect(await standing(gateway)).toEqual({ "channel one total": 20 });
});
