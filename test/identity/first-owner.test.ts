import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { runCommand } from "../cli/run-command.ts";
import { postgresPrograms, startPostgres, type TestPostgres } from "../support/postgres.ts";
import { cookieOf, goodPassword, withCookie, withToken } from "../support/people.ts";
import { requireForTest } from "../support/require.ts";

function folder(): string {
  const made = mkdtempSync(joinPath(tmpdir(), "pinhole-owner-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function start(cwd: string, env: Record<string, string> = {}): Promise<App> {
  const config = await loadConfig({ env: { PINHOLE_PORT: "0", ...env }, flags: {}, cwd });
  const app = await startApp(config, pino({ level: "silent" }));
  return app;
}

describe("on SQLite", () => {
  test("the first start makes one link, by which the first owner comes in with a name of their own", async () => {
    const cwd = folder();
    const first = await start(cwd);
    const code = first.firstRun.ownerCode ?? "";
    expect(code).toMatch(/^[\w-]{43}$/);
    expect(first.firstRun.adminToken).toMatch(/^pin_/);
    const page = withCookie(first);
    const checked = await page.ask("POST", "/admin/v1/invitation/check", { code });
    expect(checked.body).toMatchObject({ login: "owner", role: "owner" });
    const accepted = await page.ask("POST", "/admin/v1/invitation", {
      code,
      login: "Ada@example.com",
      name: "Ada",
      password: goodPassword,
    });
    expect(accepted.status).toBe(201);
    const owner = withCookie(first, cookieOf(accepted));
    const people = await owner.ask("GET", "/admin/v1/people");
    expect(people.body["data"]).toMatchObject([
      { login: "ada@example.com", name: "Ada", role: "owner", state: "active" },
    ]);
    await first.close();

    const second = await start(cwd);
    expect(second.firstRun).toEqual({
      adminToken: undefined,
      apiKey: undefined,
      ownerCode: undefined,
    });
    await second.close();
  });

  test("a link that nobody has used is not made again, and a token of the operator's own changes nothing", async () => {
    const cwd = folder();
    const env = { PINHOLE_ADMIN_TOKEN: "an-admin-token-0123456789" };
    const first = await start(cwd, env);
    expect(first.firstRun).toMatchObject({ adminToken: undefined });
    expect(first.firstRun.ownerCode).toBeDefined();
    await first.close();
    const second = await start(cwd, env);
    expect(second.firstRun.ownerCode).toBeUndefined();
    const [owner] = (
      await withToken(second, env.PINHOLE_ADMIN_TOKEN).ask("GET", "/admin/v1/people")
    ).body["data"] as { id: string }[];
    const again = await withToken(second, env.PINHOLE_ADMIN_TOKEN).ask(
      "POST",
      `/admin/v1/people/${owner?.id ?? ""}/invitation`,
    );
    expect(again.status).toBe(201);
    const old = await withCookie(second).ask("POST", "/admin/v1/invitation/check", {
      code: first.firstRun.ownerCode,
    });
    expect(old.status).toBe(401);
    await second.close();
  });

  test("others than owners do not choose their login", async () => {
    const app = await start(folder());
    const admin = withToken(app, app.firstRun.adminToken ?? "");
    const invited = await admin.ask("POST", "/admin/v1/people", {
      login: "bob",
      name: "Bob",
      role: "admin",
    });
    const { code } = invited.body["invitation"] as { code: string };
    const body = { code, password: goodPassword, login: "ceo@example.com" };
    const refused = await withCookie(app).ask("POST", "/admin/v1/invitation", body);
    expect([refused.status, refused.body["error"]]).toMatchObject([
      403,
      { code: "role_not_allowed", param: "login" },
    ]);
    await app.close();
  });
});

describe("on Postgres", () => {
  let server: TestPostgres | undefined;
  beforeAll(async () => {
    const programs = postgresPrograms();
    if (programs !== undefined) server = await startPostgres(programs);
  });
  afterAll(() => server?.remove());
  beforeEach((context) => {
    requireForTest(context, "Postgres (Debian's package postgresql)", server);
  });

  const own = {
    PINHOLE_SECRET: "a-secret-of-all-nodes-0123456789abcdef",
    PINHOLE_ADMIN_TOKEN: "an-admin-token-0123456789",
  };

  test("a start needs the operator's own secret and token, and makes and shows nothing", async () => {
    const cwd = folder();
    const url = await (server as TestPostgres).create("first_owner");
    for (const name of Object.keys(own)) {
      const { [name as keyof typeof own]: _left, ...env } = { ...own, DATABASE_URL: url };
      await expect(start(cwd, env)).rejects.toThrow(new RegExp(`set ${name}`));
      const check = await runCommand(["check"], { cwd, env });
      expect([check.code, check.err]).toEqual([1, expect.stringContaining(`set ${name}`)]);
    }
    const app = await start(cwd, { ...own, DATABASE_URL: url });
    expect(app.firstRun).toEqual({
      adminToken: undefined,
      apiKey: undefined,
      ownerCode: undefined,
    });
    const invited = await withToken(app, own.PINHOLE_ADMIN_TOKEN).ask("POST", "/admin/v1/people", {
      login: "ada",
      name: "Ada",
      role: "owner",
    });
    expect(invited.status).toBe(201);
    await app.close();
  });
});
