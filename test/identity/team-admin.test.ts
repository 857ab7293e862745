import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AdminRoute } from "../../src/api/admin/resource.ts";
import { adminResources } from "../../src/api/admin/resources.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Answer, type Asker, join, withToken } from "../support/people.ts";

/** What a team's admin may do: every route with an id, asked for objects of the team, of others, and of nobody. */
const settings = {
  teams: [{ id: "t1" }, { id: "t2" }],
  users: [{ id: "u1", team: "t1" }, { id: "u2", team: "t2" }, { id: "u0" }],
  keys: [
    { id: "k1", name: "own", key: "key-of-u1-0123456789-abcdef", user: "u1" },
    { id: "k2", name: "other's", key: "key-of-u2-0123456789-abcdef", user: "u2" },
  ],
  channels: [
    {
      id: "paid",
      provider: "sandbox",
      models: [{ name: "sandbox-fast", price: { per_image_usd: 1 } }],
    },
  ],
};

let gateway: TestGateway;
let admin: Asker;
const askers: { readonly by: string; readonly asker: Asker }[] = [];
/** Ids of objects of the database and of the file by the resource of their routes. */
const own: Record<string, string[]> = { keys: ["file:k1"], users: ["u1"], teams: ["t1"] };
const others: Record<string, string[]> = {
  keys: ["file:k2"],
  users: ["u2", "u0"],
  teams: ["t2"],
  requests: [],
};
let ownRequest = "";

beforeAll(async () => {
  gateway = await startTestGateway(settings);
  admin = withToken(gateway, gateway.adminToken);
  const person = await join(gateway, { login: "lead", role: "team_admin", team: "t1" });
  const body = { name: "lead", role: "team_admin", team: "t1" };
  const made = await admin.ask("POST", "/admin/v1/tokens", body);
  const token = withToken(gateway, String(made.body["token"]));
  askers.push({ by: "a session", asker: person }, { by: "a token", asker: token });
  for (const [id, team] of Object.entries({ u3: "t1", u4: "t2", u5: null }))
    await good(admin.ask("POST", "/admin/v1/users", { id, team }), 201);
  (team("own")["users"] ??= []).push("u3");
  (team("others")["users"] ??= []).push("u4", "u5");
  const keyOwners = {
    own: [{ user: "u1" }, { user: "u3" }, { team: "t1" }, { user: "u5", team: "t1" }],
    others: [{ user: "u2" }, { user: "u4" }, { team: "t2" }, { user: "u4", team: "t1" }, {}],
  };
  for (const side of ["own", "others"] as const)
    for (const owner of keyOwners[side]) {
      const key = await good(admin.ask("POST", "/admin/v1/keys", { name: "made", ...owner }), 201);
      (team(side)["keys"] ??= []).push(String(key.body["id"]));
    }
  ownRequest = await makeRequest("key-of-u1-0123456789-abcdef");
  others["requests"] = [await makeRequest("key-of-u2-0123456789-abcdef")];
  own["requests"] = [ownRequest];
});
afterAll(() => gateway.close());

function team(side: "own" | "others"): Record<string, string[]> {
  return side === "own" ? own : others;
}

async function good(answer: Promise<Answer>, status = 200): Promise<Answer> {
  const got = await answer;
  expect([got.status, got.status === status ? {} : got.body]).toEqual([status, {}]);
  return got;
}

async function makeRequest(key: string): Promise<string> {
  const body = { model: "sandbox-fast", prompt: "a fox", size: "256x256" };
  const answer = await postJson({ ...gateway, key }, "/v1/images/generations", body);
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
  return answer.headers.get("x-request-id") ?? "";
}

const idsOf = ({ body }: Answer): string[] =>
  (body["data"] as { id: string }[]).map(({ id }) => id).toSorted();

const routes: readonly AdminRoute[] = adminResources.flatMap(({ routes: of }) => of);
// Passkeys are everybody's own, whatever their role.
const ofOne = routes.filter(
  ({ path, access = [] }) =>
    path.includes("/:id") && access.includes("team_admin") && !path.includes("/passkeys/"),
);
const resourceOf = ({ path }: AdminRoute): string => path.split("/")[3] ?? "";

/** A body that is good for the route, so that nothing but the id can be refused. */
function bodyOf({ method, path }: AdminRoute): unknown {
  if (method === "GET" || method === "DELETE") return undefined;
  if (path.endsWith("/rotate")) return {};
  return resourceOf({ path } as AdminRoute) === "users" ? { budget: { usd: 5 } } : { name: "mine" };
}

