import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import OpenAI, { APIError } from "openai";
import { afterAll, beforeAll, expect, test, type TestContext } from "vitest";
import { keysIn, openStore, openWorld } from "../blobs/s3/bench.ts";
import { chaosTestMsMax, figure } from "../support/chaos.ts";
import {
  type ClusterPrograms,
  priceNano,
  startCluster,
  type TestCluster,
  tightKey,
} from "../support/cluster.ts";
import { testKey } from "../support/gateway.ts";
import { findNginx } from "../support/nginx.ts";
import { poolerProgram } from "../support/pgbouncer.ts";
import { postgresPrograms } from "../support/postgres.ts";
import { redisProgram } from "../support/redis.ts";
import { requireForTest } from "../support/require.ts";
import { s3Program, testBucket } from "../support/s3-server.ts";

/**
 * A cluster under mixed load while its parts are killed, stopped, frozen and refused, one after the other: half an hour with
 * `npm run chaos`, half a minute here. Clients are the official SDK with its retries, and some that give up.
 */
const seconds = figure(25, 1800);
const workers = 6;
const tightCalls = 25;
/** The time after which nobody that has ended is waited for any more, and what it left is closed. */
const settledMsMax = 60_000;

let cluster: TestCluster | undefined;
beforeAll(async () => {
  const found = {
    postgres: postgresPrograms(),
    pooler: poolerProgram(),
    redis: redisProgram(),
    s3: s3Program("weed"),
    nginx: findNginx(),
  };
  const isWhole = Object.values(found).every((program) => program !== undefined);
  // Each of them was found.
  if (isWhole) cluster = await startCluster(found as ClusterPrograms, tightCalls);
});
afterAll(() => cluster?.remove());

/** What a client came away with. */
type End =
  | { readonly kind: "picture"; readonly sha256: string }
  | { readonly kind: "refused" | "unknown"; readonly why: string };

interface Call {
  readonly prompt: string;
  readonly end: End;
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

const ofBase64 = (text: string | null | undefined): End => ({
  kind: "picture",
  sha256: sha256(Buffer.from(text ?? "", "base64")),
});

/** Ways in which a picture is asked for, by name. */
type Ask = (client: OpenAI, prompt: string, url: string) => Promise<End>;
const asked = { model: "m", response_format: "b64_json" } as const;
const keyOf = (prompt: string) => ({ headers: { "idempotency-key": `key of ${prompt}` } });

const ways: Readonly<Record<string, Ask>> = {
  async "an SDK"(client, prompt) {
    const { data } = await client.images.generate({ ...asked, prompt });
    return ofBase64(data?.[0]?.b64_json);
  },
  async "an SDK under a key"(client, prompt) {
    const { data } = await client.images.generate({ ...asked, prompt }, keyOf(prompt));
    return ofBase64(data?.[0]?.b64_json);
  },
  async "a stream under a key"(client, prompt) {
    const stream = await client.images.generate(
      { model: "m", prompt, stream: true },
      keyOf(prompt),
    );
    for await (const event of stream)
      if (event.type === "image_generation.completed") return ofBase64(event.b64_json);
    return { kind: "unknown", why: "the stream ended without a picture" };
  },
  async "a URL"(client, prompt) {
    const body = { model: "m", prompt, response_format: "url" } as const;
    const { data } = await client.images.generate(body, keyOf(prompt));
    const [made] = data ?? [];
    // A bucket that went away after the picture was bought: base64 with a warning.
    if (made?.url === undefined) return ofBase64(made?.b64_json);
    for (let tries = 0; tries < 100; tries += 1) {
      const hosted = await fetch(made.url).catch(() => undefined);
      if (hosted?.status === 200)
        return { kind: "picture", sha256: sha256(Buffer.from(await hosted.arrayBuffer())) };
      await hosted?.arrayBuffer();
      await sleep(200);
    }
    return { kind: "unknown", why: "its URL was not answered" };
  },
  async "a client that says nothing and repeats once"(_client, prompt, url) {
    for (const isLast of [false, true])
      try {
        return await plain(url, prompt, testKey);
      } catch (thrown) {
        if (isLast) return { kind: "unknown", why: String(thrown) };
      }
    throw new Error("it ends with its last try");
  },
  async "a key with little money"(_client, prompt, url) {
    return plain(url, prompt, tightKey).catch((thrown: unknown) => ({
      kind: "unknown",
      why: String(thrown),
    }));
  },
};

/** One request of a client that reads the answer's code and comes back for nothing. Rejects where the connection breaks. */
async function plain(url: string, prompt: string, key: string): Promise<End> {
  const answer = await fetch(`${url}/v1/images/generations`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({ ...asked, prompt }),
  });
  const text = await answer.text();
  if (answer.status === 200) {
    const { data } = JSON.parse(text) as { data: { b64_json: string }[] };
    return ofBase64(data[0]?.b64_json);
  }
  const code = /"code": ?"(\w+)"/.exec(text)?.[1];
  // What is no answer of ours is nginx's: the connection to the node broke.
  if (code === undefined) throw new Error(`${answer.status} of nginx`);
  return endOf(answer.status, code);
}

