import { afterEach, describe, expect, test } from "vitest";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

async function gatewayOf(settings: Record<string, unknown>): Promise<TestGateway> {
  const gateway = await startTestGateway({ expose_channel: true, ...settings });
  opened.push(gateway);
  return gateway;
}

const ask = (gateway: TestGateway, more: Record<string, unknown> = {}): Promise<Response> =>
  postJson(gateway, "/v1/images/generations", {
    model: "sandbox-fast",
    prompt: "a fox",
    size: "64x64",
    ...more,
  });

const rateHeaders = (response: Response, name: string): (string | null)[] =>
  ["limit", "remaining", "reset"].map((part) =>
    response.headers.get(`x-ratelimit-${part}-${name}`),
  );

const keyWith = (limits: Record<string, number>) => ({
  keys: [{ name: "test", key: testKey, ...limits }],
});

describe("the limits of a key", () => {
  test("images a minute count n as n; refused requests cost none; every answer says where it stands", async () => {
    const gateway = await gatewayOf(keyWith({ rpm: 50, ipm: 3 }));
    const first = await ask(gateway, { n: 2 });
    expect(first.status).toBe(200);
    expect(rateHeaders(first, "images").slice(0, 2)).toEqual(["3", "1"]);
    expect(rateHeaders(first, "requests").slice(0, 2)).toEqual(["50", "49"]);
    expect(first.headers.get("x-ratelimit-reset-images")).toMatch(/^(1m[0-9]+s|[0-9]+s)$/);
    expect((await ask(gateway, { n: 2, size: "no" })).status).toBe(400);
    const refused = await ask(gateway, { n: 2 });
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      error: { type: "rate_limit_error", code: "rate_limit_exceeded" },
    });
    expect(refused.headers.get("x-should-retry")).toBe("true");
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(61);
    expect(rateHeaders(refused, "images").slice(0, 2)).toEqual(["3", "1"]);
    expect((await ask(gateway, { n: 1 })).status).toBe(200);
    const models = await fetch(`${gateway.url}/v1/models`, {
      headers: { authorization: `Bearer ${testKey}` },
    });
    expect(rateHeaders(models, "images").slice(0, 2)).toEqual(["3", "0"]);
  });

  test("a request that fails gives its images back, and the tighter of minute and day is shown", async () => {
    const gateway = await gatewayOf(keyWith({ ipm: 9, ipd: 4 }));
    const failed = await ask(gateway, { model: "sandbox-moderated", n: 4 });
    expect(failed.status).toBe(400);
    expect(rateHeaders(failed, "images").slice(0, 2)).toEqual(["4", "4"]);
    expect((await ask(gateway, { n: 4 })).status).toBe(200);
    const refused = await ask(gateway);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(86_000);
    expect(refused.headers.get("x-ratelimit-reset-images")).toMatch(/^24h\d+m\d+s$|^23h59m\d+s$/);
    expect(refused.headers.get("x-ratelimit-limit-requests")).toBeNull();
  });

  test("more images than could ever fit is the caller's mistake, not a limit to wait for", async () => {
    const gateway = await gatewayOf(keyWith({ ipm: 3 }));
    const response = await ask(gateway, { n: 4 });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "invalid_value", param: "n" } });
  });

  test("requests at once, also of keys that the admin API makes; streams carry the headers", async () => {
    const gateway = await gatewayOf({
      channels: [{ id: "slow", provider: "sandbox", settings: { delay_ms: 300 } }],
    });
    const made = await fetch(`${gateway.url}/admin/v1/keys`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${gateway.adminToken}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ name: "two", rpm: 3, concurrency: 2 }),
    });
    const row = (await made.json()) as Record<string, unknown>;
    expect(row).toMatchObject({ rpm: 3, ipm: null, ipd: null, concurrency: 2 });
    const own = { ...gateway, key: String(row["key"]) };
    const statuses = await Promise.all(
      [ask(own), ask(own), ask(own)].map(async (one) => (await one).status),
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 429]);
    const stream = await ask(own, { stream: true });
    expect(stream.headers.get("content-type")).toContain("text/event-stream");
    await stream.text();
    expect(rateHeaders(stream, "requests").slice(0, 2)).toEqual(["3", "0"]);
    expect((await ask(own)).status).toBe(429);
  });
});

describe("the limits of a channel", () => {
  const slowMock = async (): Promise<{ mock: MockOpenAi; most(): number; release(): void }> => {
    let running = 0;
    let most = 0;
    const gate = Promise.withResolvers<void>();
    const mock = await startMockOpenAi(undefined, async () => {
      running += 1;
      most = Math.max(most, running);
      await gate.promise;
      running -= 1;
    });
    opened.push(mock);
    return { mock, most: () => most, release: () => gate.resolve() };
  };
  const channel = (id: string, mock: MockOpenAi, more: Record<string, unknown>) => ({
    id,
    provider: "openai-compatible",
    settings: { base_url: mock.url, api_key: "k" },
    models: ["any"],
    ...more,
  });

  test("what is over a channel's concurrency waits in its queue, then goes on, then gets a 503", async () => {
    const first = await slowMock();
    const second = await slowMock();
    const gateway = await gatewayOf({
      channels: [
        channel("first", first.mock, { priority: 1, limits: { concurrency: 2, queue: 1 } }),
        channel("second", second.mock, { limits: { concurrency: 1, queue: 0 } }),
      ],
    });
    const asked = Array.from({ length: 4 }, () => ask(gateway, { model: "any", size: undefined }));
    await expect.poll(() => first.mock.seen.length + second.mock.seen.length).toBe(3);
    const refused = await ask(gateway, { model: "any", size: undefined });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: "no_channel_available" } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(refused.headers.get("x-should-retry")).toBe("true");
    first.release();
    second.release();
    const answers = await Promise.all(asked);
    const served = answers.map(({ headers }) => headers.get("x-pinhole-channel"));
    expect(served.filter((id) => id === "first")).toHaveLength(3);
    expect(served.filter((id) => id === "second")).toHaveLength(1);
    expect([first.most(), second.most()]).toEqual([2, 1]);
  });

  test("an answer that is relayed says where its key stands, too", async () => {
    const mock = await startMockOpenAi();
    opened.push(mock);
    const gateway = await gatewayOf({
      channels: [channel("one", mock, {})],
      ...keyWith({ ipm: 5 }),
    });
    const response = await ask(gateway, {
      model: "any",
      size: undefined,
      response_format: "b64_json",
    });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
    expect(rateHeaders(response, "images").slice(0, 2)).toEqual(["5", "4"]);
  });

  test("requests and images a minute go to the next channel, and are never exceeded", async () => {
    const mocks = [await startMockOpenAi(), await startMockOpenAi(), await startMockOpenAi()];
    opened.push(...mocks);
    const limits = [{ rpm: 2 }, { ipm: 5 }, {}];
    const gateway = await gatewayOf({
      channels: mocks.map((mock, index) =>
        channel(`c${index}`, mock, { priority: -index, limits: limits[index] }),
      ),
    });
    for (let count = 0; count < 6; count += 1) {
      const response = await ask(gateway, { model: "any", size: undefined, n: 2 });
      expect(response.status).toBe(200);
    }
    expect(mocks.map((mock) => mock.seen.length)).toEqual([2, 2, 2]);
  });
});
