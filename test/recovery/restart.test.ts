import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { postJson } from "../support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { type HeldUpstream, startHeldUpstream } from "../support/held-upstream.ts";
import { asked, channelAt, json, model, pictureOf } from "./setup.ts";
import { waitFor } from "../support/wait-for.ts";

const key = { "idempotency-key": "order-1", "x-request-id": "theirs-1" };

function ask(gateway: GatewayProcess, headers: Record<string, string>): Promise<Response> {
  // It needs the address and the key only, which a process has like a gateway in this one.
  const target = gateway as unknown as Parameters<typeof postJson>[0];
  return postJson(target, "/v1/images/generations", asked, headers);
}

async function upstreamOf(): Promise<HeldUpstream> {
  const upstream = await startHeldUpstream();
  onTestFinished(() => upstream.close());
  return upstream;
}

test("an outcome is replayed after a restart, by its key and by its id, and nothing is bought", async () => {
  const upstream = await upstreamOf();
  upstream.answerAll();
  const settings = { channels: [channelAt(upstream)] };
  const first = await startGatewayProcess({ settings });
  onTestFinished(() => rm(first.folder, { recursive: true, force: true }));
  const made = await ask(first, key);
  const body = await made.text();
  await first.stop(true);
  const second = await startGatewayProcess({ settings, folder: first.folder });
  onTestFinished(() => second.stop());
  const again = await ask(second, key);
  expect(await again.text()).toBe(body);
  expect(again.headers.get("x-pinhole-replay-of")).toBe(made.headers.get("x-request-id"));
  const found = await fetch(`${second.url}/v1/images/requests/theirs-1`, {
    headers: { authorization: `Bearer ${second.key}` },
  });
  expect((await pictureOf(found)).equals(upstream.executions[0]?.picture ?? Buffer.alloc(0))).toBe(
    true,
  );
  expect(upstream.executions).toHaveLength(1);
});

test("a picture that was kept outlives kill -9; deleted, it stays gone", async () => {
  const upstream = await upstreamOf();
  upstream.answerAll();
  const settings = { channels: [channelAt(upstream)] };
  const first = await startGatewayProcess({ settings });
  onTestFinished(() => rm(first.folder, { recursive: true, force: true }));
  const made = await ask(first, key);
  const body = await made.text();
  const call = (gateway: GatewayProcess, method = "GET"): Promise<Response> =>
    fetch(`${gateway.url}/v1/images/requests/theirs-1`, {
      method,
      headers: { authorization: `Bearer ${gateway.key}` },
    });
  // Its books are closed soon after the answer.
  await waitFor(async () => expect((await call(first)).status).toBe(200));
  first.child.kill("SIGKILL");
  await first.ended;
  const second = await startGatewayProcess({ settings, folder: first.folder });
  expect(await (await ask(second, key)).text()).toBe(body);
  expect((await call(second, "DELETE")).status).toBe(200);
  second.child.kill("SIGKILL");
  await second.ended;
  const third = await startGatewayProcess({ settings, folder: first.folder });
  onTestFinished(() => third.stop());
  expect((await call(third)).status).toBe(410);
  expect(upstream.executions).toHaveLength(1);
});

/** A priced channel, a call in flight under `headers`, and kill -9; the folder for the next process. */
async function killed(
  upstream: HeldUpstream,
  headers: Record<string, string>,
): Promise<{ readonly settings: Record<string, unknown>; readonly folder: string }> {
  const priced = { name: model, price: { per_image_usd: 0.04 } };
  const settings = { channels: [{ ...channelAt(upstream), models: [priced] }] };
  const first = await startGatewayProcess({ settings });
  onTestFinished(() => rm(first.folder, { recursive: true, force: true }));
  const lost = ask(first, headers).catch(() => undefined);
  await upstream.arrived(0);
  first.child.kill("SIGKILL");
  await first.ended;
  expect(await lost).toBeUndefined();
  return { settings, folder: first.folder };
}

async function errorOf(response: Response): Promise<unknown> {
  const body = await json(response);
  return {
    status: response.status,
    shouldRetry: response.headers.get("x-should-retry"),
    code: body.error?.code,
    names: body.error?.message.includes(`an image of the model \`${model}\``),
    howToBuy: body.error?.message.includes("fresh Idempotency-Key"),
  };
}

const unknown = {
  status: 502,
  shouldRetry: "false",
  code: "outcome_unknown",
  names: true,
  howToBuy: true,
};

test("after kill -9 in mid-generation its repeat and its id say at once what may have been bought; only a fresh key buys again", async () => {
  const upstream = await upstreamOf();
  const { settings, folder } = await killed(upstream, key);
  upstream.answerAll();
  const second = await startGatewayProcess({ settings, folder });
  onTestFinished(() => second.stop());
  const found = await fetch(`${second.url}/v1/images/requests/theirs-1`, {
    headers: { authorization: `Bearer ${second.key}` },
  });
  expect(await errorOf(found)).toEqual(unknown);
  for (const more of [{}, { "x-stainless-retry-count": "1" }]) {
    expect(await errorOf(await ask(second, { ...key, ...more }))).toEqual(unknown);
  }
  expect(upstream.executions).toHaveLength(1);
  const fresh = await ask(second, { "idempotency-key": "order-2" });
  expect((await pictureOf(fresh)).equals(upstream.executions[1]?.picture ?? Buffer.alloc(0))).toBe(
    true,
  );
  const database = new DatabaseSync(join(folder, "data", "pinhole.db"));
  const [row] = database
    .prepare(
      `SELECT requests.state, idempotency_key, holds.state AS hold FROM requests
       JOIN holds ON request_id = requests.id ORDER BY requests.created_at`,
    )
    .all();
  expect({ ...row }).toEqual({ state: "lost", idempotency_key: "order-1", hold: "voided" });
  database.close();
});

test.each([
  ["the retry of an SDK", { "x-stainless-retry-count": "1" }],
  ["a repeat that says nothing", {}],
])("without an Idempotency-Key, %s after kill -9 is told the same", async (_, headers) => {
  const upstream = await upstreamOf();
  const { settings, folder } = await killed(upstream, {});
  upstream.answerAll();
  const second = await startGatewayProcess({ settings, folder });
  onTestFinished(() => second.stop());
  for (let repeat = 0; repeat < 3; repeat += 1) {
    expect(await errorOf(await ask(second, headers))).toEqual(unknown);
  }
  expect(upstream.executions).toHaveLength(1);
  expect((await ask(second, { "idempotency-key": "order-2" })).status).toBe(200);
});