/** Errors after which nothing was bought: the client may come again with another request. */
const refusals = new Set([
  "overloaded",
  "no_channel_available",
  "storage_unavailable",
  "budget_exceeded",
]);

function endOf(status: unknown, code: string | null | undefined): End {
  const why = `${String(status)} ${code}`;
  return refusals.has(code ?? "") ? { kind: "refused", why } : { kind: "unknown", why };
}

/** Asks on and on until the time is over. */
async function work(
  { url }: TestCluster,
  lane: number,
  isOver: () => boolean,
  calls: Call[],
): Promise<void> {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: testKey, maxRetries: 4 });
  const names = Object.keys(ways);
  for (let at = 0; !isOver(); at += 1) {
    const name = names[(at + lane) % names.length] ?? "";
    const prompt = `${name} ${lane} ${at}`;
    const ask = ways[name];
    if (ask === undefined) throw new Error(`there is no ${name}`);
    const end = await ask(client, prompt, url).catch((thrown: unknown): End => {
      if (thrown instanceof APIError) return endOf(thrown.status as unknown, thrown.code);
      return { kind: "unknown", why: String(thrown) };
    });
    calls.push({ prompt, end });
    // A refusal is no reason to ask as fast as one can.
    if (end.kind === "refused") await sleep(200);
  }
}

/** Faults, each of which is over when it resolves. */
const faults: readonly ((cluster: TestCluster, turn: number) => Promise<string>)[] = [
  async (house, turn) => {
    await house.restart(turn % 3, ({ child }) => child.kill("SIGKILL"));
    return "a node was killed";
  },
  async (house) => {
    house.refuseS3(true);
    await sleep(3_000);
    house.refuseS3(false);
    return "S3 refused";
  },
  async ({ redis }) => {
    await redis.kill();
    await sleep(1_000);
    await redis.start();
    return "Redis was restarted";
  },
  async (house) => {
    await house.postgres.stop("immediate");
    await sleep(1_000);
    await house.postgres.start();
    return "Postgres was restarted";
  },
  async (house, turn) => {
    await house.restart((turn + 1) % 3, ({ child }) => child.kill("SIGTERM"));
    return "a node was stopped";
  },
  async (house, turn) => {
    const child = house.nodes[(turn + 2) % 3]?.child;
    child?.kill("SIGSTOP");
    await sleep(2_000);
    child?.kill("SIGCONT");
    return "a node stood still";
  },
  async ({ redis }) => {
    redis.freeze();
    await sleep(2_000);
    redis.thaw();
    return "Redis stood still";
  },
];

async function disturb(house: TestCluster, isOver: () => boolean): Promise<Map<string, number>> {
  const told = new Map<string, number>();
  for (let turn = 0; !isOver(); turn += 1) {
    await sleep(1_500);
    const fault = faults[turn % faults.length];
    const what = (await fault?.(house, turn)) ?? "";
    told.set(what, (told.get(what) ?? 0) + 1);
  }
  return told;
}

/** Says the figures of a run to whoever started it. */
function tell(figures: object): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}

