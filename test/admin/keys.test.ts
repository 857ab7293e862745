import { expect, test } from "vitest";
import { testKey } from "../support/gateway.ts";
import { keyWorld } from "./keys-world.ts";

const inAYear = "2099-01-31T12:00:00.000Z";

/** Everything that can be said of a key. */
const whole = {
  name: "whole \u{1f98a}",
  models: ["sandbox-*"],
  operations: ["generation"],
  strict: true,
  disabled: false,
  expires_at: inAYear,
  ip_allow: ["127.0.0.0/8", "::1"],
  rpm: 50,
  ipm: 40,
  ipd: 30,
  concurrency: 20,
  team: "art",
  user: "ann",
  budget: [
    { usd: "1.5", period: "day", models: ["sandbox-*"], hard: false },
    { usd: "20", period: "month", hard: true, raise: { usd: "5", until: inAYear } },
  ],
  labels: ["nightly", "project=fox"],
};
const nothing = {
  models: ["*"],
  operations: null,
  strict: false,
  disabled: false,
  expires_at: null,
  ip_allow: null,
  rpm: null,
  ipm: null,
  ipd: null,
  concurrency: null,
  team: null,
  user: null,
  budget: null,
  labels: [],
};
const owners = { teams: [{ id: "art" }], users: [{ id: "ann", team: "art" }] };

test("a key says all that the file can say, works, and tells its secret once", async () => {
  const { admin, make, open } = await keyWorld(owners);
  const made = await make(whole);
  expect(made).toMatchObject({ ...whole, version: 1, declared_at: null, previous: null });
  expect(made.key).toMatch(/^pin_/);
  expect(await open(made.key)).toBe(200);
  const { key: _, ...shown } = made;
  expect((await admin("GET", `/keys/${made.id}`)).body).toEqual(shown);
  const { body } = await admin("GET", "/keys");
  expect(body.data).toContainEqual(shown);
  expect(JSON.stringify(body)).not.toContain(made.key);
  const plain = await make({ id: "plain", budget: { usd: 3 } });
  const budget = [{ usd: "3", period: "month", hard: true }];
  expect(plain).toMatchObject({ ...nothing, id: "plain", name: "made", budget });
});

test("each field is changed alone, and null is back to what stands where nothing is set", async () => {
  const { admin, make } = await keyWorld(owners);
  const { id, key: _, ...made } = await make();
  let version = 1;
  for (const [field, value] of Object.entries(whole)) {
    if (field === "disabled") continue;
    version += 1;
    const { status, body } = await admin("PATCH", `/keys/${id}`, { [field]: value });
    expect([field, status]).toEqual([field, 200]);
    expect(body).toMatchObject({ id, [field]: value, version });
  }
  expect((await admin("GET", `/keys/${id}`)).body).toMatchObject({ ...whole, version });
  const { name: _name, ...rest } = whole;
  const cleared = Object.fromEntries(Object.keys(rest).map((field) => [field, null]));
  const { body } = await admin("PATCH", `/keys/${id}`, cleared);
  expect(body).toEqual({ ...made, id, name: whole.name, version: version + 1 });
  // What changes nothing is no change.
  const again = await admin("PATCH", `/keys/${id}`, { models: ["*"] });
  expect([again.status, again.body.version]).toEqual([200, version + 1]);
  expect((await admin("PATCH", `/keys/${id}`, {})).body.version).toBe(version + 1);
});

test("changes hold from the next request on", async () => {
  const { admin, make, open, paint } = await keyWorld();
  const { id, key } = await make();
  const change = (body: unknown) => admin("PATCH", `/keys/${id}`, body);
  expect(await paint(key)).toEqual([200, undefined]);
  await change({ models: ["sandbox-edit"] });
  expect(await paint(key)).toEqual([403, "model_not_allowed"]);
  await change({ models: ["*"], operations: ["edit"] });
  expect(await paint(key)).toEqual([403, "operation_not_allowed"]);
  await change({ operations: null, rpm: 1 });
  expect(await paint(key)).toEqual([200, undefined]);
  expect(await paint(key)).toEqual([429, "rate_limit_exceeded"]);
  await change({ rpm: null, ip_allow: ["10.0.0.0/8"] });
  expect(await paint(key)).toEqual([403, "ip_not_allowed"]);
  await change({ ip_allow: null, disabled: true });
  expect(await open(key)).toBe(401);
  await change({ disabled: false });
  expect(await open(key)).toBe(200);
});

const fault = (name: string, message: RegExp): unknown => ({
  code: "invalid_value",
  type: "invalid_request_error",
  param: name,
  message: expect.stringMatching(message) as unknown,
});

