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
 * must succeed, every answer that a client got must still be there, and the books must be whole, whichever way the answer went:
 * as URLs of one or three pictures, as a stream of three, or relayed as it came.
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
  upstream.behave((prompt, asked) => ({
    delayMs: (asked * 37) % 60,
    // So large that it is passed on while it comes.
    ...(prompt.endsWith("relayed") ? { pictureBytes: 200_000 } : {}),
  }));
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
  const channel = (id: string, name: string, more: object = {}) => ({
    id,
    provider: "openai-compatible",
    settings: { ...settings, ...more },
    models: [{ name, price: { per_image_usd: 0.04 } }],
    budget: [{ usd: 1000, period: "total" }, { usd: 1000 }],
  });
  const gateway = await startGatewayProcess({
    env: { PINHOLE_SECRET: "a-secret-of-all-starts-0123456789abcdef" },
    ...(folder === undefined ? {} : { folder }),
    settings: {
      ...(url === undefined ? {} : { database: { url } }),
      keys: [{ name: "test", key: testKey, team: "all", budget: { usd: 1000 } }],
      teams: [{ id: "all", budget: { usd: 1000, period: "total" } }],
      channels: [channel("a", "one"), channel("b", "three", { images_per_call: 1 })],
    },
  });
  folders.add(gateway.folder);
  return gateway;
}

/** A way in which a client asks, and the number of pictures that it gets. */
interface Shape {
  readonly name: string;
  readonly n: number;
  readonly body: object;
}

const shapes: readonly Shape[] = [
  { name: "url", n: 1, body: { model: "one", response_format: "url" } },
  { name: "urls", n: 3, body: { model: "three", response_format: "url" } },
  { name: "stream", n: 3, body: { model: "three", stream: true } },
  { name: "relayed", n: 1, body: { model: "one", response_format: "b64_json" } },
];

/** An answer that a client has read whole: the request's id, its pictures, and where they are, without the gateway's address. */
interface Acknowledged {
  readonly id: string | null;
  readonly n: number;
  readonly paths: readonly string[];
}

/** Calls until the gateway is gone. */
async function load(
  gateway: GatewayProcess,
  worker: number,
  name: string,
  acknowledged: Acknowledged[],
): Promise<void> {
  for (let call = 0; ; call += 1) {
    const shape = shapes[(worker + call) % shapes.length];
    if (shape === undefined) return;
    const prompt = `${name} ${call} ${shape.name}`;
    const answer = await fetch(`${gateway.url}/v1/images/generations`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({ prompt, n: shape.n, ...shape.body }),
    }).catch(() => undefined);
    if (answer === undefined) return;
    expect(answer.status).toBe(200);
    const { text, isCut } = await readAll(answer);
    const paths = pathsOf(shape, text);
    if (paths !== undefined)
      acknowledged.push({ id: answer.headers.get("x-request-id"), n: shape.n, paths });
    if (isCut) return;
    expect(paths).toBeDefined();
  }
}

/** All that came of an answer's body, also where the connection was cut. */
async function readAll(
  answer: Response,
): Promise<{ readonly text: string; readonly isCut: boolean }> {
  let text = "";
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { value, done = true } = (await reader?.read()) ?? {};
      if (done) return { text, isCut: false };
      text += value ?? "";
    }
  } catch {
    return { text, isCut: true };
  }
}

