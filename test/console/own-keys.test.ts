import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type KeyWorld, worldOf } from "../admin/keys-world.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Joined, join } from "../support/people.ts";

/** A gateway and the rest of CI share two slow cores. */
vi.setConfig({ testTimeout: 60_000 });

let gateway: TestGateway;
let world: KeyWorld;
let ada: Joined;
let bob: Joined;
beforeAll(async () => {
  gateway = await startTestGateway({
    channels: [
      {
        id: "drawing",
        provider: "sandbox",
        models: [
          { name: "dear", upstream: "sandbox-fast", price: { per_image_usd: 0.1 } },
          { name: "other", upstream: "sandbox-fast", price: { per_image_usd: 0.1 } },
        ],
      },
    ],
    console: { pictures: "own" },
    teams: [{ id: "red" }],
    users: [
      { id: "ada", team: "red" },
      { id: "bob", team: "red" },
      { id: "kim", team: "red" },
    ],
    keys: [{ name: "of the file", key: "of-the-file-0123456789-abcdef", user: "ada" }],
  });
  world = worldOf(gateway);
  ada = await join(gateway, { login: "ada@example.com", role: "key_holder", user: "ada" });
  bob = await join(gateway, { login: "bob@example.com", role: "operator", user: "bob" });
});
afterAll(() => gateway.close());

const generations = "/console/v1/images/generations";
const keysPath = "/console/v1/keys";
const withKey = (path: string, id: string): string => `${path}?as_key=${id}`;

interface Named {
  readonly id: string;
  readonly name: string;
}

async function offered(who: Joined): Promise<readonly string[]> {
  const { body } = await who.ask("GET", keysPath);
  return (body["data"] as readonly Named[]).map(({ name }) => name);
}

/** Asks for a picture; resolves with its request's id once it came, or with the code of the refusal. */
async function paint(keyId: string, who: Joined = ada, model = "dear"): Promise<string> {
  const asked = { model, prompt: "A mill", size: "256x256" };
  const { status, body } = await who.ask("POST", withKey(generations, keyId), asked);
  if (status !== 202) return (body["error"] as { code: string }).code;
  const id = String(body["request_id"]);
  const events = await eventsOf(id, who);
  return /"code":"(\w+)"/.exec(events)?.[1] ?? id;
}

async function eventsOf(id: string, who: Joined): Promise<string> {
  const answer = await fetch(`${gateway.url}${generations}/${id}/events`, {
    headers: { cookie: who.cookie },
  });
  return answer.text();
}

const recordOf = async (id: string) => (await world.admin("GET", `/requests/${id}`)).body;

test("a person is offered the keys of their own user that work where they are, and nobody else's", async () => {
  const names = [
    ["hers", { user: "ada" }],
    ["disabled", { user: "ada", disabled: true }],
    ["for elsewhere", { user: "ada", ip_allow: ["203.0.113.0/24"] }],
    ["for here", { user: "ada", ip_allow: ["127.0.0.0/8", "::1"] }],
    ["of her team", { team: "red" }],
    ["his", { user: "bob" }],
    ["nobody's", {}],
  ] as const;
  const ids: Record<string, string> = {};
  for (const [name, more] of names) ids[name] = (await world.make({ name, ...more })).id;
  expect(new Set(await offered(ada))).toEqual(new Set(["of the file", "hers", "for here"]));
  expect(await offered(bob)).toEqual(["his"]);
  // Whatever the reason, the words are the same as for an id that there is not.
  const unknown = await ada.ask("GET", withKey("/console/v1/models", "key_unknown"));
  expect(unknown.status).toBe(403);
  for (const name of ["disabled", "for elsewhere", "of her team", "his", "nobody's"]) {
    const { status, body } = await ada.ask("POST", withKey(generations, ids[name] ?? ""), {
      model: "dear",
      prompt: "A mill",
    });
    const told = body["error"] as Record<string, unknown>;
    expect([name, status, told["code"], told["param"]]).toEqual([
      name,
      403,
      "role_not_allowed",
      "as_key",
    ]);
    const other = unknown.body["error"] as Record<string, unknown>;
    expect(told["message"]).toBe(other["message"]);
  }
  const outsider = await join(gateway, { login: "eve@example.com", role: "owner" });
  expect(await offered(outsider)).toEqual([]);
  expect(await paint(ids["hers"] ?? "", outsider)).toBe("role_not_allowed");
});