test.each<[Record<string, unknown>, unknown]>([
  [{ name: "a\nb" }, fault("name", /on one line/)],
  [{ name: "a\u0000b" }, fault("name", /on one line/)],
  [{ name: "a\u202eb" }, fault("name", /on one line/)],
  [{ name: "\ud800" }, fault("name", /on one line/)],
  [{ name: "" }, fault("name", /1 to 200 characters/)],
  [{ name: " a" }, fault("name", /1 to 200 characters/)],
  [{ name: "a".repeat(201) }, fault("name", /1 to 200 characters/)],
  [{ models: ["a\u0000"] }, fault("models.0", /pattern/)],
  [{ models: "all" }, fault("models", /must be a list/)],
  [{ operations: [] }, fault("operations", /./)],
  [{ operations: ["paint"] }, fault("operations.0", /./)],
  [{ rpm: 0 }, fault("rpm", /./)],
  [{ rpm: 1.5 }, fault("rpm", /whole number/)],
  [{ rpm: "5" }, fault("rpm", /whole number/)],
  [{ ip_allow: [] }, fault("ip_allow", /one at least/)],
  [{ ip_allow: ["10.0.0.0/33"] }, fault("ip_allow.0", /range/)],
  [{ ip_allow: ["everywhere"] }, fault("ip_allow.0", /range/)],
  [{ expires_at: "2020-01-01" }, fault("expires_at", /lies in the past/)],
  [{ expires_at: "soon" }, fault("expires_at", /2027-01-31/)],
  [{ expires_at: 5 }, fault("expires_at", /./)],
  [{ team: "nobody" }, fault("team", /no team `nobody`/)],
  [{ user: "nobody" }, fault("user", /no user `nobody`/)],
  [{ user: "../x" }, fault("user", /letters/)],
  [{ budget: { usd: -1 } }, fault("budget.usd", /./)],
  [{ budget: { usd: 9_000_001 } }, fault("budget.usd", /./)],
  [{ budget: { usd: "NaN" } }, fault("budget.usd", /./)],
  [{ budget: { usd: 5, period: "year" } }, fault("budget.period", /./)],
  [{ budget: [{ usd: 5 }, { usd: 6 }] }, fault("budget", /same period/)],
  [{ labels: ["a", "a=1"] }, fault("labels", /has the label `a` twice/)],
  [{ labels: [..."abcdefghi"] }, fault("labels", /has 9 labels; at most 8/)],
  [{ labels: { project: "=fox" } }, fault("labels", /each label is a word, or a name/)],
  [{ labels: ["@SUM(1)"] }, fault("labels", /each label is a word, or a name/)],
  [{ labels: ["a", true] }, fault("labels.1", /must be a word, or a name with a value/)],
  [{ labels: { a: [] } }, fault("labels.a", /must be a word, or a name with a value/)],
  [{ labels: "nightly" }, fault("labels", /must be a list of at most 8 labels/)],
])("what cannot be meant is a 400 that names it: %j", async (body, error) => {
  const { admin, make } = await keyWorld();
  const made = await admin("POST", "/keys", { name: "n", ...body });
  expect([made.status, made.body.error]).toEqual([400, error]);
  const { id } = await make();
  const changed = await admin("PATCH", `/keys/${id}`, body);
  expect([changed.status, changed.body.error]).toEqual([400, error]);
  expect((await admin("GET", `/keys/${id}`)).body.version).toBe(1);
});

test("a field that there is not is a 400 that names it, wherever it stands", async () => {
  const { admin, make } = await keyWorld();
  const { id } = await make();
  for (const [body, name] of [
    [{ rpms: 5 }, "rpms"],
    [{ budget: { usd: 5, per: "day" } }, "budget.per"],
    [{ budget: [{ usd: 5, raise: { usd: 1, till: "x" } }] }, "budget.0.raise.till"],
    ['{"__proto__":{"rpm":1}}', "__proto__"],
    [{ key: "a-secret-of-my-own-choice" }, "key"],
    [{ id: "other" }, "id"],
  ] as const) {
    const { status, body: answer } = await admin("PATCH", `/keys/${id}`, body);
    expect([status, answer.error]).toMatchObject([400, { code: "invalid_value", param: name }]);
    expect(answer.error?.message).toContain(`\`${name}\``);
  }
  for (const body of ["[]", '"x"', "5", "null", "{"])
    expect([body, (await admin("POST", "/keys", body)).status]).toEqual([body, 400]);
});

