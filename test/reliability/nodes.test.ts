import { rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test, type TestContext } from "vitest";
import { type Execution, type HeldUpstream, startHeldUpstream } from "../support/held-upstream.ts";
import { parseEvents, pictureOf as pictureOfEvent } from "../support/events.ts";
import { testKey, type TestGateway } from "../support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { join } from "../support/people.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { s3Keys } from "../support/s3-server.ts";
import { startStrictS3, type StrictS3 } from "../support/strict-s3.ts";
import { type RawCall, send } from "../recovery/raw-client.ts";
import { json, model, pictureOf } from "../recovery/setup.ts";

/** Three processes on one Postgres and one bucket: whatever one of them has, the others answer. */

const database = "nodes";
const price = 40_000_000;
const adminToken = "test-admin-token-0123456789";
let server: TestPostgres | undefined;
let bucket: StrictS3;
let upstream: HeldUpstream;
const nodes: GatewayProcess[] = [];

beforeAll(async () => {
  const programs = postgresPrograms();
  if (programs === undefined) return;
  server = await startPostgres(programs);
  const url = await server.create(database);
  bucket = await startStrictS3();
  bucket.signers.keys.set(s3Keys.accessKeyId, { secret: s3Keys.secretAccessKey });
  upstream = await startHeldUpstream();
  const settings = {
    server: { heartbeat: "200ms" },
    database: { url },
    keys: [{ name: "test", key: testKey, budget: { usd: 1000, period: "total" } }],
    images: {
      url: `s3://images?endpoint=${bucket.endpoint}`,
      s3: { access_key_id: s3Keys.accessKeyId, secret_access_key: s3Keys.secretAccessKey },
    },
    channels: [
      {
        id: "held",
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: "upstream-key" },
        models: [{ name: model, price: { per_image_usd: 0.04 } }],
      },
      { id: "drawing", provider: "sandbox", settings: { slow_ms: 1_500 } },
      ...["either", "or"].map((id) => ({
        id,
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: "upstream-key" },
        models: ["twofold"],
      })),
    ],
    users: [{ id: "ada", models: ["sandbox-fast", "sandbox-slow"] }, { id: "bob" }, { id: "eve" }],
  };
  const env = { PINHOLE_SECRET: "a-secret-of-all-nodes-0123456789abcdef" };
  for (let at = 0; at < 3; at += 1) nodes.push(await startGatewayProcess({ settings, env }));
});

afterAll(async () => {
  for (const node of nodes) {
    node.child.kill("SIGKILL");
    await node.ended;
    await rm(node.folder, { recursive: true, force: true });
  }
  if (server === undefined) return;
  await upstream.close();
  await bucket.stop();
  await server.remove();
});

/** The three nodes. */
function cluster(context: TestContext) {
  const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
  const [first, second, third] = nodes;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error("there are three nodes");
  return { postgres, first, second, third };
}

function ask(
  { url }: GatewayProcess,
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/v1/images/generations`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${testKey}`,
      ...headers,
    },
    body: JSON.stringify({ model, response_format: "b64_json", ...body }),
  });
}

function recordOf({ url }: GatewayProcess, id: string): Promise<Response> {
  const headers = { authorization: `Bearer ${testKey}` };
  return fetch(`${url}/v1/images/requests/${id}`, { headers });
}

/** The executions of a prompt. */
function executionsOf(prompt: string): readonly Execution[] {
  return upstream.executions.filter(({ body }) => body.includes(`"${prompt}"`));
}

/** The one execution of a prompt, once it has arrived. */
async function executionOf(prompt: string): Promise<Execution> {
  await expect.poll(() => executionsOf(prompt).length, { timeout: 60_000 }).toBe(1);
  const [execution] = executionsOf(prompt);
  if (execution === undefined) throw new Error(`nothing was asked for ${prompt}`);
  return execution;
}

