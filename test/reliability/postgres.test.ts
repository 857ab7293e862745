import { rm } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { postJson } from "../support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { type HeldUpstream, startHeldUpstream } from "../support/held-upstream.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { asked, channelAt, json, model } from "../recovery/setup.ts";

let server: TestPostgres | undefined;
beforeAll(async () => {
  const programs = postgresPrograms();
  if (programs !== undefined) server = await startPostgres(programs);
});
afterAll(() => server?.remove());
beforeEach((context) => {
  requireForTest(context, "Postgres (Debian's package postgresql)", server);
});

let databases = 0;

/** The address of a new database. */
async function database(): Promise<string> {
  if (server === undefined) throw new Error("there is no server");
  databases += 1;
  return server.create(`gateway_${databases}`);
}

async function start(
  settings: Record<string, unknown>,
  folder?: string,
  nodeFlags: readonly string[] = [],
): Promise<GatewayProcess> {
  const gateway = await startGatewayProcess({
    settings,
    nodeFlags,
    env: { PINHOLE_SECRET: "a-secret-of-both-nodes-0123456789abcdef" },
    ...(folder === undefined ? {} : { folder }),
  });
  onTestFinished(async () => {
    gateway.child.kill("SIGKILL");
    await gateway.ended;
    await rm(gateway.folder, { recursive: true, force: true });
  });
  return gateway;
}

async function upstreamOf(): Promise<HeldUpstream> {
  const upstream = await startHeldUpstream();
  onTestFinished(() => upstream.close());
  return upstream;
}

function ask(
  gateway: GatewayProcess,
  headers: Record<string, string> = {},
  body: unknown = asked,
): Promise<Response> {
  // It needs the address and the key only, which a process has like a gateway in this one.
  const target = gateway as unknown as Parameters<typeof postJson>[0];
  return postJson(target, "/v1/images/generations", body, headers);
}

const recordOf = (gateway: GatewayProcess, id: string): Promise<Response> =>
  fetch(`${gateway.url}/v1/images/requests/${id}`, {
    headers: { authorization: `Bearer ${gateway.key}` },
  });

test("a gateway on Postgres serves its sandbox, and its record is there after a restart", async () => {
  const settings = { database: { url: await database() } };
  const first = await start(settings);
  const made = await ask(
    first,
    {},
    { model: "sandbox-fast", prompt: "a fox", size: "64x64", response_format: "b64_json" },
  );
  expect(made.status).toBe(200);
  const body = await made.text();
  const id = made.headers.get("x-request-id") ?? "";
  await first.stop(true);
  const second = await start(settings, first.folder);
  const found = await recordOf(second, id);
  expect(found.status).toBe(200);
  expect(await found.text()).toBe(body);
  const rows = await server?.sql("gateway_1", "SELECT id, state FROM requests");
  expect(rows).toEqual([{ id, state: "succeeded" }]);
  expect(first.output()).not.toContain("pin%20hole");
});

test("after kill -9 in mid-generation a repeat gets 502 outcome_unknown, and only a fresh key buys again", async () => {
  const upstream = await upstreamOf();
  const settings = {
    database: { url: await database() },
    channels: [
      { ...channelAt(upstream), models: [{ name: model, price: { per_image_usd: 0.04 } }] },
    ],
  };
  const headers = { "idempotency-key": "order-1", "x-request-id": "theirs-1" };
  const first = await start(settings);
  const lost = ask(first, headers).catch(() => undefined);
  await upstream.arrived(0);
  first.child.kill("SIGKILL");
  await first.ended;
  expect(await lost).toBeUndefined();
  upstream.answerAll();
  const second = await start(settings, first.folder);
  for (const response of [await ask(second, headers), await recordOf(second, "theirs-1")]) {
    expect(response.status).toBe(502);
    expect((await json(response)).error?.code).toBe("outcome_unknown");
  }
  expect(upstream.executions).toHaveLength(1);
  expect((await ask(second, { "idempotency-key": "order-2" })).status).toBe(200);
  expect(upstream.executions).toHaveLength(2);
});

/** Node's flags for a process whose machine has another time. */
const clockOff = (ms: number): string[] => [
  "--import",
  `data:text/javascript,${encodeURIComponent(`const now = Date.now; Date.now = () => now() + ${ms};`)}`,
];

test("two nodes with clocks four minutes apart agree, and one an hour off is not ready and says so", async () => {
  const url = await database();
  const nodes = await Promise.all(
    [0, 240_000, -3_600_000].map((ms) => start({ database: { url } }, undefined, clockOff(ms))),
  );
  const made = await Promise.all(
    nodes.map((node) => ask(node, {}, { model: "sandbox-fast", prompt: "a fox", size: "64x64" })),
  );
  const bodies = await Promise.all(made.map((response) => response.json()));
  const ids = made.map((response) => response.headers.get("x-request-id") ?? "");
  const rows = await server?.sql(`gateway_${databases}`, "SELECT created_at FROM requests");
  const times = (rows ?? []).map((row) => Number(row["created_at"]));
  expect(times).toHaveLength(3);
  for (const at of times) expect(Math.abs(at - Date.now())).toBeLessThan(30_000);
  // Whichever node is asked, the URL that another one signed is alive, and the record is found.
  const first = nodes[0];
  for (const [at, id] of ids.entries()) {
    const { created } = bodies[at] as { readonly created: number };
    expect(Math.abs(created * 1000 - Date.now())).toBeLessThan(30_000);
    if (first !== undefined) expect((await recordOf(first, id)).status).not.toBe(404);
  }
  const ready = await Promise.all(
    nodes.map(async ({ url: origin }) => (await fetch(`${origin}/health/ready`)).json()),
  );
  expect(ready).toEqual([
    { status: "ready" },
    { status: "ready" },
    { status: "not ready", failing: ["clock"] },
  ]);
  await expect.poll(() => nodes[1]?.output()).toContain("240 s ahead of the database's");
  // The line may come a moment after the answer.
  await expect
    .poll(() => nodes[2]?.output())
    .toContain("3600 s behind the database's; set the machine's clock");
});

