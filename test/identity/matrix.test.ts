import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { usualAccess } from "../../src/api/admin/access.ts";
import type { AdminRoute } from "../../src/api/admin/resource.ts";
import { adminResources } from "../../src/api/admin/resources.ts";
import { type Role, roles } from "../../src/core/role.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Asker, join, withCookie, withToken } from "../support/people.ts";

/**
 * Every route of the admin API, asked by every role, by nobody and by those who have lost their right, for objects that
 * are theirs, another's and nobody's. The routes and their roles come from the table that the docs show.
 */
const routes: readonly AdminRoute[] = adminResources.flatMap(({ routes: of }) => of);
const closed = routes.filter(({ access }) => access !== "anybody");

const teamOf = (team: string) => ({ id: team, name: team });
const settings = {
  teams: [teamOf("t1"), teamOf("t2")],
  users: [
    { id: "u1", team: "t1" },
    { id: "u2", team: "t2" },
  ],
  keys: [
    { id: "k1", name: "own", key: "key-of-u1-0123456789-abcdef", user: "u1" },
    { id: "k2", name: "other's", key: "key-of-u2-0123456789-abcdef", user: "u2" },
  ],
};

let gateway: TestGateway;
const askers = new Map<Role, Asker>();
const tokens = new Map<Role, Asker>();
const requestOf = { own: "", other: "" };

beforeAll(async () => {
  gateway = await startTestGateway(settings);
  const admin = withToken(gateway, gateway.adminToken);
  for (const role of roles) {
    const part =
      role === "key_holder" ? { user: "u1" } : role === "team_admin" ? { team: "t1" } : {};
    askers.set(role, await join(gateway, { login: `the ${role}`, role, ...part }));
    if (role === "key_holder") continue;
    const body = { name: role, role, team: role === "team_admin" ? "t1" : null };
    const made = await admin.ask("POST", "/admin/v1/tokens", body);
    tokens.set(role, withToken(gateway, String(made.body["token"])));
  }
  requestOf.own = await makeRequest("key-of-u1-0123456789-abcdef");
  requestOf.other = await makeRequest("key-of-u2-0123456789-abcdef");
});
afterAll(() => gateway.close());

async function makeRequest(key: string): Promise<string> {
  const body = { model: "sandbox-fast", prompt: "a fox", size: "256x256" };
  const answer = await postJson({ ...gateway, key }, "/v1/images/generations", body);
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
  return answer.headers.get("x-request-id") ?? "";
}

function asked(role: Role): Asker {
  const asker = askers.get(role);
  if (asker === undefined) throw new Error(`nobody is ${role}`);
  return asker;
}

/** The route's address for an object that exists nowhere. */
const nowhere = (route: AdminRoute): string => route.path.replaceAll(/:\w+/g, "nothing-of-this-id");
const call = (asker: Asker, route: AdminRoute, path = nowhere(route)) =>
  asker.ask(
    route.method,
    path,
    route.method === "GET" || route.method === "DELETE" ? undefined : {},
    {
      "if-match": "*",
    },
  );
const isGood = (status: number): boolean => status >= 200 && status < 300;

test("the table has every route once, and opens to anybody only where somebody comes in or goes", () => {
  const names = routes.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(names).size).toBe(names.length);
  const open = routes.filter(({ access }) => access === "anybody");
  for (const { path } of open) expect(path).toMatch(/^\/admin\/v1\/(session|invitation|sign-in)\b/);
});

describe("without a right", () => {
  const strangers: readonly (readonly [string, () => Promise<Asker>])[] = [
    ["nobody", async () => withCookie(gateway)],
    ["an API key", async () => withToken(gateway, "key-of-u1-0123456789-abcdef")],
    ["a session that never was", async () => withCookie(gateway, `pinhole=${"a".repeat(43)}`)],
    ["a token that never was", async () => withToken(gateway, `${gateway.adminToken}x`)],
    ["a person who was disabled", () => lost({ disabled: true })],
    ["a person who was removed", () => lost(undefined)],
    ["a token that has expired", expired],
  ];

  async function lost(change: object | undefined): Promise<Asker> {
    const person = await join(gateway, {
      login: change === undefined ? "gone" : "stopped",
      role: "owner",
    });
    const path = `/admin/v1/people/${person.id}`;
    const admin = withToken(gateway, gateway.adminToken);
    const done = await admin.ask(change ? "PATCH" : "DELETE", path, change, { "if-match": "*" });
    expect(done.status).toBe(200);
    return person;
  }

  async function expired(): Promise<Asker> {
    const body = { name: "old", role: "owner", expires_at: "2020-01-01T00:00:00Z" };
    const admin = withToken(gateway, gateway.adminToken);
    const made = await admin.ask("POST", "/admin/v1/tokens", body);
    return withToken(gateway, String(made.body["token"]));
  }

  test.each(strangers)("%s opens no route", async (_who, find) => {
    const asker = await find();
    for (const route of closed) {
      const { status } = await call(asker, route);
      expect([route.method, route.path, status]).toEqual([route.method, route.path, 401]);
    }
  });
});

describe.each(roles)("the role %s", (role) => {
  test.each(["a session", "a token"])(
    "with %s comes to the routes that name it and to no other",
    async (by) => {
      const asker = by === "a token" ? tokens.get(role) : asked(role);
      // A key holder is a user, which a token is not.
      if (asker === undefined) return;
      for (const route of closed) {
        const { access = usualAccess } = route;
        const { status, body } = await call(asker, route);
        const code = (body["error"] as { code?: string } | undefined)?.code;
        const name = `${route.method} ${route.path}`;
        if (access.includes(role)) expect([name, status === 401]).toEqual([name, false]);
        else expect([name, status, code]).toEqual([name, 403, "role_not_allowed"]);
        // No address of nothing is an answer about something; whether an end user was ever here is nobody's to learn.
        if (route.path.includes(":") && !route.path.includes("/end-users/"))
          expect([name, isGood(status)]).toEqual([name, false]);
      }
    },
  );

  test("sees requests of others, or gets the answer of one that is not there", async () => {
    const asker = asked(role);
    const path = (id: string) => `/admin/v1/requests/${id}`;
    const [own, other, none] = await Promise.all(
      [requestOf.own, requestOf.other, "req_none"].map((id) => asker.ask("GET", path(id))),
    );
    const listed = await asker.ask("GET", "/admin/v1/requests");
    const ids = ((listed.body["data"] ?? []) as { id: string }[]).map(({ id }) => id);
    if (role === "team_admin" || role === "key_holder") {
      expect([own?.status, ids]).toEqual([200, [requestOf.own]]);
      expect([other?.status, other?.body]).toEqual([none?.status, none?.body]);
      expect(none?.status).toBe(404);
      const [attempt] = (own?.body["attempts"] ?? []) as Record<string, unknown>[];
      expect(attempt).not.toHaveProperty("channel");
      expect(attempt).not.toHaveProperty("provider_usd");
    } else {
      expect([own?.status, other?.status, none?.status]).toEqual([200, 200, 404]);
      expect(ids.toSorted()).toEqual([requestOf.own, requestOf.other].toSorted());
    }
  });
});

test("a key holder who is no user sees no request", async () => {
  const nobody = await join(gateway, { login: "no user", role: "key_holder" });
  expect((await nobody.ask("GET", "/admin/v1/requests")).body["data"]).toEqual([]);
  expect((await nobody.ask("GET", `/admin/v1/requests/${requestOf.own}`)).status).toBe(404);
});
