import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { testKey } from "../support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";

const calls = 1000;
/** Calls that are served: a hard budget covers so many. */
const worth = 300;

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

async function start(url: string): Promise<void> {
  const settings = { base_url: upstream.url, api_key: "k" };
  const models = [
    { name: "m", price: { per_image_usd: 0.1 } },
    { name: "unpriced", price: { image_out_usd: 30, max_usd: 0.1 } },
  ];
  const shares = { notify_at: [0.01, 0.5, 0.8, 1], period: "total" };
  nodes.push(
    await startGatewayProcess({
      env: { PINHOLE_SECRET: "a-secret-of-all-nodes-0123456789abcdef" },
      settings: {
        database: { url },
        teams: [{ id: "art", budget: { usd: worth / 10, ...shares } }],
        users: [{ id: "ann", team: "art", budget: { usd: 5, period: "total", hard: false } }],
        keys: [{ name: "test", key: testKey, user: "ann" }],
        channels: [{ id: "a", provider: "openai-compatible", settings, models }],
      },
    }),
  );
}

async function make(at: number): Promise<number> {
  const response = await fetch(`${nodes[at % nodes.length]?.url}/v1/images/generations`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${testKey}` },
    body: JSON.stringify({
      model: at % 10 === 0 ? "unpriced" : "m",
      prompt: `picture ${at}`,
      response_format: "b64_json",
    }),
  });
  await response.arrayBuffer();
  return response.status;
}

test(
  "a thousand calls at once on three processes: one notice of each share of a budget, of the soft one and of the unknown price",
  { timeout: 180_000 },
  async (context) => {
    const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
    const url = await postgres.create("notices");
    for (let node = 0; node < 3; node += 1) await start(url);
    const statuses = await Promise.all(Array.from({ length: calls }, (_, at) => make(at)));
    expect(statuses.filter((status) => status === 200)).toHaveLength(worth);
    const told = (kind: string, object: string, threshold: string) => ({
      kind,
      object,
      threshold,
      state: "raised",
    });
    // On a busy machine an outcome may be written after its answer, and its notice with it.
    const rows = () =>
      postgres.sql(
        "notices",
        "SELECT kind, object, threshold, state FROM notices ORDER BY kind, object, threshold",
      );
    await expect
      .poll(rows, { timeout: 60_000 })
      .toEqual([
        told("budget_exceeded", "user ann total", "1"),
        ...["0.01", "0.5", "0.8", "1"].map((share) =>
          told("budget_threshold", "team art total", share),
        ),
        told("price_unknown", "a unpriced", ""),
      ]);
    // A notice is written by the settlement that reaches its share: not before, and by the next at the latest.
    const spent = await postgres.sql(
      "notices",
      "SELECT threshold, CAST(spent_nano AS bigint) >= CAST(basis AS bigint) * CAST(threshold AS numeric) AS due FROM notices WHERE kind = 'budget_threshold'",
    );
    expect(spent.map(({ due }) => due)).toEqual([true, true, true, true]);
  },
);
