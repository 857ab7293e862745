import { afterEach, describe, expect, test } from "vitest";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { samplePng } from "../support/pictures.ts";
import { type MockOpenAi, type SeenRequest, startMockOpenAi } from "../support/mock-openai.ts";

type Answer = { status: number; headers?: Record<string, string>; body: string } | undefined;

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

const failing = (status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: JSON.stringify({ error: { message: "no", type: "server_error", code: null } }),
});

async function upstream(answer?: (request: SeenRequest) => Answer): Promise<MockOpenAi> {
  const mock = await startMockOpenAi(answer);
  opened.push(mock);
  return mock;
}

function channel(id: string, mock: MockOpenAi, more: Record<string, unknown> = {}) {
  return {
    id,
    provider: "openai-compatible",
    settings: { base_url: mock.url, api_key: "k" },
    models: ["any"],
    ...more,
  };
}

async function gatewayOf(settings: Record<string, unknown>): Promise<TestGateway> {
  const gateway = await startTestGateway({ expose_channel: true, ...settings });
  opened.push(gateway);
  return gateway;
}

const ask = (gateway: TestGateway, more: Record<string, unknown> = {}): Promise<Response> =>
  postJson(gateway, "/v1/images/generations", {
    model: "any",
    prompt: "a fox",
    response_format: "b64_json",
    ...more,
  });

interface HealthRow {
  readonly id: string;
  readonly state: string;
  readonly why: string | null;
  readonly next_probe: string | null;
  readonly in_flight: number;
  readonly credentials: readonly { readonly state: string; readonly why: string | null }[];
  readonly models: readonly { readonly upstream: string; readonly state: string }[];
}

async function health(gateway: TestGateway): Promise<HealthRow[]> {
  const response = await fetch(`${gateway.url}/admin/v1/health/channels`, {
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  });
  const text = await response.text();
  expect(text).not.toContain("first-secret");
  return (JSON.parse(text) as { data: HealthRow[] }).data;
}

interface RecordRow {
  readonly state: string;
  readonly attempts: readonly { readonly channel: string; readonly evidence: string | null }[];
}