test("a Postgres that restarts under load loses nothing, and refuses new work with 503 while it is away", async () => {
  const upstream = await upstreamOf();
  upstream.answerAll();
  const name = `gateway_${databases + 1}`;
  const gateway = await start({
    database: { url: await database() },
    channels: [
      { ...channelAt(upstream), models: [{ name: model, price: { per_image_usd: 0.04 } }] },
    ],
  });
  const served = new Set<string>();
  const refused: unknown[] = [];
  let isOver = false;
  const client = async (lane: number): Promise<void> => {
    for (let at = 0; !isOver; at += 1) {
      const body = { ...asked, prompt: `picture ${lane} ${at}` };
      const response = await ask(gateway, {}, body);
      const answer = await json(response);
      if (response.status === 200) served.add(response.headers.get("x-request-id") ?? "");
      else
        refused.push([response.status, answer.error?.code, response.headers.get("x-should-retry")]);
      await new Promise((done) => setTimeout(done, 10));
    }
  };
  const clients = Array.from({ length: 8 }, (_, lane) => client(lane));
  await expect.poll(() => served.size, { timeout: 60_000 }).toBeGreaterThan(20);
  await server?.stop("immediate");
  await expect.poll(() => refused.length, { timeout: 60_000 }).toBeGreaterThan(20);
  // A restart of seconds takes no node out; what lasts longer does.
  expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
  const ready = async (): Promise<unknown> => (await fetch(`${gateway.url}/health/ready`)).json();
  const away = { status: "not ready", failing: ["database"] };
  await expect.poll(ready, { timeout: 20_000, interval: 200 }).toEqual(away);
  expect((await fetch(`${gateway.url}/health/live`)).status).toBe(200);
  const before = served.size;
  await server?.start();
  await expect.poll(() => served.size, { timeout: 60_000 }).toBeGreaterThan(before + 20);
  await expect.poll(ready, { timeout: 60_000 }).toEqual({ status: "ready" });
  isOver = true;
  await Promise.all(clients);
  for (const refusal of refused) expect(refusal).toEqual([503, "overloaded", "true"]);
  // What was answered is settled; what was refused holds nothing.
  const unsettled = async (): Promise<unknown> =>
    server?.sql(
      name,
      `SELECT r.state, h.state AS hold, count(*)::integer FROM requests r
        LEFT JOIN holds h ON h.request_id = r.id
        WHERE NOT (r.state = 'succeeded' AND h.state = 'settled') AND NOT (r.state = 'failed' AND h.state = 'voided')
        GROUP BY 1, 2`,
    );
  await expect.poll(unsettled, { timeout: 20_000, interval: 500 }).toEqual([]);
  const rows = (await server?.sql(name, "SELECT id FROM requests WHERE state = 'succeeded'")) ?? [];
  const ids = new Set(rows.map(({ id }) => id));
  expect([...served].filter((id) => !ids.has(id))).toEqual([]);
});

test("a key made, disabled and removed through one node is so on the other within seconds; no credentials are made or printed", async () => {
  const url = await database();
  const bare = { database: { url }, keys: [] };
  const nodes = await Promise.all([start(bare), start(bare)]);
  const [one, two] = nodes;
  if (one === undefined || two === undefined) throw new Error("there are two");
  const admin = (path: string, method: string, body?: unknown): Promise<Response> =>
    fetch(`${one.url}/admin/v1/keys${path}`, {
      method,
      headers: {
        authorization: "Bearer test-admin-token-0123456789",
        "if-match": "*",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const answer = await admin("", "POST", { name: "shared" });
  const { key, id } = (await answer.json()) as { key: string; id: string };
  const status = async (): Promise<number> =>
    (await fetch(`${two.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status;
  await expect.poll(status, { timeout: 5_000 }).toBe(200);
  await admin(`/${id}`, "PATCH", { disabled: true });
  await expect.poll(status, { timeout: 5_000 }).toBe(401);
  await admin(`/${id}`, "PATCH", { disabled: false });
  await expect.poll(status, { timeout: 5_000 }).toBe(200);
  await admin(`/${id}`, "DELETE");
  await expect.poll(status, { timeout: 5_000 }).toBe(401);
  for (const node of nodes) expect(node.output()).not.toMatch(/first run|pin_|welcome/);
});

test("a stop while Postgres is away ends well and soon", async () => {
  const gateway = await start({ database: { url: await database() } });
  expect((await ask(gateway, {}, { model: "sandbox-fast", prompt: "a fox" })).status).toBe(200);
  await server?.stop("immediate");
  gateway.child.kill("SIGTERM");
  const code = await gateway.ended;
  await server?.start();
  expect(code).toBe(0);
  expect(gateway.output()).toContain("this node's end could not be written");
});