/** A request of a client that may leave before its answer. `retry`: as an SDK counts its tries; undefined: it is none. */
function sendTo(
  { url }: GatewayProcess,
  body: Record<string, unknown>,
  headers: Record<string, string> = {},
): RawCall {
  const text = Buffer.from(JSON.stringify({ model, response_format: "b64_json", ...body }));
  const head = {
    host: new URL(url).host,
    authorization: `Bearer ${testKey}`,
    "content-type": "application/json",
    "content-length": String(text.length),
    ...headers,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  const start = `POST /v1/images/generations HTTP/1.1\r\n${lines.join("")}\r\n`;
  // It needs the address only.
  return send({ url } as TestGateway, { head: start, body: text });
}

/** The charges of a prompt's request. */
async function chargesOf(postgres: TestPostgres, prompt: string): Promise<unknown> {
  return postgres.sql(
    database,
    `SELECT ledger.nano::text FROM ledger JOIN requests ON requests.id = ledger.request_id
      WHERE ledger.book = 'customer' AND requests.fields LIKE '%"${prompt}"%'`,
  );
}

test("a request that runs on one node is one for all: waited for under its key, told by its id, charged once", async (context) => {
  const { postgres, first, second, third } = cluster(context);
  const prompt = "under a key";
  const key = { "idempotency-key": "order-1" };
  const own = ask(first, { prompt }, { ...key, "x-request-id": "theirs-1" });
  const execution = await executionOf(prompt);
  const running = await recordOf(third, "theirs-1");
  expect([running.status, await running.json()]).toMatchObject([202, { status: "running" }]);
  const other = await ask(third, { prompt: "another one" }, key);
  expect([other.status, (await json(other)).error?.code]).toEqual([422, "idempotency_key_reused"]);
  const repeats = [second, third, second].map((node) => ask(node, { prompt }, key));
  const raw = sendTo(second, { prompt }, key);
  // Whoever waits for another node's request hears that it is coming, as it would there.
  const heartbeat = "HTTP/1.1 102 Processing\r\n";
  expect((await raw.read(2 * heartbeat.length)).toString("latin1")).toContain(heartbeat);
  execution.answer();
  for (const answer of await Promise.all([own, ...repeats])) {
    expect(answer.status).toBe(200);
    expect((await pictureOf(answer)).equals(execution.picture)).toBe(true);
  }
  await raw.drop();
  const found = await recordOf(second, "theirs-1");
  expect((await pictureOf(found)).equals(execution.picture)).toBe(true);
  expect(executionsOf(prompt)).toHaveLength(1);
  await expect
    .poll(() => chargesOf(postgres, prompt), { timeout: 60_000 })
    .toEqual([{ nano: String(price) }]);
});

test("a stream that runs on one node is given by another as its own, with comments until then", async (context) => {
  const { first, second } = cluster(context);
  const prompt = "streamed twice";
  const key = { "idempotency-key": "order-2" };
  const body = { prompt, stream: true, response_format: undefined };
  const own = ask(first, body, key);
  const execution = await executionOf(prompt);
  const waiting = sendTo(second, body, key);
  let heard = await waiting.read(1);
  while (!heard.includes(": still working")) heard = await waiting.read(heard.length + 1);
  await waiting.drop();
  const repeat = ask(second, body, key);
  execution.answer();
  for (const answer of await Promise.all([own, repeat])) {
    const events = parseEvents(await answer.text());
    expect(events.map(({ event }) => event)).toEqual(["image_generation.completed"]);
    const [event] = events;
    if (event !== undefined) expect(pictureOfEvent(event).equals(execution.picture)).toBe(true);
  }
  expect(executionsOf(prompt)).toHaveLength(1);
});

test.for([
  ["the retry of an SDK", { "x-stainless-retry-count": "0" }, { "x-stainless-retry-count": "1" }],
  ["a repeat that does not say so", {}, {}],
] as const)(
  "%s on another node gets what its client left behind on the first",
  async ([prompt, before, after], context) => {
    const { postgres, first, second, third } = cluster(context);
    const left = sendTo(first, { prompt }, before);
    const execution = await executionOf(prompt);
    await left.drop();
    // At once, while the first node may still be writing that its client has left.
    const again = sendTo(second, { prompt }, after);
    await expect.poll(() => repeatsOf(postgres, prompt), { timeout: 60_000 }).toBe(1);
    // This one leaves too; it is found a second time.
    await again.drop();
    const last = ask(third, { prompt }, after);
    await expect.poll(() => repeatsOf(postgres, prompt), { timeout: 60_000 }).toBe(2);
    execution.answer();
    const answer = await last;
    expect((await pictureOf(answer)).equals(execution.picture)).toBe(true);
    expect(executionsOf(prompt)).toHaveLength(1);
    await expect
      .poll(() => chargesOf(postgres, prompt), { timeout: 60_000 })
      .toEqual([{ nano: String(price) }]);
  },
);

async function repeatsOf(postgres: TestPostgres, prompt: string): Promise<number> {
  const rows = await postgres.sql(
    database,
    `SELECT 1 FROM repeats JOIN requests ON requests.id = repeats.request_id
      WHERE requests.fields LIKE '%"${prompt}"%'`,
  );
  return rows.length;
}

test("equal requests side by side on two nodes stay two", async (context) => {
  const { first, second } = cluster(context);
  const prompt = "side by side";
  const one = ask(first, { prompt });
  await executionOf(prompt);
  const two = ask(second, { prompt });
  await expect.poll(() => executionsOf(prompt).length, { timeout: 60_000 }).toBe(2);
  for (const execution of executionsOf(prompt)) execution.answer();
  expect([(await one).status, (await two).status]).toEqual([200, 200]);
});

test("a picture that is made in the console is followed through another node, while it runs and afterwards", async (context) => {
  const { first, second, third } = cluster(context);
  const person = { login: "ada", role: "key_holder", user: "ada" };
  const { cookie } = await join({ url: first.url, adminToken } as TestGateway, person);
  const path = "/console/v1/images/generations";
  const begun = await fetch(first.url + path, {
    method: "POST",
    headers: { cookie, origin: first.url, "content-type": "application/json" },
    body: JSON.stringify({ model: "sandbox-slow", prompt: "a page", size: "256x256" }),
  });
  const { request_id: id } = (await begun.json()) as { request_id: string };
  const follow = async (node: GatewayProcess, after?: string): Promise<readonly string[]> => {
    const headers = { cookie, ...(after === undefined ? {} : { "last-event-id": after }) };
    const answer = await fetch(`${node.url}${path}/${id}/events`, { headers });
    const told = await answer.text();
    if (answer.status !== 200) throw new Error(`${answer.status} ${told}`);
    return [...told.matchAll(/^event: (\S+)$/gm)].map(([, name = ""]) => name);
  };
  const whole = ["accepted", "picture", "cost", "done"];
  // The second takes up the first's events, which count by themselves.
  expect(await Promise.all([follow(second), follow(third, "2")])).toEqual([whole, whole]);
  expect(await follow(second, "1002")).toEqual(["cost", "done"]);
  expect(await follow(first, "1002")).toContain("picture");
  const foreign = await fetch(`${second.url}${path}/req_none/events`, { headers: { cookie } });
  expect(foreign.status).toBe(404);
});

test("what is made in the console is stopped through any node, also one that follows it; nobody else may stop it", async (context) => {
  const { postgres, first, second, third } = cluster(context);
  const world = { url: first.url, adminToken } as TestGateway;
  const { cookie } = await join(world, { login: "bob", role: "key_holder", user: "bob" });
  const stranger = await join(world, { login: "eve", role: "key_holder", user: "eve" });
  const path = "/console/v1/images/generations";
  const begin = async (prompt: string): Promise<string> => {
    const begun = await fetch(first.url + path, {
      method: "POST",
      headers: { cookie, origin: first.url, "content-type": "application/json" },
      body: JSON.stringify({ model: "twofold", prompt }),
    });
    return ((await begun.json()) as { request_id: string }).request_id;
  };
  const follow = (node: GatewayProcess, id: string): Promise<string> =>
    fetch(`${node.url}${path}/${id}/events`, { headers: { cookie } }).then((told) => told.text());
  const stop = async ({ url }: GatewayProcess, id: string, who = cookie): Promise<unknown[]> => {
    const headers = { cookie: who, origin: url };
    const answer = await fetch(`${url}${path}/${id}`, { method: "DELETE", headers });
    return [answer.status, await answer.json()];
  };
  const leftAt = async (id: string): Promise<unknown> =>
    postgres.sql(database, `SELECT orphaned_at FROM requests WHERE id = '${id}'`);
  const fail = (execution: Execution | undefined): void =>
    execution?.refuse(503, { error: { message: "Busy." } });

  // What is not stopped goes on on the other channel.
  await begin("not stopped");
  fail(await executionOf("not stopped"));
  await expect.poll(() => executionsOf("not stopped").length).toBe(2);
  for (const [prompt, through] of [
    ["stopped elsewhere", third],
    ["stopped where it is followed", second],
  ] as const) {
    const id = await begin(prompt);
    const execution = await executionOf(prompt);
    const told = follow(second, id);
    expect((await stop(third, id, stranger.cookie))[0]).toBe(404);
    expect(await leftAt(id)).toEqual([{ orphaned_at: null }]);
    expect(await stop(through, id)).toEqual([200, { stopped: true }]);
    const [said] = (await leftAt(id)) as [unknown];
    // The node that makes it lets its own client go, which writes the mark again.
    await expect.poll(() => leftAt(id)).not.toEqual([said]);
    fail(execution);
    expect(await told).toContain("event: error");
    expect(executionsOf(prompt)).toHaveLength(1);
  }
  expect((await stop(second, "req_none"))[0]).toBe(404);
});

test("a URL of one node is the others' too; without the bucket base64 goes on, no URL is bought, and all stay ready", async (context) => {
  const { first, second, third } = cluster(context);
  const body = { model: "sandbox-fast", prompt: "hosted", size: "256x256" };
  const { data } = await json(await ask(first, { ...body, response_format: "url" }));
  const { pathname, search } = new URL(data?.[0]?.url ?? "");
  for (const { url } of [first, second, third])
    expect((await fetch(url + pathname + search)).status).toBe(200);
  bucket.fault = () => ({ kind: "answer", status: 503, code: "SlowDown" });
  const refusal = async (node: GatewayProcess, asked: Record<string, unknown>) => {
    const answer = await ask(node, { ...asked, response_format: "url" });
    return [answer.status, (await json(answer)).error?.code];
  };
  const refused = [503, "storage_unavailable"];
  // A bucket that has just answered is asked with the picture itself, which is then delivered as base64.
  for (const node of [first, second, third])
    await expect.poll(() => refusal(node, body), { timeout: 20_000 }).toEqual(refused);
  expect(await refusal(second, { prompt: "no URL" })).toEqual(refused);
  expect(executionsOf("no URL")).toHaveLength(0);
  for (const node of [first, second, third]) {
    expect((await fetch(`${node.url}/health/ready`)).status).toBe(200);
    expect((await ask(node, body)).status).toBe(200);
  }
  bucket.fault = () => undefined;
});

test("a node that is stopped finishes what it began, while the others serve", async (context) => {
  const { first, third } = cluster(context);
  const prompt = "while it stops";
  const own = ask(third, { prompt });
  const execution = await executionOf(prompt);
  third.child.kill("SIGTERM");
  await expect
    .poll(
      () =>
        fetch(`${third.url}/health/live`)
          .then(() => "open")
          .catch(() => "closed"),
      { timeout: 60_000 },
    )
    .toBe("closed");
  expect((await ask(first, { model: "sandbox-fast", prompt: "meanwhile" })).status).toBe(200);
  execution.answer();
  expect((await pictureOf(await own)).equals(execution.picture)).toBe(true);
  expect(await third.ended).toBe(0);
  const rows = await server?.sql(database, "SELECT version, schema_step FROM nodes");
  expect(rows).toHaveLength(2);
  for (const row of rows ?? []) expect(row["schema_step"]).toMatch(/^\d{4}-/);
});

test("of a node that was killed nothing is bought again: repeats of every kind are told so within 30 s, and its holds are void", async (context) => {
  const { postgres, first, second } = cluster(context);
  const ways = [
    ["killed under a key", { "idempotency-key": "order-9" }, { "idempotency-key": "order-9" }],
    ["killed SDK", { "x-stainless-retry-count": "0" }, { "x-stainless-retry-count": "1" }],
    ["killed in silence", {}, {}],
  ] as const;
  const before = ways.map(([prompt, headers]) =>
    ask(second, { prompt }, headers).catch(() => "cut off"),
  );
  for (const [prompt] of ways) await executionOf(prompt);
  // And one that it has finished, whose answer may still be on its way. It keeps the picture in a bucket that was away before.
  const hosted = { model: "sandbox-fast", prompt: "the bucket is back", response_format: "url" };
  await expect
    .poll(async () => (await json(await ask(second, hosted))).data?.[0]?.url)
    .toBeTypeOf("string");
  const answered = "killed as it answered";
  void ask(second, { prompt: answered }).catch(() => undefined);
  const made = await executionOf(answered);
  made.answer();
  const madeRow = `FROM requests JOIN nodes ON nodes.id = owner WHERE fields LIKE '%${answered}%' AND state = 'succeeded'`;
  await expect
    .poll(() => postgres.sql(database, `SELECT 1 ${madeRow}`), { interval: 5 })
    .toHaveLength(1);
  second.child.kill("SIGKILL");
  const killedAt = performance.now();
  // On a machine so busy that it was seen a second later all the same, the answer has arrived.
  const [{ arrived } = {}] = await postgres.sql(
    database,
    `SELECT seen_at - answered_at >= 1000 AS arrived ${madeRow}`,
  );
  expect(await Promise.all(before)).toEqual(ways.map(() => "cut off"));
  const again = ask(first, { prompt: answered });
  // At once, as clients do: nobody knows yet that the node is dead.
  const answers = await Promise.all(
    ways.map(([prompt, , headers]) => ask(first, { prompt }, headers)),
  );
  expect(performance.now() - killedAt).toBeLessThan(30_000);
  for (const answer of answers) {
    expect(answer.status).toBe(502);
    expect(answer.headers.get("x-should-retry")).toBe("false");
    expect((await json(answer)).error).toMatchObject({
      code: "outcome_unknown",
      message: expect.stringContaining("may have been bought"),
    });
  }
  for (const [prompt] of ways) expect(executionsOf(prompt)).toHaveLength(1);
  if (arrived === true) {
    await expect.poll(() => executionsOf(answered)).toHaveLength(2);
    executionsOf(answered)[1]?.answer();
  } else {
    expect((await pictureOf(await again)).equals(made.picture)).toBe(true);
    expect(executionsOf(answered)).toHaveLength(1);
  }
  const held = "SELECT reserved_nano::text FROM budget_counters WHERE scope = 'key'";
  expect(await postgres.sql(database, held)).toEqual([{ reserved_nano: "0" }]);
});
