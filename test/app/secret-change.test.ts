import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pino from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { secretStatus, type SecretStatus } from "../../src/app/secret-status.ts";
import { type Config, loadConfig } from "../../src/config.ts";

const first = "first-secret-0123456789-0123456789-abc";
const second = "second-secret-0123456789-0123456789-ab";
/** A busy machine takes its time to open a database. */
const patient = { timeout: 60_000 };
const third = "third-secret-0123456789-0123456789-abc";

let folder = "";
let app: App | undefined;
let adminToken = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pinhole-change-"));
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function configOf(secret: string, previous = ""): Promise<Config> {
  const env = { PINHOLE_PORT: "0", PINHOLE_SECRET: secret, PINHOLE_SECRET_PREVIOUS: previous };
  return loadConfig({ env, flags: {}, cwd: folder, terminal: false, now: Date.now() });
}

/** Starts the gateway anew with these secrets; returns the key of the first start. */
async function start(secret: string, previous?: string): Promise<string> {
  await app?.close();
  app = await startApp(await configOf(secret, previous), pino({ level: "silent" }));
  adminToken = app.firstRun.adminToken ?? adminToken;
  return app.firstRun.apiKey ?? "";
}

async function call(path: string, bearer: string, body?: object): Promise<Response> {
  return fetch(`${app?.url ?? ""}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function statusOf(path: string, bearer: string): Promise<number> {
  const answer = await call(path, bearer);
  await answer.arrayBuffer();
  return answer.status;
}

async function newKey(name: string): Promise<string> {
  const answer = await call("/admin/v1/keys", adminToken, { name, models: ["*"] });
  return ((await answer.json()) as { key: string }).key; // It is our own answer.
}

/** Path and query of the URL of a new picture. */
async function pictureUrl(key: string): Promise<string> {
  const asked = { model: "sandbox-fast", prompt: "a fox", size: "64x64", response_format: "url" };
  const answer = await call("/v1/images/generations", key, asked);
  const { data } = (await answer.json()) as { data: { url: string }[] };
  const { pathname, search } = new URL(data[0]?.url ?? "");
  return pathname + search;
}

async function status(secret: string, previous?: string): Promise<SecretStatus> {
  const found = await secretStatus(await configOf(secret, previous), Date.now);
  if (found === undefined) throw new Error("no secret");
  return found;
}

const needed = ({ needs }: SecretStatus, which: "previous" | "other"): string[] =>
  needs.flatMap((one) => one[which]);

/** What stands in a column, read beside the gateway. */
function column(sql: string): string[] {
  const database = new DatabaseSync(join(folder, "data/pinhole.db"), { readOnly: true });
  const found = database
    .prepare(sql)
    .all()
    .map((row) => String(Object.values(row)[0]));
  database.close();
  return found;
}

test("a change of secrets loses no key, token or URL, and each is taken over when it is used", async () => {
  const used = await start(first);
  const unused = await newKey("unused");
  const url = await pictureUrl(used);
  await start(second, first);
  for (let time = 0; time < 2; time += 1) {
    expect(await statusOf("/v1/models", used)).toBe(200);
    expect(await statusOf("/admin/v1/keys", adminToken)).toBe(200);
    expect(await statusOf(url, "")).toBe(200);
  }
  expect(await statusOf(await pictureUrl(used), "")).toBe(200);
  await expect
    .poll(async () => needed(await status(second, first), "previous"), patient)
    .toEqual(["unused"]);
  const under = await status(second, first);
  expect(under.changed?.at).toBeGreaterThan(Date.now() - 60_000);
  expect(under.urlsUntil).toBe((under.changed?.at ?? 0) + 3_600_000);
  const other = used.replace(/.$/, (last) => (last === "x" ? "y" : "x"));
  expect(await statusOf("/v1/models", other)).toBe(401);
  // Without the secret of before, what has not been used is lost, and only that.
  await start(second);
  expect(await statusOf("/v1/models", used)).toBe(200);
  expect(await statusOf("/admin/v1/keys", adminToken)).toBe(200);
  expect(await statusOf("/v1/models", unused)).toBe(401);
  expect(await statusOf(url, "")).toBe(404);
  expect(needed(await status(second), "other")).toEqual(["unused"]);
  // It comes back with its secret.
  await start(second, first);
  expect(await statusOf("/v1/models", unused)).toBe(200);
});

test("requests that run and come while the secret changes and changes back all succeed", async () => {
  const key = await start(first);
  for (const [secret, previous] of [
    [second, first],
    [first, second],
    [second, first],
    [third, second],
  ] as const) {
    await start(secret, previous);
    const answers = await Promise.all(Array.from({ length: 8 }, () => statusOf("/v1/models", key)));
    expect(answers).toEqual(Array.from({ length: 8 }, () => 200));
    await expect
      .poll(async () => needed(await status(secret, previous), "previous"), patient)
      .not.toContain("first key");
  }
});

test("digests of an earlier version, which say no id, go on and get one", async () => {
  const key = await start(first);
  await app?.close();
  app = undefined;
  const database = new DatabaseSync(join(folder, "data/pinhole.db"));
  database.exec("UPDATE keys SET digest = substr(digest, 10)");
  database.exec("UPDATE settings SET value = substr(value, 10) WHERE name = 'admin_token_digest'");
  database.close();
  expect(column("SELECT digest FROM keys")).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
  await start(second, first);
  expect(needed(await status(second, first), "previous")).toHaveLength(2);
  expect(await statusOf("/v1/models", key)).toBe(200);
  expect(await statusOf("/admin/v1/keys", adminToken)).toBe(200);
  await expect
    .poll(
      () => [
        ...column("SELECT digest FROM keys"),
        ...column("SELECT value FROM settings WHERE name = 'admin_token_digest'"),
      ],
      patient,
    )
    .toEqual([
      expect.stringMatching(/^[0-9a-f]{8}:[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{8}:[0-9a-f]{64}$/),
    ]);
  await start(second);
  expect(await statusOf("/v1/models", key)).toBe(200);
});

test("the same secret twice is refused in one sentence", async () => {
  await expect(start(first, first)).rejects.toThrow(
    "PINHOLE_SECRET_PREVIOUS (secret_previous) is the same as the secret",
  );
});

test("nothing of a secret stands in the database", async () => {
  await start(first);
  await start(second, first);
  for (const value of column("SELECT value FROM settings"))
    for (const secret of [first, second]) expect(value).not.toContain(secret);
});
