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

/** The owners of budgets, of which the tightest is worth fifty calls. */
const nested = {
  teams: [{ id: "art", budget: [{ usd: 5 }, { usd: 7, period: "day" }] }],
  users: [{ id: "ann", team: "art", budget: { usd: 6, period: "week" } }],
  keys: [{ name: "test", key: testKey, user: "ann", budget: { usd: 8, period: "total" } }],
};
const ofChannel = {
  keys: [{ name: "test", key: testKey, budget: { usd: 8, period: "total" } }],
};

async function start(url: string, owners: object, budget?: object): Promise<GatewayProcess> {
  const settings = { base_url: upstream.url, api_key: "k" };
  const models = [{ name: "m", price: { per_image_usd: 0.1 } }];
  const node = await startGatewayProcess({
    env: { PINHOLE_SECRET: "a-secret-of-all-nodes-0123456789abcdef" },
    settings: {
      database: { url },
      ...owners,
      channels: [
        {
          id: "a",
          provider: "openai-compatible",
          settings,
          models,
          ...(budget === undefined ? {} : { budget }),
        },
      ],
    },
  });
  nodes.push(node);
  return node;
}

test.for([
  ["four nested budgets, the tightest", "nested", nested, undefined, 429],
  ["a channel's budget", "channel", ofChannel, { usd: 5 }, 503],
] as const)(
  "%s worth fifty calls: of hundreds at once on three processes exactly fifty are served",
  { timeout: 120_000 },
  async ([, database, owners, budget, refused], context) => {
    const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
    const url = await postgres.create(database);
    const before = upstream.total();
    const own = [
      await start(url, owners, budget),
      await start(url, owners, budget),
      await start(url, owners, budget),
    ];
    const statuses = await Promise.all(
      Array.from({ length: calls }, async (_, at) => {
        const response = await fetch(`${own[at % own.length]?.url}/v1/images/generations`, {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${testKey}` },
          body: JSON.stringify({
            model: "m",
            prompt: `${database} ${at}`,
            response_format: "b64_json",
          }),
        });
        await response.arrayBuffer();
        return response.status;
      }),
    );
    const counts = new Map<number, number>();
    for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual({ 200: worth, [refused]: calls - worth });
    const { asked, made } = upstream.total();
    expect([asked - before.asked, made - before.made]).toEqual([worth, worth]);
    const reserved = (): Promise<unknown> =>
      postgres.sql(database, "SELECT DISTINCT spent_nano, reserved_nano FROM budget_counters");
    await expect
      .poll(reserved, { timeout: 20_000 })
      .toEqual([{ spent_nano: String(worth * 100_000_000), reserved_nano: "0" }]);
    const booked = await postgres.sql(
      database,
      "SELECT sum(nano) AS nano FROM ledger WHERE book = 'customer'",
    );
    expect(booked).toEqual([{ nano: String(worth * 100_000_000) }]);
  },
);