/** The record is written after the answer: asked for until it is. */
async function attemptsOf(gateway: TestGateway, response: Response) {
  const id = response.headers.get("x-request-id") ?? "";
  for (;;) {
    const record = await fetch(`${gateway.url}/admin/v1/requests/${id}`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    const { state, attempts } = (await record.json()) as RecordRow;
    if (state !== "running") return attempts.map((one) => [one.channel, one.evidence]);
  }
}

describe("after a failed attempt", () => {
  test("a refusal goes to the next target, cools the channel and is written down", async () => {
    const bad = await upstream(() => failing(503));
    const good = await upstream();
    const gateway = await gatewayOf({
      channels: [channel("bad", bad, { priority: 5 }), channel("good", good)],
    });
    const response = await ask(gateway);
    expect(response.status).toBe(200);
    expect(response.headers.get("x-pinhole-channel")).toBe("good");
    expect(response.headers.get("x-pinhole-attempts")).toBe("2");
    await response.arrayBuffer();
    expect(await attemptsOf(gateway, response)).toEqual([
      ["bad", "refused"],
      ["good", null],
    ]);
    expect((await ask(gateway)).status).toBe(200);
    expect(bad.seen).toHaveLength(1);
    const [row] = await health(gateway);
    expect(row).toMatchObject({ id: "bad", state: "cooling", why: "upstream_busy", in_flight: 0 });
    expect(Date.parse(row?.next_probe ?? "")).toBeGreaterThan(Date.now() + 20_000);
    const lines = gateway.log.filter((line) => line["msg"] === "channel health changed");
    expect(lines).toMatchObject([{ channel: "bad", from: "healthy", to: "cooling" }]);
  });

  test("a call that fails over to a target of fewer at once keeps its place among the others", async () => {
    const pngs = await Promise.all(
      [10, 11, 20, 21].map((width) => samplePng(width, 16).then((png) => png.toString("base64"))),
    );
    const answer = (pictures: readonly (string | undefined)[]): Answer => ({
      status: 200,
      body: JSON.stringify({ created: 1, data: pictures.map((b64_json) => ({ b64_json })) }),
    });
    const pairs = await upstream(() =>
      pairs.seen.length === 1 ? answer(pngs.slice(0, 2)) : failing(503),
    );
    const singles = await upstream(() => answer([pngs[singles.seen.length + 1]]));
    const making = (n: number) => ({
      models: [{ name: "any", card: { operations: ["generation"], n }, price: "free" }],
    });
    const gateway = await gatewayOf({
      channels: [
        channel("pairs", pairs, { priority: 2, ...making(2) }),
        // One after another, so that the pictures come in the order of their calls.
        channel("singles", singles, { priority: 1, limits: { concurrency: 1 }, ...making(1) }),
      ],
    });
    const response = await ask(gateway, { n: 4 });
    expect(response.status).toBe(200);
    const { data } = (await response.json()) as { data: { b64_json: string }[] };
    // Either of the two calls for a pair may have been the first.
    const order = data.map(({ b64_json }) => pngs.indexOf(b64_json)).join(" ");
    expect(["0 1 2 3", "2 3 0 1"]).toContain(order);
  });

  test("an unknown outcome stops, unless the channel says retry_unknown", async () => {
    const bad = await upstream(() => failing(500));
    const good = await upstream();
    for (const [retry, status] of [
      [false, 502],
      [true, 200],
    ] as const) {
      const gateway = await gatewayOf({
        channels: [
          channel("bad", bad, { priority: 5, retry_unknown: retry }),
          channel("good", good),
        ],
      });
      const response = await ask(gateway);
      expect(response.status).toBe(status);
      expect(response.headers.get("x-should-retry")).toBe(retry ? null : "false");
    }
    expect(bad.seen).toHaveLength(2);
    expect(good.seen).toHaveLength(1);
  });

  test("moderation and other faults of the caller stop and never cool", async () => {
    const strict = await upstream(() => ({
      status: 400,
      body: JSON.stringify({ error: { message: "no", code: "moderation_blocked" } }),
    }));
    const other = await upstream();
    const gateway = await gatewayOf({
      channels: [channel("strict", strict, { priority: 5 }), channel("other", other)],
    });
    for (let count = 0; count < 7; count += 1) expect((await ask(gateway)).status).toBe(400);
    expect(strict.seen).toHaveLength(7);
    expect(other.seen).toHaveLength(0);
    expect((await health(gateway)).map(({ state }) => state)).toEqual(["healthy", "healthy"]);
  });

  test("the last target of a model is never ejected", async () => {
    let isBroken = true;
    const only = await upstream(() => (isBroken ? failing(500) : undefined));
    const policy = { repeat_window: 0 };
    const gateway = await gatewayOf({ channels: [channel("only", only)], policy });
    for (let count = 0; count < 5; count += 1) expect((await ask(gateway)).status).toBe(502);
    expect((await health(gateway))[0]?.why).toContain("5 failures in a row");
    expect((await ask(gateway)).status).toBe(502);
    isBroken = false;
    expect((await ask(gateway)).status).toBe(200);
    expect((await health(gateway))[0]).toMatchObject({ state: "healthy", why: null });
    expect(only.seen).toHaveLength(7);
  });

  test("a credential's fault cools that credential, and another of the same channel serves", async () => {
    const mock = await upstream((request) =>
      request.headers.authorization === "Bearer first-secret" ? failing(401) : undefined,
    );
    const settings = { base_url: mock.url, api_keys: ["first-secret", "second-secret"] };
    const gateway = await gatewayOf({ channels: [channel("two", mock, { settings })] });
    for (let count = 0; count < 4; count += 1) expect((await ask(gateway)).status).toBe(200);
    const refused = mock.seen.filter(
      ({ headers }) => headers.authorization === "Bearer first-secret",
    );
    expect(refused).toHaveLength(1);
    expect((await health(gateway))[0]).toMatchObject({
      state: "healthy",
      credentials: [{ state: "cooling", why: "upstream_credentials" }, { state: "healthy" }],
    });
  });

  test("Retry-After is honoured to the second", async () => {
    const limited = await upstream(() => failing(429, { "retry-after": "7200" }));
    const good = await upstream();
    const gateway = await gatewayOf({
      channels: [channel("limited", limited, { priority: 5 }), channel("good", good)],
    });
    const before = Date.now();
    expect((await ask(gateway)).status).toBe(200);
    const probe = Date.parse((await health(gateway))[0]?.next_probe ?? "");
    expect(probe).toBeGreaterThanOrEqual(before + 7_200_000);
    expect(probe).toBeLessThanOrEqual(Date.now() + 7_200_000);
  });

  test("a model that the upstream does not know cools there alone", async () => {
    const partial = await upstream((request) =>
      request.json?.["model"] === "gone" ? failing(404) : undefined,
    );
    const good = await upstream();
    const gateway = await gatewayOf({
      channels: [
        channel("partial", partial, {
          priority: 5,
          models: ["any", { name: "old", upstream: "gone" }],
        }),
        channel("good", good, { models: ["any", "old"] }),
      ],
    });
    expect((await ask(gateway, { model: "old" })).headers.get("x-pinhole-channel")).toBe("good");
    expect((await ask(gateway, { model: "old" })).headers.get("x-pinhole-attempts")).toBe("1");
    expect((await ask(gateway)).headers.get("x-pinhole-channel")).toBe("partial");
    expect((await health(gateway))[0]).toMatchObject({
      state: "healthy",
      models: [{ upstream: "gone", state: "cooling" }],
    });
  });

  test("an alias falls back to another model, fitted again, and says which one ran", async () => {
    const bad = await upstream(() => failing(503));
    const good = await upstream();
    const gateway = await gatewayOf({
      channels: [
        channel("bad", bad, { models: [{ name: "one", card: { sizes: ["64x64"], n: 4 } }] }),
        channel("good", good, { models: [{ name: "two", card: { sizes: ["32x32"], n: 1 } }] }),
      ],
      aliases: { any: ["one", "two"] },
    });
    const response = await ask(gateway, { n: 3 });
    expect(response.headers.get("x-pinhole-model")).toBe("two");
    const { data } = (await response.json()) as { data: unknown[] };
    expect(data).toHaveLength(3);
    expect(good.seen.map(({ json }) => json?.["n"] ?? 1)).toEqual([1, 1, 1]);
    expect(await attemptsOf(gateway, response)).toHaveLength(4);
  });
});
