import { describe, expect, test } from "vitest";
import { runCommand } from "../cli/run-command.ts";
import { type KeyWorld, keyWorld } from "./keys-world.ts";

/** A team as it is answered; what the gateway adds is compared apart. */
const art = {
  id: "art",
  name: "Art department",
  disabled: false,
  models: ["sandbox-*"],
  rpm: 600,
  ipm: null,
  ipd: 4000,
  budget: [
    { usd: "50", period: "month", hard: true, notify_at: ["0.8"] },
    { usd: "5.000000001", period: "day", models: ["sandbox-fast"], hard: false },
  ],
};

const plain = { name: null, disabled: false, models: ["*"], rpm: null, ipm: null, ipd: null };

describe.each([
  ["teams", "team"],
  ["users", "user"],
] as const)("%s by the admin API", (path, kind) => {
  test("say all that the file can say, and have a version and an ETag", async () => {
    const { admin } = await keyWorld();
    const made = await admin("POST", `/${path}`, art);
    expect([made.status, made.headers.get("etag")]).toEqual([201, '"1"']);
    expect(made.body).toMatchObject({ ...art, version: 1, declared_at: null, shadowed: false });
    const read = await admin("GET", `/${path}/art`);
    expect([read.headers.get("etag"), read.body]).toEqual(['"1"', made.body]);
    expect((await admin("GET", `/${path}`)).body).toMatchObject({ data: [made.body], next: null });
    expect((await admin("GET", `/${path}/none`)).body.error?.code).toBe("not_found");
    const again = await admin("POST", `/${path}`, { id: "art" });
    expect([again.status, again.body.error?.param]).toEqual([409, "id"]);
  });

  test("a PUT by the caller's id is the same however often it is sent", async () => {
    const { admin } = await keyWorld();
    const { id: _, ...words } = art;
    const statuses: unknown[] = [];
    for (let at = 0; at < 3; at += 1) {
      const { status, body, headers } = await admin("PUT", `/${path}/art`, words);
      statuses.push([status, body.version, headers.get("etag")]);
    }
    expect(statuses).toEqual([
      [201, 1, '"1"'],
      [200, 1, '"1"'],
      [200, 1, '"1"'],
    ]);
    const other = { ...words, rpm: 5 };
    expect((await admin("PUT", `/${path}/art`, other)).status).toBe(428);
    expect((await admin("PUT", `/${path}/art`, other, { "if-match": '"1"' })).body.version).toBe(2);
    // Its answer was lost: sent again it is so already.
    expect((await admin("PUT", `/${path}/art`, other, { "if-match": '"1"' })).status).toBe(200);
    const late = await admin("PUT", `/${path}/art`, { ...words, rpm: 6 }, { "if-match": '"1"' });
    expect([late.status, late.body.error]).toMatchObject([
      412,
      { code: "version_stale", current: { id: "art", rpm: 5, version: 2 } },
    ]);
    const absent = await admin("PUT", `/${path}/new`, words, { "if-match": "*" });
    expect([absent.status, absent.body.error]).toMatchObject([412, { current: null }]);
    const all = await admin("PUT", `/${path}/art`, {}, { "if-match": "*" });
    expect(all.body).toMatchObject({ ...plain, budget: null, version: 3 });
  });

  test("a change names the version that it was made from", async () => {
    const { admin } = await keyWorld();
    await admin("POST", `/${path}`, art);
    const patch = (body: unknown, tag = ""): ReturnType<typeof admin> =>
      admin("PATCH", `/${path}/art`, body, { "if-match": tag });
    const unsaid = await patch({ rpm: 7 });
    expect([unsaid.status, unsaid.body.error?.code]).toEqual([428, "version_required"]);
    for (const tag of ['"9"', '"9", "8"', "nonsense", '""', '"-1"']) {
      const { status, body } = await patch({ rpm: 7 }, tag);
      expect([tag, status, body.error]).toMatchObject([tag, 412, { current: { version: 1 } }]);
    }
    let version = 1;
    for (const tag of ['"1"', 'W/"2"', "3", '"9", "4"', "*"]) {
      version += 1;
      const { status, body, headers } = await patch({ rpm: version }, tag);
      expect([tag, status, body.version]).toEqual([tag, 200, version]);
      expect(headers.get("etag")).toBe(`"${version}"`);
    }
    const cleared = await patch({ name: null, budget: null, models: null }, '"6"');
    expect(cleared.body).toMatchObject({ name: null, budget: null, models: ["*"], ipd: 4000 });
    const same = await patch({ name: null }, '"7"');
    expect([same.status, same.body.version]).toEqual([200, 7]);
    expect((await admin("PATCH", `/${path}/none`, { rpm: 1 })).status).toBe(404);
  });

  test("of two changes at once one is made and the other is told what stands", async () => {
    const { admin } = await keyWorld();
    await admin("POST", `/${path}`, art);
    const both = await Promise.all(
      [1, 2, 3, 4].map((rpm) => admin("PATCH", `/${path}/art`, { rpm }, { "if-match": '"1"' })),
    );
    expect(both.filter(({ status }) => status === 412)).toHaveLength(3);
    const won = both.find(({ status }) => status === 200)?.body;
    for (const { status, body } of both)
      if (status === 412)
        expect(body.error).toMatchObject({ current: { version: 2, rpm: won?.["rpm"] } });
  });

  test("mistakes are refused in words", async () => {
    const { admin } = await keyWorld();
    for (const [body, param] of [
      [{ id: "no spaces" }, "id"],
      [{}, "id"],
      [{ id: "a", budget: { usd: -1 } }, "budget.usd"],
      [{ id: "a", budget: { usd: 9_000_001 } }, "budget.usd"],
      [{ id: "a", budget: [{ usd: 1 }, { usd: 2 }] }, "budget"],
      [{ id: "a", rpm: 0 }, "rpm"],
      [{ id: "a", models: [" "] }, "models.0"],
      [{ id: "a", rmp: 5 }, "rmp"],
    ] as const) {
      const { status, body: answer } = await admin("POST", `/${path}`, body);
      expect([status, answer.error?.param]).toEqual([400, param]);
    }
    expect((await admin("PUT", `/${path}/${encodeURIComponent("a/b")}`, {})).status).toBe(400);
    expect((await admin("GET", `/${path}`)).body.data).toEqual([]);
  });

  test("pages go on after an id", async () => {
    const { admin } = await keyWorld();
    for (const id of ["a", "B", "c", "d", "e"]) await admin("POST", `/${path}`, { id });
    const pages: unknown[] = [];
    let after: string | null = "";
    while (after !== null) {
      const { body } = await admin("GET", `/${path}?limit=2&after=${after}`);
      pages.push(body.data?.map(({ id }) => id));
      after = body["next"] as string | null;
    }
    expect(pages).toEqual([["B", "a"], ["c", "d"], ["e"]]);
    expect((await admin("GET", `/${path}?limit=5`)).body["next"]).toBeNull();
  });

  test("the file's are shown and changed there; a row of the same id is shadowed", async () => {
    const words = { id: "art", rpm: 3, budget: { usd: 7 } };
    const { admin } = await keyWorld({ [path]: [words, { id: "ops" }] });
    const { body } = await admin("GET", `/${path}/art`);
    expect(body).toMatchObject({ rpm: 3, version: 0, declared_at: /pinhole\.yaml, line \d+/ });
    for (const [method, send] of [
      ["PUT", {}],
      ["PATCH", { rpm: 4 }],
      ["DELETE", undefined],
    ] as const) {
      const refused = await admin(method, `/${path}/art`, send);
      expect([refused.status, refused.body.error?.code]).toEqual([409, "conflict"]);
      expect(refused.body.error?.message).toMatch(/pinhole\.yaml, line \d+\); change it there/);
    }
    expect((await admin("POST", `/${path}`, words)).status).toBe(409);
  });

  test("disabled ones stop their keys, and come back with those alone", async () => {
    const { admin, make, open } = await keyWorld();
    await admin("POST", `/${path}`, { id: "art" });
    const { key } = await make({ [kind]: "art" });
    const other = await make({ [kind]: "art", disabled: true });
    expect([await open(key), await open(other.key)]).toEqual([200, 401]);
    const ended = await admin("DELETE", `/${path}/art`);
    expect([ended.status, ended.body]).toMatchObject([200, { disabled: true, version: 2 }]);
    expect(await open(key)).toBe(401);
    expect((await admin("DELETE", `/${path}/art`)).body.version).toBe(2);
    expect((await admin("GET", `/${path}/art`)).body["disabled"]).toBe(true);
    const back = await admin("PATCH", `/${path}/art`, { disabled: false }, { "if-match": '"2"' });
    expect(back.status).toBe(200);
    expect([await open(key), await open(other.key)]).toEqual([200, 401]);
  });

  test("limits, models and budgets hold for all its keys, and count what was spent before them", async () => {
    const { admin, make, paint } = await keyWorld();
    await admin("POST", `/${path}`, { id: "art" });
    const [one, two] = [await make({ [kind]: "art" }), await make({ [kind]: "art" })];
    const both = async (): Promise<unknown[]> => [
      (await paint(one.key))[0],
      (await paint(two.key))[0],
    ];
    expect(await both()).toEqual([200, 200]);
    const patch = (body: unknown) => admin("PATCH", `/${path}/art`, body, { "if-match": "*" });
    // Ten cents a picture, two are made.
    await patch({ budget: { usd: 0.2 } });
    expect(await paint(one.key)).toEqual([429, "budget_exceeded"]);
    await patch({ budget: { usd: 0.3 } });
    expect(await both()).toEqual([200, 429]);
    expect(await paint(two.key)).toEqual([429, "budget_exceeded"]);
    await patch({ budget: null, models: ["other"] });
    expect(await paint(one.key)).toEqual([403, "model_not_allowed"]);
    await patch({ models: null, ipm: 1 });
    expect(await both()).toEqual([200, 429]);
    expect(await paint(two.key)).toEqual([429, "rate_limit_exceeded"]);
  });

  test("every change is written down with what it changed", async () => {
    const { admin } = await keyWorld();
    await admin("POST", `/${path}`, art);
    await admin("PATCH", `/${path}/art`, { rpm: 9 }, { "if-match": '"1"' });
    await admin("PATCH", `/${path}/art`, { rpm: 9 }, { "if-match": '"2"' });
    await admin("PATCH", `/${path}/art`, { rpm: 8 }, { "if-match": '"1"' });
    await admin("DELETE", `/${path}/art`);
    const { body } = await admin("GET", `/audit?resource=${kind}&resource_id=art`);
    expect(body.data).toMatchObject([
      { action: "disable", before: { disabled: false }, after: { disabled: true, version: 3 } },
      { action: "change", before: { rpm: 600, version: 1 }, after: { rpm: 9, version: 2 } },
      { action: "create", before: null, after: { ...art, version: 1 } },
    ]);
    expect(body.data?.[0]).toMatchObject({ who: "admin", address: "127.0.0.1" });
    expect(body.data?.[0]?.["request_id"]).toMatch(/^req_/);
    const page = await admin("GET", `/audit?resource=${kind}&resource_id=art&limit=2`);
    const rest = await admin(
      "GET",
      `/audit?resource=${kind}&resource_id=art&limit=2&after=${String(page.body["next"])}`,
    );
    expect([page.body.data?.length, rest.body.data]).toMatchObject([2, [{ action: "create" }]]);
  });
});

