import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";
import { waitFor } from "../support/wait-for.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

interface Upstream {
  readonly url: string;
  /** Calls that it has answered. */
  calls: number;
  /** Calls are answered when it resolves. */
  gate: Promise<void>;
}

async function startUpstream(): Promise<Upstream> {
  const picture = (await samplePng(16, 16)).toString("base64");
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += String(chunk)));
    request.on("end", () => {
      void upstream.gate.then(() => {
        upstream.calls += 1;
        // As the gateway writes it.
        const { n = 1 } = JSON.parse(text) as { n?: number };
        response.writeHead(200, { "content-type": "application/json" });
        response.end(
          JSON.stringify({ data: Array.from({ length: n }, () => ({ b64_json: picture })) }),
        );
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  const upstream: Upstream = {
    url: `http://127.0.0.1:${port}/v1`,
    calls: 0,
    gate: Promise.resolve(),
  };
  undo.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return upstream;
}

/** A gateway with a budget on its key, in front of an upstream whose `painter` costs ten cents a picture. */
async function inFrontOf(
  upstream: Upstream,
  budget: unknown,
  settings: Record<string, unknown> = {},
): Promise<TestGateway> {
  const models = [
    { name: "painter", price: { per_image_usd: 0.1 } },
    { name: "free-painter", price: "free" },
    { name: "unpriced" },
    { name: "unbounded", price: { text_in_usd: 5, image_out_usd: 30 } },
    { name: "bounded", price: { text_in_usd: 5, image_out_usd: 30, max_usd: 0.2 } },
  ];
  const gateway = await startTestGateway({
    channels: [
      { id: "one", provider: "openai-compatible", settings: { base_url: upstream.url }, models },
    ],
    keys: [{ id: "k", name: "test", key: testKey, budget }],
    ...settings,
  });
  undo.push(() => gateway.close());
  return gateway;
}

interface Refusal {
  readonly error: {
    readonly code: string;
    readonly type: string;
    readonly message: string;
    readonly budget?: Readonly<Record<string, string | null>>;
  };
}

async function ask(gateway: TestGateway, body: object = {}): Promise<[number, Refusal, Headers]> {
  const asked = { model: "painter", prompt: "a fox", response_format: "b64_json", ...body };
  const response = await postJson(gateway, "/v1/images/generations", asked);
  // The tests compare what they use of it.
  return [response.status, (await response.json()) as Refusal, response.headers];
}

const dollars = (usd: unknown, more: object = {}) => ({ usd, period: "total", ...more });

test("a thousand calls at once of $0.10 against $5.00: exactly fifty are served", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf(upstream, dollars(5));
  let open = (): void => undefined;
  upstream.gate = new Promise((resolve) => (open = resolve));
  const answers = Promise.all(
    Array.from({ length: 1000 }, (_, at) => ask(gateway, { prompt: `fox ${at}` })),
  );
  setTimeout(open, 1500);
  const statuses = (await answers).map(([status]) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(50);
  expect(statuses.filter((status) => status === 429)).toHaveLength(950);
  expect(upstream.calls).toBe(50);
});

test("a spent budget is a 429 that says all of it, and no retry", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf(upstream, { usd: "0.25", period: "month" });
  expect((await ask(gateway, { n: 2 }))[0]).toBe(200);
  const [status, { error }, headers] = await ask(gateway);
  expect([status, error.code, error.type]).toEqual([429, "budget_exceeded", "insufficient_quota"]);
  const now = new Date();
  const { resets_at: resets, ...figures } = error.budget ?? {};
  expect(figures).toEqual({
    scope: "key",
    period: "month",
    limit_usd: "0.25",
    spent_usd: "0.2",
    reserved_usd: "0",
    left_usd: "0.05",
    needs_usd: "0.1",
  });
  expect(resets).toBe(
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString(),
  );
  expect([headers.get("x-should-retry"), headers.get("retry-after")]).toEqual(["false", null]);
  expect(error.message).toContain("$0.25 a month");
  expect(upstream.calls).toBe(1);
});

test("a refusal is in the log, one in ten seconds of a key; it costs nothing, claims no Idempotency-Key and is no repeat's original", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf(upstream, dollars(0.1));
  const again = { "idempotency-key": "once" };
  const url = "/v1/images/generations";
  const body = { model: "painter", prompt: "a fox", n: 2, response_format: "b64_json" };
  const refused = await postJson(gateway, url, body, again);
  expect([refused.status, (await postJson(gateway, url, body)).status]).toEqual([429, 429]);
  const found = async (): Promise<readonly Record<string, unknown>[]> => {
    const answer = await fetch(`${gateway.url}/admin/v1/requests?error=budget_exceeded`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    return ((await answer.json()) as { data: Record<string, unknown>[] }).data;
  };
  await expect
    .poll(found)
    .toMatchObject([
      { id: refused.headers.get("x-request-id"), state: "failed", model: "painter", n: 2 },
    ]);
  const [{ cost_usd: cost, key_id: key } = {}] = await found();
  expect([cost, key]).toEqual(["0", "file:k"]);
  const whole = await postJson(gateway, url, { ...body, n: 1 }, again);
  expect([whole.status, whole.headers.get("idempotent-replayed")]).toEqual([200, null]);
  expect(upstream.calls).toBe(1);
});

test("n pictures fit whole or not at all", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf(upstream, dollars(0.3));
  expect((await ask(gateway, { n: 4 }))[0]).toBe(429);
  expect(upstream.calls).toBe(0);
  expect((await ask(gateway, { n: 3 }))[0]).toBe(200);
});

test("where only reservations are in the way, the client is to come back soon", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf(upstream, dollars(0.1));
  let open = (): void => undefined;
  upstream.gate = new Promise((resolve) => (open = resolve));
  const first = ask(gateway);
  for (;;) {
    const [status, { error }, headers] = await ask(gateway, { model: "bounded" });
    // The larger request can never fit, however long it waits.
    expect([status, headers.get("x-should-retry")]).toEqual([429, "false"]);
    if (error.budget?.["reserved_usd"] === "0.1") break;
    await sleep(10);
  }
  const [status, { error }, headers] = await ask(gateway);
  expect([status, headers.get("x-should-retry"), headers.get("retry-after")]).toEqual([
    429,
    "true",
    "5",
  ]);
  expect(error.budget).toMatchObject({
    spent_usd: "0",
    reserved_usd: "0.1",
    left_usd: "0",
    resets_at: null,
  });
  open();
  expect((await first)[0]).toBe(200);
});

