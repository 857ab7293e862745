import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { secretStatus } from "../../src/app/secret-status.ts";
import { type Config, loadConfig } from "../../src/config.ts";
import { startMockOpenAi } from "../support/mock-openai.ts";
import { postgresPrograms, startPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";
import { worldOf } from "./keys-world.ts";

/** Gateways that share a Postgres and serve channels that rest in it. */
const programs = postgresPrograms();
const server = programs === undefined ? undefined : await startPostgres(programs);
afterAll(() => server?.remove());

const [first, second] = ["first", "second"].map((word) => `${word}-secret-0123456789-0123456789`);
const adminToken = "admin-token-0123456789";
const credential = "sk-shared-credential-0123456789-QRST";

function configOf(url: string, secret = "", previous = ""): Promise<Config> {
  const folder = mkdtempSync(join(tmpdir(), "pinhole-channel-node-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return loadConfig({
    env: {
      PINHOLE_PORT: "0",
      PINHOLE_SECRET: secret,
      PINHOLE_SECRET_PREVIOUS: previous,
      PINHOLE_ADMIN_TOKEN: adminToken,
      DATABASE_URL: url,
    },
    flags: {},
    cwd: folder,
    terminal: false,
    now: Date.now(),
  });
}

async function start(config: Config): Promise<{ app: App; world: ReturnType<typeof worldOf> }> {
  const app = await startApp(config, pino({ level: "silent" }));
  onTestFinished(() => app.close());
  return { app, world: worldOf({ url: app.url, adminToken }) };
}

test("a channel that one node makes serves on the others within 5 s, and their secret may change meanwhile", async (context) => {
  const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
  const url = await postgres.create("channels");
  const upstream = await startMockOpenAi();
  onTestFinished(() => upstream.close());
  const one = await start(await configOf(url, first));
  const other = await start(await configOf(url, first));
  const { key } = await one.world.make();
  const settings = { base_url: `${upstream.url}/v1`, api_key: credential };
  const body = { id: "up", provider: "openai-compatible", settings, models: ["painted"] };
  expect((await one.world.admin("POST", "/channels", body)).status).toBe(201);
  expect(await one.world.paint(key, "painted")).toEqual([200, undefined]);
  await expect
    .poll(() => other.world.paint(key, "painted"), { timeout: 5000, interval: 200 })
    .toEqual([200, undefined]);
  await other.world.admin("PATCH", "/channels/up", { enabled: false });
  await expect
    .poll(() => one.world.paint(key, "painted"), { timeout: 5000, interval: 200 })
    .toEqual([404, "model_not_found"]);
  await one.world.admin("PATCH", "/channels/up", { enabled: true });

  await other.app.close();
  const changed = await configOf(url, second, first);
  const needed = async (config: Config): Promise<unknown> =>
    (await secretStatus(config, Date.now))?.needs.find(({ kind }) =>
      kind.startsWith("credentials"),
    );
  const kind = "credentials of channels";
  const name = "channel up/settings/api_key";
  expect(await needed(changed)).toEqual({ kind, current: 0, previous: [name], other: [] });
  const renewed = await start(changed);
  expect(await renewed.world.paint(key, "painted")).toEqual([200, undefined]);
  await expect
    .poll(() => needed(changed), { timeout: 10_000 })
    .toEqual({ kind, current: 1, previous: [], other: [] });
  // The node that knows the first secret only still has what it read.
  expect(await one.world.paint(key, "painted")).toEqual([200, undefined]);
  await renewed.app.close();
  const last = await start(await configOf(url, second));
  expect(await last.world.paint(key, "painted")).toEqual([200, undefined]);
  const authorizations = new Set(upstream.seen.map(({ headers }) => headers.authorization));
  expect([...authorizations]).toEqual([`Bearer ${credential}`]);
  const dump = JSON.stringify([
    await postgres.sql("channels", "SELECT * FROM resources"),
    await postgres.sql("channels", "SELECT * FROM audit"),
  ]);
  expect(dump).not.toContain(credential);
});

test("where the audit or the version cannot be written, no channel is made, changed or deleted", async (context) => {
  const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
  const url = await postgres.create("faults");
  const { world } = await start(await configOf(url, first));
  const settings = { base_url: "http://127.0.0.1:9/v1", api_key: credential };
  const body = { provider: "openai-compatible", settings, models: ["painted"] };
  await world.admin("PUT", "/channels/up", body);
  const state = (): Promise<unknown> =>
    Promise.all(
      [
        "SELECT * FROM resources ORDER BY id",
        "SELECT id FROM audit ORDER BY id",
        "SELECT value FROM settings WHERE name = 'config_version'",
      ].map((sql) => postgres.sql("faults", sql)),
    );
  const before = await state();
  await postgres.sql(
    "faults",
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$",
  );
  for (const [table, when] of [
    ["audit", "true"],
    ["settings", "NEW.name = 'config_version'"],
    ["resources", "true"],
  ] as const) {
    await postgres.sql(
      "faults",
      `CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW WHEN (${when}) EXECUTE FUNCTION refuse()`,
    );
    for (const [method, path, sent] of [
      ["POST", "/channels", { id: "new", ...body }],
      ["PUT", "/channels/new", body],
      ["PATCH", "/channels/up", { weight: 7 }],
      ["DELETE", "/channels/up", undefined],
    ] as const) {
      const { status } = await world.admin(method, path, sent);
      expect([table, method, status]).toEqual([table, method, 500]);
    }
    await postgres.sql("faults", `DROP TRIGGER refuse ON ${table}`);
    expect([table, await state()]).toEqual([table, before]);
  }
  expect((await world.admin("GET", "/channels/up")).body).toMatchObject({ version: 1, weight: 1 });
  expect((await world.admin("PATCH", "/channels/up", { weight: 7 })).status).toBe(200);
});