/** What was spent, by label. */
async function byLabel({ admin }: KeyWorld): Promise<[unknown, unknown][]> {
  const { body } = await admin("GET", "/usage?group=label");
  return (body.data ?? []).map((row) => [row["label"], row["customer_usd"]]);
}

test("a team's labels and markup, and a key's labels, count from the next request on", async () => {
  const world = await keyWorld();
  const { admin, make, paint } = world;
  const labels = { project: "house", cost_centre: 4711, nightly: "" };
  const markup = { times: 2, per_image_usd: "0.05" };
  const team = await admin("POST", "/teams", { id: "art", labels, markup });
  expect(team.body).toMatchObject({
    labels: ["cost_centre=4711", "nightly", "project=house"],
    markup,
  });
  const { id, key } = await make({ team: "art", labels: ["web", "project=fox"] });
  await paint(key);
  // Ten cents twice, and five more.
  expect(await byLabel(world)).toEqual([
    ["cost_centre=4711", "0.25"],
    ["nightly", "0.25"],
    ["project=fox", "0.25"],
    ["web", "0.25"],
  ]);
  // The order of labels is no change.
  const same = await admin("PUT", "/teams/art", { labels: team.body["labels"], markup });
  expect([same.status, same.body.version]).toEqual([200, 1]);
  await admin("PATCH", "/teams/art", { markup: null, labels: ["gallery"] });
  await admin("PATCH", `/keys/${id}`, { labels: null });
  await paint(key);
  expect(await byLabel(world)).toContainEqual(["gallery", "0.1"]);
  expect(await byLabel(world)).toContainEqual(["web", "0.25"]);
  // Of everything that was changed, the newest first, whichever part of the gateway changed it.
  const { body: audit } = await admin("GET", "/audit?limit=2");
  expect(audit.data).toMatchObject([
    { resource: "key", before: { labels: ["project=fox", "web"] }, after: { labels: [] } },
    {
      resource: "team",
      before: { markup, labels: team.body["labels"] },
      after: { markup: null, labels: ["gallery"] },
    },
  ]);
});

