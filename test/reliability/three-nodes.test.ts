import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { testKey } from "../support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";

/** T2 on three processes over one Postgres: a budget worth so many calls lets exactly so many through. */
const calls = 400;
const worth = 50;

let server: TestPostgres | undefined;
let upstream: CountingUpstream;
const nodes: GatewayProcess[] = [];

beforeAll(async () => {
  const programs = postgresPrograms();
  if (programs !== undefined) server = await startPostgres(programs);
  upstream = await startCountingUpstream();
});
afterAll(async () => {
  for (const node of nodes) {
    node.child.kill("SIGKILL");
    await node.ended;
    await rm(node.folder, { recursive: true, force: true });
  }
  await upstream.close();
  await server?.remove();
});

async function start(url: string): Promise<GatewayProcess> {
  const settings = { base_url: upstream.url, api_key: "k" };
  const models = [{ name: "m", price: { per_image_usd: 0.1 } }];
  const node = await startGatewayProcess({
    env: { PINHOLE_SECRET: "a-secret-of-all-nodes-0123456789abcdef" },
    settings: {
      database: { url },
      teams: [{ id: "art", budget: [{ usd: 5 }, { usd: 7, period: "day" }] }],
      users: [{ id: "ann", team: "art", budget: { usd: 6, period: "week" } }],
      keys: [{ name: "test", key: testKey, user: "ann", budget: { usd: 8, period: "total" } }],
      channels: [{ id: "a", provider: "openai-compatible", settings, models }],
    },
  });
  nodes.push(node);
  return node;
}

test(
  "four nested budgets, the tightest worth fifty calls: of hundreds at once on three processes exactly fifty are served",
  { timeout: 120_000 },
  async (context) => {
    const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
    const url = await postgres.create("three");
    const [first] = [await start(url), await start(url), await start(url)];
    const statuses = await Promise.all(
      Array.from({ length: calls }, async (_, at) => {
        const response = await fetch(`${nodes[at % nodes.length]?.url}/v1/images/generations`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${testKey}` },
          body: JSON.stringify({
            model: "m",
            prompt: `picture ${at}`,
            response_format: "b64_json",
          }),
        });
        await response.arrayBuffer();
        return response.status;
      }),
    );
    const counts = new Map<number, number>();
    for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ 200: worth, 429: calls - worth });
    expect(upstream.total()).toMatchObject({ asked: worth, made: worth });
    expect(first).toBeDefined();
    const reserved = (): Promise<unknown> =>
      postgres.sql("three", "SELECT DISTINCT spent_nano, reserved_nano FROM budget_counters");
    await expect
      .poll(reserved, { timeout: 20_000 })
      .toEqual([{ spent_nano: String(worth * 100_000_000), reserved_nano: "0" }]);
    const booked = await postgres.sql(
      "three",
      "SELECT sum(nano) AS nano FROM ledger WHERE book = 'customer'",
    );
    expect(booked).toEqual([{ nano: String(worth * 100_000_000) }]);
  },
);
