import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import {
  type Answer,
  type Asker,
  goodPassword,
  join,
  withCookie,
  withToken,
} from "../support/people.ts";

const keyOf = (user: string) => `key-of-${user}-0123456789-abcdef`;
let gateway: TestGateway;
let admin: Asker;
beforeAll(async () => {
  gateway = await startTestGateway({
    users: [{ id: "u1" }, { id: "u2" }],
    keys: [
      { name: "one", key: keyOf("u1"), user: "u1" },
      { name: "one more", key: keyOf("u1-more"), user: "u1", disabled: true },
      { name: "two", key: keyOf("u2"), user: "u2" },
    ],
  });
  admin = withToken(gateway, gateway.adminToken);
});
afterAll(() => gateway.close());

const told = ({ status, body }: Answer): unknown[] => {
  const error = body["error"] as { code?: string; param?: string | null } | undefined;
  return [status, error?.code];
};
const change = (by: Asker, id: string, body: unknown, match = "*"): Promise<Answer> =>
  by.ask("PATCH", `/admin/v1/people/${id}`, body, { "if-match": match });
const works = async (user: string): Promise<boolean> =>
  (await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${keyOf(user)}` } }))
    .status === 200;

async function until(what: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 5000;
  while (!(await what())) {
    if (Date.now() > end) throw new Error("it did not happen within 5 s");
    await sleep(50);
  }
}

describe("disabling a person", () => {
  test("ends their sessions and stops the keys of their user alone; enabling brings back the good ones and no session", async () => {
    const ada = await join(gateway, { login: "ada", role: "key_holder", user: "u1" });
    expect([await works("u1"), await works("u1-more"), await works("u2")]).toEqual([
      true,
      false,
      true,
    ]);
    expect((await change(admin, ada.id, { disabled: true })).body).toMatchObject({
      disabled: true,
      state: "disabled",
    });
    expect((await ada.ask("GET", "/admin/v1/session")).status).toBe(401);
    const login = { login: "ada", password: goodPassword };
    expect(told(await withCookie(gateway).ask("POST", "/admin/v1/session", login))).toEqual([
      401,
      "sign_in_failed",
    ]);
    await until(async () => !(await works("u1")));
    expect(await works("u2")).toBe(true);

    expect((await change(admin, ada.id, { disabled: false })).status).toBe(200);
    await until(() => works("u1"));
    expect(await works("u1-more")).toBe(false);
    expect((await ada.ask("GET", "/admin/v1/session")).status).toBe(401);
    expect((await withCookie(gateway).ask("POST", "/admin/v1/session", login)).status).toBe(201);
  });

  test("removing one stops their user's keys until another person is that user", async () => {
    const bob = await join(gateway, { login: "bob", role: "key_holder", user: "u2" });
    const path = `/admin/v1/people/${bob.id}`;
    expect(told(await admin.ask("DELETE", path))).toEqual([428, "version_required"]);
    const removed = await admin.ask("DELETE", path, undefined, { "if-match": "*" });
    expect(removed.body).toEqual({
      id: bob.id,
      deleted: true,
      saved_pictures: 0,
      pictures: "expire",
    });
    expect((await bob.ask("GET", "/admin/v1/session")).status).toBe(401);
    await until(async () => !(await works("u2")));
    expect(told(await admin.ask("GET", path))).toEqual([404, "not_found"]);
    await join(gateway, { login: "heir", role: "key_holder", user: "u2" });
    await until(() => works("u2"));
  });
});

describe("changing a person", () => {
  test("names the version that it was made from, and a stale one is told what is there", async () => {
    const eve = await join(gateway, { login: "eve", role: "viewer" });
    const read = await admin.ask("GET", `/admin/v1/people/${eve.id}`);
    const etag = read.headers.get("etag") ?? "";
    expect(etag).toBe(`"${Number(read.body["version"])}"`);
    expect(told(await admin.ask("PATCH", `/admin/v1/people/${eve.id}`, { name: "E" }))).toEqual([
      428,
      "version_required",
    ]);
    const first = await change(admin, eve.id, { name: "Eve" }, `"nothing", W/${etag}`);
    expect(first.body).toMatchObject({ name: "Eve", version: Number(read.body["version"]) + 1 });
    const second = await change(admin, eve.id, { name: "Eva" }, etag);
    expect(told(second)).toEqual([412, "version_stale"]);
    expect(second.body["error"]).toMatchObject({ current: first.body });
    expect(
      (await change(admin, eve.id, { name: "Eva" }, first.headers.get("etag") ?? "")).status,
    ).toBe(200);
    expect(told(await change(admin, "person_none", { name: "x" }))).toEqual([404, "not_found"]);
    expect(told(await change(admin, eve.id, {}))).toEqual([400, "invalid_value"]);
    expect(told(await change(admin, eve.id, { version: 1 }))).toEqual([400, "invalid_value"]);
  });

  test("login and user are one person's, and a team belongs to a team's admin", async () => {
    const one = await join(gateway, { login: "clash-1", role: "viewer" });
    await join(gateway, { login: "clash-2", role: "key_holder", user: "u9" });
    expect(told(await change(admin, one.id, { login: " Clash-2 " }))).toEqual([409, "conflict"]);
    expect(told(await change(admin, one.id, { user: "u9" }))).toEqual([409, "conflict"]);
    expect(told(await change(admin, one.id, { team: "t" }))).toEqual([400, "invalid_value"]);
    expect(told(await change(admin, one.id, { role: "team_admin" }))).toEqual([
      400,
      "invalid_value",
    ]);
    const made = await change(admin, one.id, { role: "team_admin", team: "t" });
    expect(made.body).toMatchObject({ role: "team_admin", team: "t" });
    expect(told(await change(admin, one.id, { role: "viewer" }))).toEqual([400, "invalid_value"]);
    const twin = { login: "CLASH-1", name: "Twin", role: "viewer" };
    expect(told(await admin.ask("POST", "/admin/v1/people", twin))).toEqual([409, "conflict"]);
  });

  test("admins do not touch owners, nobody their own rights, and the last owner stays", async () => {
    const owner = await join(gateway, { login: "the owner", role: "owner" });
    const boss = await join(gateway, { login: "an admin", role: "admin" });
    const other = await join(gateway, { login: "somebody", role: "viewer" });
    const refused = [403, "role_not_allowed"];
    for (const body of [{ role: "viewer" }, { disabled: true }, { name: "x" }])
      expect(told(await change(boss, owner.id, body))).toEqual(refused);
    expect(told(await change(boss, other.id, { role: "owner" }))).toEqual(refused);
    expect(told(await boss.ask("POST", `/admin/v1/people/${owner.id}/invitation`))).toEqual(
      refused,
    );
    const path = `/admin/v1/people/${owner.id}`;
    expect(told(await boss.ask("DELETE", path, undefined, { "if-match": "*" }))).toEqual(refused);
    const wanted = { login: "new owner", name: "N", role: "owner" };
    expect(told(await boss.ask("POST", "/admin/v1/people", wanted))).toEqual(refused);
    for (const body of [{ role: "owner" }, { disabled: true }, { user: "u7" }])
      expect(told(await change(boss, boss.id, body))).toEqual(refused);
    expect((await change(boss, boss.id, { name: "Renamed" })).status).toBe(200);
    expect(told(await change(owner, owner.id, { role: "admin" }))).toEqual(refused);

    for (const body of [{ role: "admin" }, { disabled: true }])
      expect(told(await change(admin, owner.id, body))).toEqual([409, "conflict"]);
    expect(told(await admin.ask("DELETE", path, undefined, { "if-match": "*" }))).toEqual([
      409,
      "conflict",
    ]);
    const second = await join(gateway, { login: "second owner", role: "owner" });
    expect((await change(second, owner.id, { role: "admin" })).status).toBe(200);
    expect((await owner.ask("GET", "/admin/v1/session")).body["caller"]).toMatchObject({
      role: "admin",
    });
  });
});

describe("admin tokens", () => {
  const make = (by: Asker, body: Record<string, unknown>) =>
    by.ask("POST", "/admin/v1/tokens", body);

  test("do what their role may, until they expire or are removed, and are shown once", async () => {
    const made = await make(admin, { name: "ci", role: "viewer" });
    expect(made.status).toBe(201);
    const { id, token } = made.body as { id: string; token: string };
    expect(token).toMatch(/^pin_\w{36}$/);
    expect(made.body).toMatchObject({ hint: token.slice(-4), expires_at: null, version: 1 });
    const ci = withToken(gateway, token);
    expect((await ci.ask("GET", "/admin/v1/channels")).status).toBe(200);
    expect((await ci.ask("GET", "/admin/v1/session")).body).toMatchObject({
      caller: { kind: "token", id, role: "viewer" },
      ends_at: null,
    });
    expect(told(await ci.ask("GET", "/admin/v1/keys"))).toEqual([403, "role_not_allowed"]);
    const listed = JSON.stringify((await admin.ask("GET", "/admin/v1/tokens")).body);
    expect(listed).toContain(id);
    expect(listed).not.toContain(token);
    expect(JSON.stringify(gateway.log)).not.toContain(token);

    const path = `/admin/v1/tokens/${id}`;
    const past = { expires_at: "2020-01-01T00:00:00Z" };
    const late = await make(admin, { name: "late", role: "viewer", ...past });
    expect(told(late)).toEqual([400, "invalid_value"]);
    const changed = await admin.ask("PATCH", path, past, { "if-match": '"1"' });
    expect(changed.body).toMatchObject({ expires_at: "2020-01-01T00:00:00.000Z", version: 2 });
    expect((await ci.ask("GET", "/admin/v1/channels")).status).toBe(401);
    const open = await admin.ask("PATCH", path, { expires_at: null }, { "if-match": '"2"' });
    expect(open.body).toMatchObject({ name: "ci", role: "viewer", expires_at: null });
    expect((await ci.ask("GET", "/admin/v1/channels")).status).toBe(200);
    expect(told(await admin.ask("DELETE", path, undefined, { "if-match": '"2"' }))).toEqual([
      412,
      "version_stale",
    ]);
    expect((await admin.ask("DELETE", path, undefined, { "if-match": '"3"' })).status).toBe(200);
    expect((await ci.ask("GET", "/admin/v1/channels")).status).toBe(401);
    expect(told(await admin.ask("GET", path))).toEqual([404, "not_found"]);
  });

  test("never do more than whoever made them, and are nobody's user", async () => {
    const boss = await join(gateway, { login: "token admin", role: "admin" });
    expect(told(await make(boss, { name: "x", role: "owner" }))).toEqual([403, "role_not_allowed"]);
    const own = await make(boss, { name: "x", role: "admin" });
    const token = withToken(gateway, String(own.body["token"]));
    expect(told(await make(token, { name: "y", role: "owner" }))).toEqual([
      403,
      "role_not_allowed",
    ]);
    const path = `/admin/v1/tokens/${String(own.body["id"])}`;
    expect(told(await boss.ask("PATCH", path, { role: "owner" }, { "if-match": "*" }))).toEqual([
      403,
      "role_not_allowed",
    ]);
    for (const body of [
      { role: "key_holder" },
      { role: "team_admin" },
      { role: "viewer", team: "t" },
      { role: "god" },
    ])
      expect(told(await make(admin, { name: "x", ...body }))).toEqual([400, "invalid_value"]);
  });
});
