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

async function start(settings: Record<string, unknown>, folder?: string): Promise<GatewayProcess> {
  const gateway = await startGatewayProcess({
    settings,
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