test.each([
  [{ labels: ["a", "a=1"] }, "labels"],
  [{ labels: { größe: "1" } }, "labels"],
  [{ markup: {} }, "markup"],
  [{ markup: { times: -1 } }, "markup.times"],
  [{ markup: { factor: 2 } }, "markup.factor"],
])("labels and markups of a team that cannot be meant are refused: %j", async (body, param) => {
  const { admin } = await keyWorld();
  const { status, body: answer } = await admin("POST", "/teams", { id: "art", ...body });
  expect([status, answer.error?.param]).toEqual([400, param]);
  // A user has neither.
  const user = await admin("POST", "/users", { id: "ann", ...body });
  expect([user.status, user.body.error?.message]).toEqual([
    400,
    expect.stringContaining(`no field \`${Object.keys(body).join()}\``),
  ]);
});

test("the file's labels and markups are shown as those of the database", async () => {
  const { admin } = await keyWorld({
    teams: [{ id: "art", labels: { project: "fox" }, markup: { times: 2 } }],
    keys: [{ name: "dev", key: "dev-key-0123456789-abcdef", labels: ["web"] }],
  });
  expect((await admin("GET", "/teams/art")).body).toMatchObject({
    labels: ["project=fox"],
    markup: { times: 2 },
  });
  expect((await admin("GET", "/keys/file:dev")).body).toMatchObject({ labels: ["web"] });
});