function counted(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

test(
  "a cluster whose parts come and go buys nothing twice, loses no picture that it answered, and counts to the call",
  async (context) => {
    const house = theCluster(context);
    const { upstream } = house;
    upstream.behave((_prompt, times) => ({ delayMs: 300 + ((times * 137) % 700) }));
    const began = performance.now();
    const isOver = (): boolean => performance.now() - began > seconds * 1_000;
    const calls: Call[] = [];
    const [told] = await Promise.all([
      disturb(house, isOver),
      ...Array.from({ length: workers }, (_, lane) => work(house, lane, isOver, calls)),
    ]);
    const ends = counted(calls.map(({ end }) => (end.kind === "picture" ? end.kind : end.why)));
    const figures = {
      seconds: Math.round((performance.now() - began) / 1_000),
      calls: calls.length,
    };
    tell({ ...figures, ends, faults: Object.fromEntries(told) });

    for (const { prompt, end } of calls) {
      const { asked: times } = upstream.tally(prompt);
      expect([prompt, end, times <= 1]).toEqual([prompt, end, true]);
      if (end.kind === "picture")
        expect([prompt, end.sha256]).toEqual([prompt, upstream.digest(prompt)]);
      // Of one that was tried several times only the last try was refused.
      if (end.kind === "refused" && prompt.startsWith("a key with little money"))
        expect([prompt, end, times]).toEqual([prompt, end, 0]);
    }
    expect(ends["picture"]).toBeGreaterThan(calls.length / 2);
    await expectSettled(house);
    await expectExactBudget(house);
    await expectBooked(house, calls);
    await expectNothingLeft(house);
  },
  chaosTestMsMax,
);

function theCluster(context: TestContext): TestCluster {
  return requireForTest(
    context,
    "Postgres, PgBouncer, Redis, nginx and weed (.ci/requirements-s3.txt, named by PINHOLE_TEST_S3)",
    cluster,
  );
}

/** Nothing runs, is held or belongs to a node that is no more. */
async function expectSettled(house: TestCluster): Promise<void> {
  const open = async (): Promise<unknown> =>
    (
      await house.sql(`SELECT
        (SELECT count(*)::integer FROM requests WHERE state = 'running') AS running,
        (SELECT count(*)::integer FROM attempts WHERE state = 'running') AS attempts,
        (SELECT count(*)::integer FROM holds WHERE state = 'held') AS held,
        (SELECT coalesce(sum(reserved_nano), 0)::text FROM budget_counters) AS reserved,
        (SELECT count(*)::integer FROM nodes) AS nodes`)
    )[0];
  const settled = { running: 0, attempts: 0, held: 0, reserved: "0", nodes: 3 };
  await expect.poll(open, { timeout: settledMsMax, interval: 500 }).toEqual(settled);
}

/** A budget is worth its calls to the last one: asked until it refuses, exactly so many were booked. */
async function expectExactBudget(house: TestCluster): Promise<void> {
  for (let at = 0; ; at += 1) {
    const end = await plain(house.url, `the last of the money ${at}`, tightKey);
    if (end.kind !== "picture") {
      expect(end).toEqual({ kind: "refused", why: "429 budget_exceeded" });
      break;
    }
    expect(at).toBeLessThan(tightCalls);
  }
  await expectSettled(house);
  const spent = (text: string): Promise<unknown> => house.sql(text);
  const sum = { nano: String(tightCalls * priceNano) };
  expect(
    await spent(
      "SELECT sum(nano)::text AS nano FROM ledger WHERE book = 'customer' AND key_name = 'tight'",
    ),
  ).toEqual([sum]);
  expect(
    await spent(`SELECT spent_nano::text AS nano FROM budget_counters WHERE scope = 'key'
        AND scope_id = (SELECT key_id FROM ledger WHERE key_name = 'tight' LIMIT 1)`),
  ).toEqual([sum]);
}

/** Every picture that a client was given is booked once; what was made and nobody was told of is in the provider's book. */
async function expectBooked(house: TestCluster, calls: readonly Call[]): Promise<void> {
  const rows = await house.sql(
    `SELECT requests.fields, sum(ledger.nano)::text AS nano
      FROM ledger JOIN requests ON requests.id = ledger.request_id
      WHERE ledger.book = 'customer' GROUP BY requests.id, requests.fields`,
  );
  const booked = new Map<string, string>();
  for (const { fields, nano } of rows) {
    const { prompt } = JSON.parse(String(fields)) as { prompt: string };
    expect([prompt, booked.has(prompt)]).toEqual([prompt, false]);
    booked.set(prompt, String(nano));
  }
  for (const { prompt, end } of calls)
    if (end.kind === "picture") expect([prompt, booked.has(prompt)]).toEqual([prompt, true]);
  for (const [prompt, nano] of booked) {
    expect([prompt, nano]).toEqual([prompt, String(priceNano)]);
    expect([prompt, house.upstream.tally(prompt).made]).toEqual([prompt, 1]);
  }
  const [provider] = await house.sql(
    "SELECT count(DISTINCT request_id)::integer AS requests FROM ledger WHERE book = 'provider'",
  );
  expect(Number(provider?.["requests"])).toBeGreaterThanOrEqual(house.upstream.total().made);
}

/** The bucket holds all that records name; what a killed node had put there before its record goes with the rest, by its expiry. */
async function expectNothingLeft(house: TestCluster): Promise<void> {
  const bucket = testBucket(house.s3.endpoint);
  const { ports } = openWorld();
  const rows = await house.sql("SELECT blob_id FROM pictures WHERE blob_id IS NOT NULL");
  const there = new Set(await keysIn(bucket, ports));
  const strays = there.size - rows.length;
  tell({ pictures: rows.length, strays });
  expect(rows.filter(({ blob_id }) => !there.has(String(blob_id)))).toEqual([]);
  const store = openStore(bucket, ports);
  const muchLater = Date.now() + 30 * 24 * 60 * 60_000;
  while ((await store.sweep(muchLater)) > 0);
  expect(await keysIn(bucket, ports)).toEqual([]);
}
