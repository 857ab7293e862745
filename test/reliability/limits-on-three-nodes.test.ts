import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, type TestContext } from "vitest";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { redisProgram, startRedis, type TestRedis } from "../support/redis.ts";
import { requireForTest } from "../support/require.ts";

let postgres: TestPostgres | undefined;
let redis: TestRedis | undefined;
let upstream: MockOpenAi;
const nodes: TestGateway[] = [];
let running = 0;
let most = 0;
const held = Promise.withResolvers<void>();

beforeAll(async () => {
  const [programs, program] = [postgresPrograms(), redisProgram()];
  if (programs === undefined || program === undefined) return;
  [postgres, redis] = [await startPostgres(programs), await startRedis(program)];
  upstream = await startMockOpenAi(refusal, async ({ json, headers }) => {
    if (json?.["model"] === "held") return held.promise;
    if (headers.authorization === "Bearer first" && probe !== undefined) return probe.promise;
    running += 1;
    most = Math.max(most, running);
    await setTimeout(30);
    running -= 1;
  });
  const url = await postgres.create("limits");
  for (let count = 0; count < 3; count += 1)
    nodes.push(await startTestGateway(settings(url, redis)));
});

afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await upstream?.close();
  await redis?.remove();
  await postgres?.remove();
});

/** The answer to calls of a model that has no more quota until the test says so. */
let isRefusing = false;
/** The end of calls on the channel that is probed. */
let probe: PromiseWithResolvers<void> | undefined;
const refusal: Parameters<typeof startMockOpenAi>[0] = ({ json, headers }) =>
  isRefusing && (json?.["model"] === "refused" || headers.authorization === "Bearer first")
    ? {
        status: 429,
        headers: { "retry-after": "3" },
        body: JSON.stringify({ error: { message: "Too many.", type: "rate_limit_error" } }),
      }
    : undefined;

const metricsToken = "metrics-token-0123456789";
const keyOf = (name: string): string => `${testKey}-${name}`;

function settings(url: string, { url: redisUrl }: TestRedis): Record<string, unknown> {
  const key = (name: string, more: object) => ({ name, key: keyOf(name), ...more });
  return {
    secret: "a-secret-of-all-nodes-0123456789abcdef",
    database: { url },
    metrics: { token: metricsToken },
    redis: { url: `${redisUrl}/3?prefix=three&timeout=10000ms` },
    teams: [{ id: "painters", name: "Painters", rpm: 10 }],
    keys: [
      key("rpm", { rpm: 12 }),
      key("ipm", { ipm: 10 }),
      key("one", { concurrency: 1 }),
      key("team", { rpm: 100, team: "painters" }),
      key("free", {}),
    ],
    channels: [
      { id: "painter", provider: "sandbox" },
      {
        id: "narrow",
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: "k" },
        models: ["narrow"],
        limits: { concurrency: 2, queue: 20 },
      },
      {
        id: "slow",
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: "k" },
        models: ["slow"],
        limits: { rpm: 9 },
      },
      {
        id: "refuser",
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: "k" },
        models: ["refused"],
      },
      ...["first", "second"].map((id, at) => ({
        id,
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: id },
        models: ["probed"],
        priority: 10 - at,
      })),
      {
        id: "held",
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: "k" },
        models: ["held"],
      },
    ],
  };
}

function ready(context: TestContext): void {
  requireForTest(context, "Postgres (Debian's package postgresql)", postgres);
  requireForTest(context, "Redis (Debian's package redis-server)", redis);
}

const slow = { timeout: 60_000 };
let prompts = 0;
function ask(at: number, key: string, more: Record<string, unknown> = {}): Promise<Response> {
  const node = nodes[at % nodes.length];
  if (node === undefined) throw new Error("there are three");
  const body = { model: "sandbox-fast", prompt: `a fox ${(prompts += 1)}`, size: "64x64", ...more };
  return postJson({ ...node, key: keyOf(key) }, "/v1/images/generations", body);
}

const askMany = (count: number, key: string, more: Record<string, unknown> = {}) =>
  Promise.all(Array.from({ length: count }, (_, at) => ask(at, key, more)));
const served = (answers: readonly Response[]): number =>
  answers.filter(({ status }) => status === 200).length;

test("a key's requests and images a minute, and a team's, are one limit over all nodes", async (context) => {
  ready(context);
  const [requests, images, team] = [
    await askMany(30, "rpm"),
    await askMany(12, "ipm", { n: 2 }),
    await askMany(20, "team"),
  ];
  expect([served(requests), served(images), served(team)]).toEqual([12, 5, 10]);
  for (const { status } of [...requests, ...images, ...team]) expect([200, 429]).toContain(status);
  const refused = await ask(1, "rpm");
  expect(refused.headers.get("x-ratelimit-remaining-requests")).toBe("0");
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(30);
  // Refused by the team's limit, they took nothing of the key's own.
  const last = await ask(2, "team");
  expect([last.status, last.headers.get("x-ratelimit-remaining-requests")]).toEqual([429, "90"]);
});

test("whoever may run one request at a time may run the next as soon as it is answered, on any node", async (context) => {
  ready(context);
  for (let count = 0; count < 12; count += 1) {
    const answer = await ask(count, "one");
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
  }
  const refused: Response[] = [];
  const asked = Array.from({ length: 9 }, async (_, at) => {
    const answer = await ask(at, "one", { model: "held", size: undefined });
    if (answer.status === 429) refused.push(answer);
    return answer.status;
  });
  await expect.poll(() => refused.length, { timeout: 60_000 }).toBe(8);
  held.resolve();
  expect((await Promise.all(asked)).filter((status) => status === 200)).toHaveLength(1);
});

