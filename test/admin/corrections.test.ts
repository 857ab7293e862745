import { afterAll, beforeAll, expect, test } from "vitest";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";
import { runCommand } from "../cli/run-command.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    money: { correction_max: "2.5" },
    channels: [
      {
        id: "paid",
        provider: "sandbox",
        models: [{ name: "sandbox-fast", price: { per_image_usd: 1 } }],
      },
    ],
    teams: [{ id: "art", budget: { usd: 100, period: "total" } }],
    keys: [
      {
        id: "k",
        name: "shop",
        key: testKey,
        team: "art",
        budget: [
          { usd: 2, period: "month" },
          { usd: 50, period: "day", models: ["gpt-*"] },
        ],
      },
    ],
  });
});
afterAll(() => gateway.close());

async function correct(body: object, token = gateway.adminToken): Promise<[number, unknown]> {
  const answer = await postJson(gateway, "/admin/v1/corrections", body, {
    authorization: `Bearer ${token}`,
  });
  return [answer.status, await answer.json()];
}

async function make(prompt: string): Promise<number> {
  const body = { model: "sandbox-fast", prompt, response_format: "b64_json" };
  const answer = await postJson(gateway, "/v1/images/generations", body);
  await answer.arrayBuffer();
  return answer.status;
}

const asked = { key: "file:k", reason: "a picture that was broken" };

test("a credit makes room in the budgets at once, however often it is sent, and the books stay proved", async () => {
  expect([await make("a"), await make("b"), await make("c")]).toEqual([200, 200, 429]);
  const credit = { ...asked, id: "ticket-1", usd: "-1" };
  const said = {
    id: "ticket-1",
    key: "file:k",
    key_name: "shop",
    user: null,
    team: "art",
    usd: "-1",
    model: null,
    by: "the admin token",
    created_at: expect.stringMatching(/Z$/) as unknown,
  };
  expect(await correct(credit)).toEqual([201, { ...said, reason: asked.reason }]);
  expect(await correct({ ...credit, usd: -1 })).toEqual([200, { ...said, reason: asked.reason }]);
  expect([await make("d"), await make("e")]).toEqual([200, 429]);
  // Twenty at once are one.
  const many = await Promise.all(
    Array.from({ length: 20 }, () => correct({ ...asked, id: "ticket-2", usd: "-0.5" })),
  );
  expect(many.filter(([status]) => status === 201)).toHaveLength(1);
  expect(many.filter(([status]) => status === 200)).toHaveLength(19);
  const headers = { authorization: `Bearer ${testKey}` };
  const usage = await (await fetch(`${gateway.url}/v1/usage`, { headers })).json();
  expect(usage).toMatchObject({
    spent_usd: "1.5",
    budgets: expect.arrayContaining([
      expect.objectContaining({ scope: "key", period: "month", spent_usd: "1.5" }),
      expect.objectContaining({ scope: "team", spent_usd: "1.5" }),
    ]) as unknown,
  });
  const env = { DATABASE_URL: `sqlite:${gateway.folder}/data/pinhole.db` };
  const { code, out } = await runCommand(["ledger", "verify"], { env, cwd: gateway.folder });
  expect([code, out]).toEqual([0, "0 of 2 counters differ from the ledger\n"]);
});

test("what is owed beyond a budget refuses, and a correction of a model counts for its budgets", async () => {
  const debt = { ...asked, id: "ticket-3", usd: "2.25", model: "gpt-image-1" };
  expect((await correct(debt))[0]).toBe(201);
  expect(await make("f")).toBe(429);
  expect((await correct({ ...asked, id: "ticket-4", usd: "-2.25", model: "gpt-image-1" }))[0]).toBe(
    201,
  );
});

test.each([
  ["without a reason", { id: "x", key: "file:k", usd: "-1" }, "reason"],
  ["with an empty reason", { ...asked, id: "x", usd: "-1", reason: "  " }, "reason"],
  ["without an id", { ...asked, usd: "-1" }, "id"],
  ["of nothing", { ...asked, id: "x", usd: "-0.00" }, "usd"],
  ["of no number", { ...asked, id: "x", usd: "1e3" }, "usd"],
  ["finer than a nano-dollar", { ...asked, id: "x", usd: "0.0000000001" }, "usd"],
  ["beyond the maximum", { ...asked, id: "x", usd: "2.500000001" }, "usd"],
  ["of a credit beyond it", { ...asked, id: "x", usd: "-2.500000001" }, "usd"],
  ["of an unknown key", { ...asked, id: "x", usd: "1", key: "file:other" }, "key"],
])("a correction %s is refused", async (_what, body, param) => {
  expect(await correct(body)).toMatchObject([400, { error: { code: "invalid_value", param } }]);
});

test("an id is one correction's, and only owners and admins correct", async () => {
  const one = { ...asked, id: "ticket-9", usd: "0.25" };
  expect((await correct(one))[0]).toBe(201);
  for (const other of [{ usd: "0.26" }, { reason: "another" }, { model: "m" }])
    expect(await correct({ ...one, ...other })).toMatchObject([
      422,
      { error: { code: "idempotency_key_reused", param: "id" } },
    ]);
  expect((await correct(one, testKey))[0]).toBe(401);
});

test("what was corrected is listed, by pages and by what it is of, and is in the audit", async () => {
  const token = { authorization: `Bearer ${gateway.adminToken}` };
  const list = async (query = ""): Promise<{ data: { id: string }[]; next: string | null }> => {
    const answer = await fetch(`${gateway.url}/admin/v1/${query}`, { headers: token });
    return (await answer.json()) as { data: { id: string }[]; next: string | null };
  };
  const all = await list("corrections");
  const order = [9, 4, 3, 2, 1].map((at) => `ticket-${at}`);
  expect(all.data.map(({ id }) => id)).toEqual(order);
  expect(all.data.at(-1)).toEqual({
    id: "ticket-1",
    key: "file:k",
    key_name: "shop",
    user: null,
    team: "art",
    usd: "-1",
    model: null,
    reason: asked.reason,
    by: "the admin token",
    created_at: expect.stringMatching(/Z$/) as unknown,
  });
  const page = await list("corrections?limit=3");
  expect(page.next).toBe("ticket-3");
  expect((await list(`corrections?limit=3&after=${page.next ?? ""}`)).data).toEqual(
    all.data.slice(3),
  );
  const ofModel = await list("corrections?model=gpt-image-1&team=art&key=file:k");
  expect(ofModel.data.map(({ id }) => id)).toEqual(["ticket-4", "ticket-3"]);
  for (const none of ["user=ann", "team=web", "key=file:other", "after=nothing"])
    expect((await list(`corrections?${none}`)).data).toEqual([]);
  for (const wrong of ["limit=0", "limit=101", "before=x", "key="]) {
    const answer = await fetch(`${gateway.url}/admin/v1/corrections?${wrong}`, { headers: token });
    expect([wrong, answer.status]).toEqual([wrong, 400]);
  }
  const audit = await list("audit?resource=correction");
  expect(audit.data).toHaveLength(5);
  expect(audit.data.at(-1)).toMatchObject({
    who: "admin",
    action: "create",
    after: all.data.at(-1),
  });
  const { code, out } = await runCommand(["corrections", "list", "--team", "art", "--json"], {
    env: { PINHOLE_URL: gateway.url, PINHOLE_ADMIN_TOKEN: gateway.adminToken },
    cwd: gateway.folder,
  });
  expect([code, JSON.parse(out)]).toEqual([0, all]);
});