test("the file's keys are shown with their line, and a change of one says where it is made", async () => {
  const { admin } = await keyWorld({ keys: [{ name: "dev", key: testKey, rpm: 5 }] });
  const { body } = await admin("GET", "/keys/file:dev");
  expect(body).toMatchObject({ id: "file:dev", name: "dev", rpm: 5, version: 0, hint: "cdef" });
  const line = /pinhole\.yaml, line \d+/;
  expect(body["declared_at"]).toMatch(line);
  for (const [method, path, sent] of [
    ["PATCH", "/keys/file:dev", { rpm: 6 }],
    ["DELETE", "/keys/file:dev", undefined],
    ["POST", "/keys/file:dev/rotate", { overlap: "1h" }],
  ] as const) {
    const answer = await admin(method, path, sent);
    expect([answer.status, answer.body.error?.code]).toEqual([409, "conflict"]);
    expect(answer.body.error?.message).toMatch(line);
  }
});

test("a revoked key is refused for ever, keeps its row, and its id is not taken again", async () => {
  const { admin, make, open } = await keyWorld();
  const { key } = await make({ id: "gone" });
  const { status, body } = await admin("DELETE", "/keys/gone");
  expect([status, body.id, typeof body["removed_at"]]).toEqual([200, "gone", "string"]);
  expect(await open(key)).toBe(401);
  // A repeat of what is done is done.
  expect((await admin("DELETE", "/keys/gone")).body).toEqual(body);
  expect((await admin("GET", "/keys/gone")).body).toEqual(body);
  expect((await admin("GET", "/keys")).body.data?.map(({ id }) => id)).not.toContain("gone");
  expect((await admin("GET", "/keys?removed=true")).body.data).toContainEqual(body);
  const again = await admin("POST", "/keys", { name: "n", id: "gone" });
  expect([again.status, again.body.error?.code]).toEqual([409, "conflict"]);
  expect((await admin("PATCH", "/keys/gone", { name: "x" })).status).toBe(409);
  expect((await admin("POST", "/keys/gone/rotate")).status).toBe(409);
  expect((await admin("GET", "/keys/never")).status).toBe(404);
  expect((await admin("DELETE", "/keys/never")).status).toBe(404);
});

test("a key whose user or team is disabled or gone is refused, and comes back with it", async () => {
  const users = [{ id: "ann", team: "art", disabled: true }];
  const { admin, make, open } = await keyWorld({ ...owners, users });
  const ofUser = await make({ user: "ann" });
  const ofTeam = await make({ team: "art" });
  expect(await open(ofUser.key)).toBe(401);
  expect(await open(ofTeam.key)).toBe(200);
  // Its own choice is not changed by its owner's.
  expect((await admin("GET", `/keys/${ofUser.id}`)).body["disabled"]).toBe(false);
  await admin("PATCH", `/keys/${ofUser.id}`, { user: null });
  expect(await open(ofUser.key)).toBe(200);
});

test("a key for some addresses: the client's behind a trusted proxy, else the one that calls; the file's keys too", async () => {
  const fileKey = { name: "dev", key: testKey, ip_allow: ["203.0.113.0/24", "2001:db8::/32"] };
  const proxied = await keyWorld({
    keys: [fileKey],
    server: { trusted_proxies: ["loopback"] },
  });
  const direct = await keyWorld({
    keys: [fileKey, { name: "b", key: `${testKey}b`, ip_allow: ["127.0.0.1"] }],
  });
  const from = (address: string) => ({ "x-forwarded-for": address });
  for (const address of [
    "203.0.113.9",
    "::ffff:203.0.113.9",
    "2001:db8::5",
    "9.9.9.9, 203.0.113.9",
  ])
    expect([address, await proxied.open(testKey, from(address))]).toEqual([address, 200]);
  for (const address of [
    "203.0.114.9",
    "2001:db9::5",
    "203.0.113.9, 9.9.9.9",
    "127.0.0.1",
    "nonsense",
  ])
    expect([address, await proxied.open(testKey, from(address))]).toEqual([address, 403]);
  expect(await direct.open(testKey, from("203.0.113.9"))).toBe(403);
  expect(await direct.open(`${testKey}b`, from("203.0.113.9"))).toBe(200);
  const answer = await fetch(`${direct.gateway.url}/v1/models`, {
    headers: { authorization: `Bearer ${testKey}` },
  });
  expect(answer.headers.get("x-should-retry")).toBe("false");
  expect(await answer.json()).toMatchObject({
    error: { code: "ip_not_allowed", type: "permission_error" },
  });
});
