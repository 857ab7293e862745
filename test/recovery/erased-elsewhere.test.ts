import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { stringify } from "yaml";
import { type App, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { testKey } from "../support/gateway.ts";
import { startHeldUpstream } from "../support/held-upstream.ts";
import { withToken } from "../support/people.ts";
import { postgresPrograms, startPostgres } from "../support/postgres.ts";
import { recordOf } from "../support/records.ts";
import { requireForTest } from "../support/require.ts";
import { asked, channelAt } from "./setup.ts";

/** Two gateways on one Postgres: what one forgets of an end user the other has in memory. */
const programs = postgresPrograms();
const server = programs === undefined ? undefined : await startPostgres(programs);
afterAll(() => server?.remove());

const adminToken = "admin-token-0123456789";
const user = "ann@example.com";

async function start(url: string, channels: readonly object[]): Promise<App> {
  const folder = mkdtempSync(join(tmpdir(), "pinhole-erased-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const document = {
    server: { host: "127.0.0.1", port: 0 },
    keys: [{ name: "test", key: testKey }],
    policy: { repeat_window: "10m" },
    channels,
  };
  writeFileSync(join(folder, "pinhole.yaml"), stringify(document));
  const env = {
    PINHOLE_SECRET: "a-secret-of-this-test-0123456789-0123456789",
    PINHOLE_ADMIN_TOKEN: adminToken,
    DATABASE_URL: url,
  };
  const config = await loadConfig({
    env,
    flags: {},
    cwd: folder,
    terminal: false,
    now: Date.now(),
  });
  const app = await startApp(config, pino({ level: "silent" }));
  onTestFinished(() => app.close());
  return app;
}

const headers = { authorization: `Bearer ${testKey}`, "content-type": "application/json" };
const body = JSON.stringify({ ...asked, user });
const ask = ({ url }: App, more: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/v1/images/generations`, { method: "POST", headers: { ...headers, ...more }, body });

test("a repeat is answered from no gateway's memory once its end user is forgotten through another", async (context) => {
  const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
  const url = await postgres.create("erased");
  const upstream = await startHeldUpstream();
  onTestFinished(() => upstream.close());
  const channels = [channelAt(upstream)];
  const one = await start(url, channels);
  const other = await start(url, channels);

  const failing = ask(one);
  (await upstream.arrived(0)).refuse(500, {});
  const failed = await failing;
  expect(failed.status).toBe(502);
  // It may have been billed, so an equal one is answered from memory.
  expect((await ask(one)).status).toBe(502);
  expect(upstream.executions).toHaveLength(1);

  // What still runs is not forgotten, and a failure is written after its answer.
  await recordOf({ url: one.url, adminToken }, failed.headers.get("x-request-id"));
  const erased = await withToken({ url: other.url }, adminToken).ask(
    "DELETE",
    `/admin/v1/end-users/${encodeURIComponent(user)}`,
  );
  expect([erased.status, erased.body["requests"], erased.body["running"]]).toEqual([200, 1, 0]);
  upstream.answerAll();
  await expect
    .poll(async () => (await ask(one)).status, { timeout: 20_000, interval: 500 })
    .toBe(200);
  expect(upstream.executions).toHaveLength(2);
});