test("the routes that a team's admin comes to are those of keys, and of owners those that this test knows", () => {
  const names = routes
    .filter(({ access = [] }) => access !== "anybody" && access.includes("team_admin"))
    .map(({ method, path }) => `${method} ${path.replace("/admin/v1/", "")}`)
    .filter((name) => !/ (session|make|passkeys)/.test(name));
  expect(names.toSorted()).toEqual([
    "DELETE keys/:id",
    "GET budgets",
    "GET keys",
    "GET keys/:id",
    "GET requests",
    "GET requests/:id",
    "GET statistics",
    "GET teams",
    "GET teams/:id",
    "GET usage",
    "GET users",
    "GET users/:id",
    "PATCH keys/:id",
    "PATCH users/:id",
    "POST keys",
    "POST keys/:id/rotate",
    "PUT keys/:id",
  ]);
});

describe.each(["a session", "a token"])("a team's admin with %s", (by) => {
  const lead = (): Asker => {
    const found = askers.find((one) => one.by === by);
    if (found === undefined) throw new Error(`nobody has ${by}`);
    return found.asker;
  };

  test("gets for each route and object of others the answer of one that is not there", async () => {
    const ifMatch = { "if-match": "*" };
    for (const route of ofOne) {
      const body = bodyOf(route);
      const ask = (id: string) =>
        lead().ask(route.method, route.path.replace(":id", id), body, ifMatch);
      const none = await lead().ask("GET", `/admin/v1/${resourceOf(route)}/not-there`);
      expect(none.status).toBe(404);
      for (const id of others[resourceOf(route)] ?? []) {
        const name = `${route.method} ${route.path} ${id}`;
        const { status, body: told } = await ask(id);
        expect([name, status, told]).toEqual([name, 404, none.body]);
      }
    }
  });

  test("lists what is the team's and nothing else", async () => {
    for (const name of ["keys", "users", "teams", "requests"]) {
      const listed = await good(lead().ask("GET", `/admin/v1/${name}?limit=100`));
      expect([name, idsOf(listed)]).toEqual([name, own[name]?.toSorted()]);
      for (const id of own[name] ?? [])
        await good(lead().ask("GET", `/admin/v1/${name}/${id}`), 200);
    }
    const asked = await good(lead().ask("GET", "/admin/v1/keys?user=u2"));
    expect(asked.body["data"]).toEqual([]);
  });

  test("makes, changes, rotates and revokes keys of the team and its users", async () => {
    const made = await good(lead().ask("POST", "/admin/v1/keys", { name: "new" }), 201);
    expect(made.body).toMatchObject({ team: "t1", user: null });
    const path = `/admin/v1/keys/${String(made.body["id"])}`;
    const change = { user: "u3", budget: { usd: 3 }, rpm: 5 };
    const etag = (answer: Answer) => ({ "if-match": answer.headers.get("etag") ?? "" });
    const changed = await good(lead().ask("PATCH", path, change, etag(made)));
    expect(changed.body).toMatchObject({ user: "u3", rpm: 5, budget: [{ usd: "3" }] });
    const freed = await good(lead().ask("PATCH", path, { user: null, team: null }, etag(changed)));
    expect(freed.body).toMatchObject({ user: null, team: "t1" });
    const rotated = await good(lead().ask("POST", `${path}/rotate`, {}, etag(freed)));
    expect(rotated.body["key"]).toMatch(/^pin_/);
    await good(lead().ask("DELETE", path));
    const put = `/admin/v1/keys/put-by-${by === "a token" ? "token" : "session"}`;
    await good(lead().ask("PUT", put, { name: "put", user: "u1" }), 201);
    await good(lead().ask("PUT", put, { name: "put", user: "u1" }));
    await good(lead().ask("DELETE", put));
    const ofFile = await lead().ask("DELETE", "/admin/v1/keys/file:k1");
    expect([ofFile.status, JSON.stringify(ofFile.body)]).toEqual([
      409,
      expect.stringContaining("pinhole.yaml, line"),
    ]);
  });

  test("gives no key to owners of others, as if there were none of them", async () => {
    const etag = { "if-match": "*" };
    const faultOf = ({ body }: Answer, id: string): string =>
      JSON.stringify(body["error"])
        .replaceAll(id, "ID")
        .replace(/"request_id":"[^"]*"/, "");
    for (const [field, foreign] of [
      ["user", "u2"],
      ["user", "u4"],
      ["user", "u5"],
      ["user", "u0"],
      ["team", "t2"],
    ] as const) {
      const make = (id: string) => lead().ask("POST", "/admin/v1/keys", { name: "x", [field]: id });
      const [refused, none] = [await make(foreign), await make("nobody")];
      expect([foreign, refused.status]).toEqual([foreign, 400]);
      expect(faultOf(refused, foreign)).toBe(faultOf(none, "nobody"));
      for (const id of (own["keys"] ?? []).filter((one) => !one.startsWith("file:"))) {
        const path = `/admin/v1/keys/${id}`;
        const { user } = (await lead().ask("GET", path)).body;
        if (user === foreign) continue;
        const moved = await lead().ask("PATCH", path, { [field]: foreign }, etag);
        expect([path, foreign, moved.status]).toEqual([path, foreign, 400]);
      }
    }
  });

  test("changes budgets of the team's users and nothing else of them", async () => {
    const path = "/admin/v1/users/u3";
    const etag = { "if-match": "*" };
    const changed = await good(lead().ask("PATCH", path, { budget: { usd: 7 } }, etag));
    expect(changed.body).toMatchObject({ budget: [{ usd: "7", period: "month" }], team: "t1" });
    for (const change of [{ team: "t2" }, { team: null }, { rpm: 9 }, { models: ["a"] }]) {
      const refused = await lead().ask("PATCH", path, { budget: null, ...change }, etag);
      expect([change, refused.status]).toEqual([change, 403]);
    }
    await good(lead().ask("PATCH", path, { disabled: false, budget: { usd: 8 } }, etag));
    const team_ = await lead().ask("PATCH", "/admin/v1/teams/t1", { budget: { usd: 1 } }, etag);
    expect(team_.status).toBe(403);
  });

  test("reads the usage of the team in the customer's book", async () => {
    const all = await good(admin.ask("GET", "/admin/v1/usage?group=team"));
    expect((all.body["data"] as { team: string }[]).map((row) => row.team)).toEqual(["t1", "t2"]);
    const { body } = await good(lead().ask("GET", "/admin/v1/usage?group=team,key"));
    expect(body["data"]).toMatchObject([{ team: "t1", key: "file:k1", requests: 1 }]);
    expect(JSON.stringify(body)).not.toMatch(/provider|attempts/);
    expect(body["total"]).toMatchObject({ requests: 1, customer_usd: "1" });
    const other = await good(lead().ask("GET", "/admin/v1/usage?team=t2"));
    expect(other.body["total"]).toMatchObject({ requests: 0 });
    for (const query of ["group=channel", "channel=sandbox"])
      expect((await lead().ask("GET", `/admin/v1/usage?${query}`)).status).toBe(403);
  });

  test("counts and finds no requests but the team's, whatever they are looked for by", async () => {
    const { body } = await good(lead().ask("GET", "/admin/v1/statistics"));
    expect(body["totals"]).toMatchObject({ succeeded: 1 });
    expect(body["details"]).toMatchObject({ keys: [{ name: "file:k1" }], channels: [] });
    for (const filter of ["team=t2", "user=u2", "key=file:k2", `id=${others["requests"]?.[0]}`]) {
      const { body: found } = await good(lead().ask("GET", `/admin/v1/requests?${filter}`));
      expect([filter, found["data"]]).toEqual([filter, []]);
    }
    const refused = await lead().ask("GET", "/admin/v1/requests?channel=sandbox");
    expect(refused.status).toBe(403);
  });

  test("sees requests without what is the operator's", async () => {
    const { body } = await good(lead().ask("GET", `/admin/v1/requests/${ownRequest}`));
    const [attempt] = body["attempts"] as Record<string, unknown>[];
    expect(attempt).not.toHaveProperty("channel");
    expect(attempt).not.toHaveProperty("provider_usd");
  });
});

test("a key holder reads the usage of their own user", async () => {
  const holder = await join(gateway, { login: "holder", role: "key_holder", user: "u2" });
  const { body } = await good(holder.ask("GET", "/admin/v1/usage?group=user"));
  expect(body["data"]).toMatchObject([{ user: "u2", requests: 1 }]);
  expect((await holder.ask("GET", "/admin/v1/usage?group=channel")).status).toBe(403);
  const nobody = await join(gateway, { login: "no user", role: "key_holder" });
  const none = await good(nobody.ask("GET", "/admin/v1/usage"));
  expect(none.body["total"]).toMatchObject({ requests: 0 });
});

test("no id of the file's kind is given to a key of the database", async () => {
  const made = await admin.ask("PUT", "/admin/v1/keys/file:new", { name: "x" });
  expect(made.status).toBe(404);
});
