import { DatabaseSync } from "node:sqlite";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, onTestFinished, test, type TestContext } from "vitest";
import { chaosTestMsMax, figure } from "../support/chaos.ts";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { testKey } from "../support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { postgresPrograms, startPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";

/**
 * T3 on the whole gateway: SIGKILL at any moment under load, again and again, on the same data. Every start
 * must succeed, every answer that a client got must still be there, and the books must be whole.
 */
const kills = figure(20, 300);
const workers = 4;
/** A life lasts for so many answers at most, and then for a moment that falls on accepting, calling, storing, answering or settling. */
const answersMax = 8;
const momentMsMax = 100;

let upstream: CountingUpstream;
const folders = new Set<string>();

beforeAll(async () => {
  upstream = await startCountingUpstream();
  upstream.behave((_prompt, asked) => ({ delayMs: (asked * 37) % 60 }));
});
afterAll(async () => {
  await upstream.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A database of gateways that are killed. */
interface Data {
  /** Undefined: the data folder's own. */
  readonly url: string | undefined;
  /** Rows of a query, whose gateway has stopped. */
  read(folder: string, sql: string): Promise<Record<string, unknown>[]>;
}

const sqlite: Data = {
  url: undefined,
  read(folder, sql) {
    const database = new DatabaseSync(join(folder, "data", "pinhole.db"));
    try {
      return Promise.resolve(database.prepare(sql).all());
    } finally {
      database.close();
    }
  },
};

async function postgres(context: TestContext): Promise<Data> {
  const what = "Postgres (Debian's package postgresql)";
  const server = await startPostgres(requireForTest(context, what, postgresPrograms()));
  onTestFinished(() => server.remove());
  const url = await server.create("killed");
  return { url, read: (_folder, sql) => server.sql("killed", sql) };
}

async function start({ url }: Data, folder: string | undefined): Promise<GatewayProcess> {
  const settings = { base_url: upstream.url, api_key: "k" };
  const model = { name: "m", price: { per_image_usd: 0.04 } };
  const gateway = await startGatewayProcess({
    env: { PINHOLE_SECRET: "a-secret-of-all-starts-0123456789abcdef" },
    ...(folder === undefined ? {} : { folder }),
    settings: {
      ...(url === undefined ? {} : { database: { url } }),
      keys: [{ name: "test", key: testKey, team: "all", budget: { usd: 1000 } }],
      teams: [{ id: "all", budget: { usd: 1000, period: "total" } }],
      channels: [
        {
          id: "a",
          provider: "openai-compatible",
          settings,
          models: [model],
          budget: [{ usd: 1000, period: "total" }, { usd: 1000 }],
        },
      ],
    },
  });
  folders.add(gateway.folder);
  return gateway;
}

/** What a client was given: the request's id, the prompt and where the picture is, without the gateway's address. */
interface Acknowledged {
  readonly id: string | null;
  readonly prompt: string;
  readonly path: string;
}

/** Calls until the gateway is gone. */
async function load(
  gateway: GatewayProcess,
  worker: string,
  acknowledged: Acknowledged[],
): Promise<void> {
  for (let call = 0; ; call += 1) {
    const prompt = `${worker} ${call}`;
    const answered = await fetch(`${gateway.url}/v1/images/generations`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({ model: "m", prompt, response_format: "url" }),
    })
      .then(async (answer) => {
        const id = answer.headers.get("x-request-id");
        return [answer.status, await answer.json(), id] as const;
      })
      .catch(() => undefined);
    if (answered === undefined) return;
    expect(answered[0]).toBe(200);
    // Our own answer.
    const [picture] = (answered[1] as { data: { url: string }[] }).data;
    const { pathname, search } = new URL(picture?.url ?? "");
    acknowledged.push({ id: answered[2], prompt, path: pathname + search });
  }
}

/** Expects that what clients have read whole is booked, and that the counters are the ledger's sums. */
async function expectBooked(
  data: Data,
  folder: string,
  acknowledged: readonly Acknowledged[],
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const settled = new Set(rows.filter(({ hold }) => hold === "settled").map(({ id }) => id));
  expect(acknowledged.filter(({ id }) => !settled.has(id))).toEqual([]);
  const spent = String(settled.size * 40_000_000);
  expect(await data.read(folder, ledger)).toMatchObject([
    { sum: spent, count: String(settled.size) },
  ]);
  const charged = await data.read(folder, charges);
  const channel = { spent: charged[0]?.["sum"], reserved: "0" };
  // What the provider may have charged is at least what was delivered, and at most what was asked for.
  expect(Number(channel.spent)).toBeGreaterThanOrEqual(Number(spent));
  expect(Number(channel.spent)).toBeLessThanOrEqual(rows.length * 40_000_000);
  const key = { spent, reserved: "0" };
  expect(await data.read(folder, counters)).toMatchObject([channel, channel, key, key]);
  expect(await data.read(folder, "select request_id from channel_holds")).toEqual([]);
}

// Digits, as the drivers give large numbers in different ways.
const ledger =
  "select cast(sum(nano) as text) as sum, cast(count(*) as text) as count from ledger where book = 'customer'";
const counters =
  "select cast(spent_nano as text) as spent, cast(reserved_nano as text) as reserved from budget_counters order by scope, id";
const charges =
  "select cast(coalesce(sum(nano), 0) as text) as sum from ledger where book = 'provider'";

/** Requests as their holds say. */
const books =
  "select r.id as id, r.state as request, h.state as hold, r.cost_nano as cost from requests r join holds h on h.request_id = r.id";

test.for(["SQLite", "Postgres"])(
  "after any number of kills every start succeeds, every answer given is there, every hold is whole: %s",
  { timeout: chaosTestMsMax },
  async (kind, context) => {
    const data = kind === "SQLite" ? sqlite : await postgres(context);
    const before = upstream.total();
    let folder: string | undefined;
    const acknowledged: Acknowledged[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const gateway = await start(data, folder);
      folder = gateway.folder;
      const loads = Array.from({ length: workers }, (_, worker) =>
        load(gateway, `${kind} ${kill}-${worker}`, acknowledged),
      );
      const wanted = acknowledged.length + Math.floor(Math.random() * (answersMax + 1));
      while (acknowledged.length < wanted) await sleep(5);
      await sleep(Math.random() * momentMsMax);
      gateway.child.kill("SIGKILL");
      expect(await gateway.ended).toBe("SIGKILL");
      await Promise.all(loads);
    }
    expect(acknowledged.length).toBeGreaterThan(kills);
    const last = await start(data, folder);
    for (const { path } of acknowledged) {
      const image = await fetch(last.url + path);
      expect(image.status).toBe(200);
      expect((await image.arrayBuffer()).byteLength).toBeGreaterThan(64 * 64 * 3);
    }
    await last.stop(true);
    const rows = await data.read(last.folder, books);
    if (kind === "SQLite")
      expect(await data.read(last.folder, "pragma integrity_check")).toEqual([
        { integrity_check: "ok" },
      ]);
    expect(rows.length).toBeGreaterThanOrEqual(acknowledged.length);
    // What a kill left running was found by the next start.
    const wholes = ["succeeded settled", "failed voided", "lost voided"];
    for (const { request, hold, cost } of rows) {
      expect(wholes).toContain(`${String(request)} ${String(hold)}`);
      // Text on Postgres, as its driver gives large numbers.
      if (hold === "settled") expect(Number(cost)).toBe(40_000_000);
    }
    await expectBooked(data, last.folder, acknowledged, rows);
    // Each of the loop's calls was bought at most once.
    const { asked, made } = upstream.total();
    expect(asked - before.asked).toBeLessThanOrEqual(rows.length);
    expect(made).toBeLessThanOrEqual(asked);
  },
);
