import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { postJson } from "../support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { type HeldUpstream, startHeldUpstream } from "../support/held-upstream.ts";
import { asked, channelAt, model, pictureOf } from "./setup.ts";

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
  await vi.waitFor(async () => expect((await call(first)).status).toBe(200), 5_000);
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

test("after kill -9 in mid-generation the hold is voided and a retry is a new request", async () => {
  const upstream = await upstreamOf();
  const priced = { name: model, price: { per_image_usd: 0.04 } };
  const settings = { channels: [{ ...channelAt(upstream), models: [priced] }] };
  const first = await startGatewayProcess({ settings });
  onTestFinished(() => rm(first.folder, { recursive: true, force: true }));
  const lost = ask(first, key).catch(() => undefined);
  await upstream.arrived(0);
  first.child.kill("SIGKILL");
  await first.ended;
  expect(await lost).toBeUndefined();
  // The lease passes.
  const database = new DatabaseSync(join(first.folder, "data", "pinhole.db"));
  database.exec("UPDATE requests SET lease_until = 1");
  upstream.answerAll();
  const second = await startGatewayProcess({ settings, folder: first.folder });
  onTestFinished(() => second.stop());
  const retry = await ask(second, { ...key, "x-stainless-retry-count": "1" });
  expect((await pictureOf(retry)).equals(upstream.executions[1]?.picture ?? Buffer.alloc(0))).toBe(
    true,
  );
  expect(upstream.executions).toHaveLength(2);
  const [row] = database
    .prepare(
      `SELECT requests.state, idempotency_key, holds.state AS hold FROM requests
       JOIN holds ON request_id = requests.id ORDER BY requests.created_at`,
    )
    .all();
  expect({ ...row }).toEqual({ state: "failed", idempotency_key: null, hold: "voided" });
  database.close();
});