test("what failed costs nothing, and its reservation is given back", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf(upstream, dollars(0.1));
  const refusing = createServer((_request, response) => response.writeHead(500).end());
  await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
  const { port } = refusing.address() as AddressInfo;
  undo.push(async () => void refusing.close());
  const failing = await inFrontOf(
    { ...upstream, url: `http://127.0.0.1:${port}/v1` },
    dollars(0.1),
  );
  expect((await ask(failing))[0]).toBe(502);
  // A failure is written after its answer, and its reservation given back then.
  let tries = 0;
  await expect
    .poll(async () => (await ask(failing, { prompt: `again ${(tries += 1)}` }))[0])
    .toBe(502);
  expect((await ask(gateway))[0]).toBe(200);
});

test("without a price or a bound a budget in dollars cannot be kept, so the model is refused; free is served at any balance", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf(upstream, dollars(0));
  const [status, { error }] = await ask(gateway, { model: "unpriced" });
  expect([status, error.code]).toEqual([403, "model_not_allowed"]);
  expect(error.message).toContain("`price`");
  expect((await ask(gateway, { model: "unbounded" }))[1].error.message).toContain("`max_usd`");
  expect((await ask(gateway, { model: "bounded" }))[0]).toBe(429);
  expect((await ask(gateway, { model: "free-painter" }))[0]).toBe(200);
  expect(upstream.calls).toBe(1);
});

test("a budget that only watches refuses nothing, and one of other models neither", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf(upstream, [
    dollars(0, { hard: false }),
    dollars(0, { models: ["gpt-*", "free-painter"] }),
  ]);
  expect((await ask(gateway))[0]).toBe(200);
  expect((await ask(gateway, { model: "unpriced" }))[0]).toBe(200);
});

test("a budget that was raised counts what was spent before, and the raise may have an end", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf(
    upstream,
    dollars(0.1, { raise: { usd: 0.1, until: "2999-01-01" } }),
  );
  expect((await ask(gateway, { n: 2 }))[0]).toBe(200);
  expect((await ask(gateway))[0]).toBe(429);
  const over = await inFrontOf(
    upstream,
    dollars(0.1, { raise: { usd: 0.1, until: "2001-01-01" } }),
  );
  expect((await ask(over, { n: 2 }))[0]).toBe(429);
});

test("a key is told what it has spent and what its budgets have left", async () => {
  const upstream = await startUpstream();
  const gateway = await inFrontOf(upstream, [
    dollars("0.5"),
    { usd: 9, period: "day", models: ["painter"], hard: false },
  ]);
  const usage = async (): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${gateway.key}` };
    // The tests compare what they use of it.
    return (await (await fetch(`${gateway.url}/v1/usage`, { headers })).json()) as Record<
      string,
      unknown
    >;
  };
  expect(await usage()).toMatchObject({ spent_usd: "0", reserved_usd: "0", by_model: [] });
  await ask(gateway, { n: 3 });
  let open = (): void => undefined;
  upstream.gate = new Promise((resolve) => (open = resolve));
  const running = ask(gateway, { model: "bounded" });
  await waitFor(async () => expect(await usage()).toMatchObject({ reserved_usd: "0.2" }));
  const day = new Date().toISOString().slice(0, 10);
  expect(await usage()).toMatchObject({
    object: "usage",
    spent_usd: "0.3",
    by_model: [{ model: "painter", images: 3, spent_usd: "0.3" }],
    by_day: [{ day, images: 3, spent_usd: "0.3" }],
    budgets: [
      {
        scope: "key",
        period: "total",
        limit_usd: "0.5",
        spent_usd: "0.3",
        reserved_usd: "0.2",
        left_usd: "0",
        resets_at: null,
      },
      { period: "day", limit_usd: "9", spent_usd: "0.3", reserved_usd: "0", hard: false },
    ],
  });
  open();
  await running;
  expect(await usage()).toMatchObject({ spent_usd: "0.5", reserved_usd: "0" });
});

test.each([
  ["NaN", Number.NaN],
  ["infinity", Number.POSITIVE_INFINITY],
  ["a negative", -1],
  ["above nine million", 9_000_001],
  ["the same as text", "9000000.000000001"],
  ["words", "ten"],
  ["a negative text", "-1"],
])("a budget of %s is a fault", async (_what, usd) => {
  const upstream = await startUpstream();
  await expect(inFrontOf(upstream, dollars(usd))).rejects.toThrow(/keys\[0\]\.budget/);
});

test("two budgets that count the same are a fault", async () => {
  const upstream = await startUpstream();
  const twice = inFrontOf(upstream, [dollars(1), dollars(2)]);
  await expect(twice).rejects.toThrow(/another budget of this list/);
  await expect(
    inFrontOf(upstream, undefined, { money: { time_zone: "Mars/Olympus" } }),
  ).rejects.toThrow(/money\.time_zone/);
});