/** The paths of an answer's pictures, none where they are in it; undefined where it is not whole. */
function pathsOf({ name, n }: Shape, text: string): readonly string[] | undefined {
  if (name === "stream") {
    const ends = text.split("\n\n").slice(0, -1);
    const made = ends.filter((event) => event.startsWith("event: image_generation.completed\n"));
    return made.length === n ? [] : undefined;
  }
  // The gateway's own answer, or its beginning.
  const document = parsed(text) as { data: { url?: string }[] } | undefined;
  return document?.data.flatMap(({ url }) => {
    if (url === undefined) return [];
    const { pathname, search } = new URL(url);
    return [pathname + search];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Expects that what clients have read whole is booked, and that the counters are the ledger's sums. */
async function expectBooked(
  data: Data,
  folder: string,
  acknowledged: readonly Acknowledged[],
  rows: readonly Row[],
): Promise<void> {
  const settled = new Map(
    rows.filter(({ hold }) => hold === "settled").map(({ id, nano }) => [id, Number(nano)]),
  );
  const wrong = acknowledged.filter(({ id, n }) => settled.get(id) !== n * priceNano);
  expect(wrong).toEqual([]);
  const spent = [...settled.values()].reduce((sum, nano) => sum + nano, 0);
  expect(await data.read(folder, ledger)).toMatchObject([
    { sum: String(spent), count: String(settled.size) },
  ]);
  const charged = new Map<unknown, string>();
  for (const { channel, sum } of await data.read(folder, charges))
    charged.set(channel, String(sum));
  // What the providers may have charged is at least what was delivered, and at most what was asked for.
  const provider = [...charged.values()].reduce((sum, nano) => sum + Number(nano), 0);
  const delivered = acknowledged.reduce((sum, { n }) => sum + n * priceNano, 0);
  expect(provider).toBeGreaterThanOrEqual(delivered);
  expect(provider).toBeLessThanOrEqual(picturesOf(rows) * priceNano);
  const counted = await data.read(folder, counters);
  expect(counted.map(({ scope }) => scope)).toEqual([...channels, ...channels, "key", "team"]);
  for (const { scope, owner, spent: found, reserved } of counted) {
    const due = scope === "channel" ? (charged.get(owner) ?? "0") : String(spent);
    expect([scope, owner, found, reserved]).toEqual([scope, owner, due, "0"]);
  }
  expect(await data.read(folder, "select request_id from channel_holds")).toEqual([]);
}

const priceNano = 40_000_000;
const channels = ["channel", "channel"];
type Row = Readonly<Record<string, unknown>>;

/** Pictures that requests have asked for. */
function picturesOf(rows: readonly Row[]): number {
  return rows.reduce((sum, { n }) => sum + Number(n), 0);
}

// Digits, as the drivers give large numbers in different ways.
const ledger =
  "select cast(sum(nano) as text) as sum, cast(count(*) as text) as count from ledger where book = 'customer'";
const counters =
  "select scope, scope_id as owner, cast(spent_nano as text) as spent, cast(reserved_nano as text) as reserved from budget_counters order by scope, id";
const charges =
  "select channel_id as channel, cast(sum(nano) as text) as sum from ledger where book = 'provider' group by channel_id";

/** Requests as their holds say. */
const books =
  "select r.id as id, r.n as n, r.state as request, h.state as hold, h.settled_nano as nano, h.shown_at as shown from requests r join holds h on h.request_id = r.id";

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
        load(gateway, worker, `${kind} ${kill}-${worker}`, acknowledged),
      );
      const wanted = acknowledged.length + Math.floor(Math.random() * (answersMax + 1));
      // Ends too where a client has met what it should not.
      const isOver = Promise.all(loads).then(() => true);
      while (acknowledged.length < wanted) await Promise.race([sleep(5), isOver]);
      await sleep(Math.random() * momentMsMax);
      gateway.child.kill("SIGKILL");
      expect(await gateway.ended).toBe("SIGKILL");
      await Promise.all(loads);
    }
    expect(acknowledged.length).toBeGreaterThan(kills);
    const last = await start(data, folder);
    for (const path of acknowledged.flatMap(({ paths }) => paths)) {
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
    for (const { request, hold, nano, n, shown } of rows) {
      // Of several pictures that a client was shown some, all are owed.
      const isOwed = request === "lost" && shown !== null;
      if (!isOwed) expect(wholes).toContain(`${String(request)} ${String(hold)}`);
      // Text on Postgres, as its driver gives large numbers.
      if (isOwed || hold === "settled")
        expect([hold, Number(nano)]).toEqual(["settled", Number(n) * priceNano]);
    }
    await expectBooked(data, last.folder, acknowledged, rows);
    // Each of the loop's calls was bought at most once.
    const { asked, made } = upstream.total();
    expect(asked - before.asked).toBeLessThanOrEqual(picturesOf(rows));
    expect(made).toBeLessThanOrEqual(asked);
  },
);