test("what is made with a key of one's own goes by its models, its price and its budget, and is paid by it alone", async () => {
  const { id } = await world.make({
    name: "studio",
    user: "ada",
    models: ["dear"],
    budget: { usd: 0.1 },
  });
  const models = await ada.ask("GET", withKey("/console/v1/models", id));
  expect((models.body["data"] as readonly Named[]).map((one) => one.id)).toEqual(["dear"]);
  expect(await paint(id, ada, "other")).toBe("model_not_allowed");
  const leftOf = async (): Promise<unknown> => {
    const { body } = await ada.ask("GET", withKey("/console/v1/usage", id));
    return (body["budgets"] as readonly Record<string, unknown>[])[0]?.["left_usd"];
  };
  expect(await leftOf()).toBe("0.1");
  const consoleSpent = async (): Promise<unknown> =>
    (await ada.ask("GET", "/console/v1/usage")).body["spent_usd"];
  const before = await consoleSpent();
  const made = await paint(id);
  expect(made).toMatch(/^req_/);
  await expect.poll(leftOf).toBe("0");
  expect(await consoleSpent()).toBe(before);
  const record = await recordOf(made);
  expect(record).toMatchObject({
    key_id: id,
    key_name: "studio",
    person_id: ada.id,
    person_name: "ada@example.com",
  });
  expect(await paint(id)).toBe("budget_exceeded");
});

test("what was made with a key of one's own stays the person's when the key is gone: followed, looked at, kept and deleted", async () => {
  const { id: keyId, version } = await world.make({ name: "brief", user: "ada" });
  const id = await paint(keyId);
  const byConsole = await paint((await world.make({ user: "ada" })).id);
  const ifMatch = { "if-match": `"${version}"` };
  const removed = await world.admin("DELETE", `/keys/${keyId}`, undefined, ifMatch);
  expect(removed.status).toBe(200);
  expect(await offered(ada)).not.toContain("brief");
  expect(await paint(keyId)).toBe("role_not_allowed");
  expect(await eventsOf(id, ada)).toContain("event: done");
  const again = `/console/v1/images/requests/${id}`;
  expect((await ada.ask("GET", again)).status).toBe(200);
  const recordPath = `/admin/v1/requests/${id}`;
  expect((await ada.ask("GET", recordPath)).body).toMatchObject({ concealed: false });
  expect((await bob.ask("GET", recordPath)).body).toMatchObject({ concealed: true });
  const gallery = await ada.ask("GET", "/console/v1/gallery");
  const shown = (gallery.body["data"] as readonly Named[]).map((one) => one.id);
  expect(shown.slice(0, 2)).toEqual([`${byConsole}.0`, `${id}.0`]);
  const picture = `/console/v1/gallery/${id}.0`;
  for (const who of [bob, ada]) {
    const seen = who === ada ? 200 : 404;
    expect((await who.ask("GET", again)).status).toBe(seen);
    expect((await who.ask("PUT", `${picture}/saved`)).status).toBe(seen);
    expect((await who.ask("DELETE", picture)).status).toBe(seen);
  }
  expect((await ada.ask("GET", picture)).status).toBe(404);
});

test("who removes a person and what they made removes what they made with keys of their own too, and nothing that programs did", async () => {
  const kim = await join(gateway, { login: "kim@example.com", role: "key_holder", user: "kim" });
  const key = await world.make({ user: "kim" });
  const id = await paint(key.id, kim);
  const { body } = await kim.ask("GET", `/console/v1/gallery/${id}.0`);
  const program = await postJson({ ...gateway, key: key.key }, "/v1/images/generations", {
    model: "dear",
    prompt: "A mill",
    size: "256x256",
    response_format: "url",
  });
  const { data } = (await program.json()) as { data: readonly { url: string }[] };
  const urls = [`${gateway.url}${String(body["url"])}`, data[0]?.url ?? ""];
  const found = () => Promise.all(urls.map(async (url) => (await fetch(url)).ok));
  expect(await found()).toEqual([true, true]);
  const path = `/people/${kim.id}?pictures=delete`;
  const removed = await world.admin("DELETE", path, undefined, { "if-match": "*" });
  expect(removed.status).toBe(200);
  await expect.poll(found).toEqual([false, true]);
});

test("what a page asks for twice after a restart is made once, and is found by either id without the key", async () => {
  const { id: keyId } = await world.make({ user: "ada" });
  const asked = { model: "dear", prompt: "A weir", size: "256x256" };
  const headers = { "idempotency-key": "one press of the button" };
  const ids: string[] = [];
  for (const _ of ["first", "again"]) {
    const { status, body } = await ada.ask("POST", withKey(generations, keyId), asked, headers);
    expect(status).toBe(202);
    const id = String(body["request_id"]);
    expect(await eventsOf(id, ada)).toContain("event: done");
    ids.push(id);
  }
  const made = (await world.admin("GET", `/requests?key=${keyId}`)).body.data;
  expect(made?.map(({ id }) => id)).toEqual([ids[0]]);
  for (const id of ids)
    expect((await ada.ask("GET", `/console/v1/images/requests/${id}`)).status).toBe(200);
});