test("a user's team must be there, and is the team of the user's keys", async () => {
  const { admin, make, open } = await keyWorld();
  const refused = await admin("POST", "/users", { id: "ann", team: "art" });
  expect([refused.status, refused.body.error?.param]).toEqual([400, "team"]);
  await admin("POST", "/teams", { id: "art" });
  expect((await admin("POST", "/users", { id: "ann", team: "art" })).body["team"]).toBe("art");
  const { key } = await make({ user: "ann" });
  expect(await open(key)).toBe(200);
  await admin("DELETE", "/teams/art");
  expect(await open(key)).toBe(401);
});

test("a key from a terminal: made with a budget, rotated from the version that stands, revoked", async () => {
  const { gateway, open } = await keyWorld();
  const run = async (...argv: string[]): Promise<{ id: string; key: string; version: number }> => {
    const env = { PINHOLE_URL: gateway.url, PINHOLE_ADMIN_TOKEN: gateway.adminToken };
    const { code, out, err } = await runCommand([...argv, "--json"], { cwd: "/", env });
    if (code !== 0) throw new Error(err);
    return JSON.parse(out) as { id: string; key: string; version: number };
  };
  const { id, key } = await run("keys", "create", "--name", "by hand", "--budget", "usd=1");
  expect(await open(key)).toBe(200);
  expect((await run("keys", "change", id, "--rpm", "9")).version).toBe(2);
  const second = await run("keys", "rotate", id, "--overlap", "1h");
  expect([await open(key), await open(second.key)]).toEqual([200, 200]);
  const labelled = ["--labels", "project=fox,web", "--labels", "4711"];
  await run("keys", "change", id, ...labelled);
  await run("keys", "revoke", id);
  expect([await open(key), await open(second.key)]).toEqual([401, 401]);
  expect(await run("keys", "show", id)).toMatchObject({
    id,
    budget: [{ usd: "1" }],
    labels: ["4711", "project=fox", "web"],
  });
});

test("teams from a terminal: made, shown, changed from the version that stands, disabled", async () => {
  const world: KeyWorld = await keyWorld();
  const { gateway } = world;
  const run = async (...argv: string[]): Promise<[number, string]> => {
    const env = { PINHOLE_URL: gateway.url, PINHOLE_ADMIN_TOKEN: gateway.adminToken };
    const { code, out, err } = await runCommand(argv, { cwd: "/", env });
    return [code, out + err];
  };
  const budget = ["--budget", "usd=50,period=month", "--budget", "usd=5,period=day,hard=false"];
  const [code, made] = await run("teams", "create", "--id", "art", "--rpm", "60", ...budget);
  expect([code, made]).toEqual([
    0,
    expect.stringMatching(/^budget +usd=50 period=month hard=true; usd=5 period=day hard=false$/m),
  ]);
  expect((await run("teams", "list"))[1]).toMatch(/^id +models +rpm +budget/);
  expect((await run("teams", "change", "art", "--rpm", "null", "--name", "Art"))[1]).toMatch(
    /^version +2$/m,
  );
  const [stale, words] = await run("teams", "change", "art", "--rpm", "5", "--if-match", "1");
  expect([stale, words]).toEqual([1, expect.stringContaining("(version_stale, ")]);
  expect((await run("teams", "set", "ops"))[1]).toMatch(/^version +1$/m);
  expect((await run("teams", "set", "art", "--rpm", "9"))[1]).toMatch(/^version +3$/m);
  expect((await run("teams", "disable", "art"))[1]).toMatch(/^disabled +true$/m);
  expect((await run("audit", "list", "--resource", "team", "--json"))[1]).toContain(
    '"action":"disable"',
  );
});