test("a channel never runs more than it may, whichever nodes ask, and all that wait are served", async (context) => {
  ready(context);
  const answers = await askMany(30, "free", { model: "narrow", size: undefined });
  expect([served(answers), most]).toEqual([30, 2]);
});

test("a channel's requests a minute are one limit; beyond it there is no channel", async (context) => {
  ready(context);
  const before = upstream.seen.length;
  const answers = await askMany(18, "free", { model: "slow", size: undefined });
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    ...Array.from({ length: 9 }, () => 200),
    ...Array.from({ length: 9 }, () => 503),
  ]);
  expect(upstream.seen.length - before).toBe(9);
});

test("a channel that refuses one node cools on all of them, and is healthy on all once one has found it so", async (context) => {
  ready(context);
  const changes = (node: TestGateway): unknown[] =>
    node.log
      .filter(({ channel, msg }) => channel === "refuser" && msg === "channel health changed")
      .map(({ to }) => to);
  for (const at of [0, 1])
    expect((await ask(at, "free", { model: "refused", size: undefined })).status).toBe(200);
  isRefusing = true;
  expect((await ask(0, "free", { model: "refused", size: undefined })).status).toBe(429);
  for (const node of nodes.slice(0, 2))
    await expect.poll(() => changes(node)[0], slow).toBe("cooling");
  isRefusing = false;
  await expect
    .poll(async () => (await ask(1, "free", { model: "refused", size: undefined })).status, slow)
    .toBe(200);
  for (const node of nodes.slice(0, 2))
    await expect.poll(() => changes(node).at(-1), slow).toBe("healthy");
  expect((await ask(2, "free", { model: "refused", size: undefined })).status).toBe(200);
});

test("what cooled is tried by one request of all nodes, and the others go elsewhere meanwhile", async (context) => {
  ready(context);
  const paint = (at: number) => ask(at, "free", { model: "probed", size: undefined });
  const onFirst = (): number =>
    upstream.seen.filter(({ headers }) => headers.authorization === "Bearer first").length;
  const changes = (node: TestGateway): unknown[] =>
    node.log
      .filter(({ channel, msg }) => channel === "first" && msg === "channel health changed")
      .map(({ to }) => to);
  for (const at of [0, 1, 2]) expect((await paint(at)).status).toBe(200);
  expect(onFirst()).toBe(3);
  isRefusing = true;
  expect((await paint(0)).status).toBe(200);
  for (const node of nodes) await expect.poll(() => changes(node).at(-1), slow).toBe("cooling");
  isRefusing = false;
  probe = Promise.withResolvers();
  // Until the cooling ends all go to the second; then one of them is the probe, and is held.
  let answered = 0;
  const asked: Promise<number>[] = [];
  await expect
    .poll(async () => {
      for (const at of [0, 1, 2])
        asked.push(paint(at).then(({ status }) => ((answered += 1), status)));
      await setTimeout(100);
      return onFirst();
    }, slow)
    .toBe(5);
  for (const at of [0, 1, 2, 0, 1, 2])
    asked.push(paint(at).then(({ status }) => ((answered += 1), status)));
  await expect.poll(() => asked.length - answered, slow).toBe(1);
  expect(onFirst()).toBe(5);
  probe.resolve();
  expect(new Set(await Promise.all(asked))).toEqual(new Set([200]));
  for (const node of nodes) await expect.poll(() => changes(node).at(-1), slow).toBe("healthy");
});

test("each node says how it counts: with the others, by its part while Redis is away, and with them again", async (context) => {
  ready(context);
  const away = requireForTest(context, "Redis (Debian's package redis-server)", redis);
  const read = async (node: TestGateway, path: string, token = ""): Promise<string> =>
    (await fetch(node.url + path, { headers: { authorization: `Bearer ${token}` } })).text();
  const said = async (node: TestGateway): Promise<unknown> => {
    const health: unknown = JSON.parse(await read(node, "/admin/v1/health/node", node.adminToken));
    const ready: unknown = JSON.parse(await read(node, "/health/ready"));
    const lines = (await read(node, "/metrics", metricsToken)).split("\n");
    const own = /^pinhole_(nodes|limits_\S+) [^0]/;
    return { health, ready, metrics: lines.filter((line) => own.test(line)).toSorted() };
  };
  const expected = (counting: string, divisor: number, ready: object): unknown => ({
    health: {
      object: "node_health",
      node: expect.stringMatching(/^node_/),
      nodes: 3,
      counting,
      divisor,
      why: counting === "apart" ? expect.stringMatching(/\w/) : null,
    },
    ready: { status: "ready", ...ready },
    metrics: [
      `pinhole_limits_counting{state="${counting}"} 1`,
      `pinhole_limits_divisor ${divisor}`,
      "pinhole_nodes 3",
    ],
  });
  for (const node of nodes)
    await expect.poll(() => said(node), slow).toEqual(expected("joined", 1, {}));
  await away.kill();
  for (const node of nodes)
    await expect.poll(() => said(node), slow).toEqual(expected("apart", 3, { without: ["redis"] }));
  await away.start();
  for (const node of nodes)
    await expect.poll(() => said(node), slow).toEqual(expected("joined", 1, {}));
});
