import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";

const otherKey = "another-key-of-this-test-1234";
let gateway: TestGateway;
/** Nano-dollars that clients were told. */
let told = 0n;

beforeAll(async () => {
  const priced = (name: string, usd: string) => ({ name, price: { per_image_usd: usd } });
  gateway = await startTestGateway({
    money: { time_zone: "Asia/Kathmandu" },
    channels: [
      {
        id: "paid",
        provider: "sandbox",
        models: [priced("sandbox-fast", "0.012345678"), priced("sandbox-partial", "3.5")],
      },
    ],
    teams: [{ id: "art", name: "-2+3 art" }],
    users: [{ id: "ann", name: 'Ann "quick", Fox', team: "art" }],
    keys: [
      { id: "k", name: "=cmd|'/c calc'!A1", key: testKey, user: "ann" },
      { id: "o", name: "@other", key: otherKey },
    ],
  });
  const prompt = "a fox";
  const ask = async (body: object, key = testKey): Promise<void> => {
    const authorization = `Bearer ${key}`;
    const whole = { prompt, ...body };
    const answer = await postJson(gateway, "/v1/images/generations", whole, { authorization });
    expect(answer.status).toBe(200);
    told += nanoOf(answer.headers.get("x-pinhole-cost") ?? "0");
    await answer.arrayBuffer();
  };
  await ask({ model: "sandbox-fast", response_format: "url" });
  await ask({ model: "sandbox-fast", response_format: "url", n: 3 });
  await ask({ model: "sandbox-fast", response_format: "url" }, otherKey);
  await ask({ model: "sandbox-partial", response_format: "url", n: 2 });
});
afterAll(() => gateway.close());

function nanoOf(usd: string): bigint {
  const [whole = "0", rest = ""] = usd.split(".");
  return BigInt(whole) * 1_000_000_000n + BigInt(rest.padEnd(9, "0"));
}

const ask = (query: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${gateway.url}/admin/v1/usage${query}`, {
    ...init,
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  });

interface Report {
  readonly data: readonly Record<string, unknown>[];
  readonly total: Record<string, unknown>;
  readonly [name: string]: unknown;
}

async function report(query: string): Promise<Report> {
  const answer = await ask(query);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Report;
}

describe("usage for operators", () => {
  test("by day: the operator's day with its bounds in UTC, and what clients were told to the nano-dollar", async () => {
    const found = await report("");
    expect(found).toMatchObject({ time_zone: "Asia/Kathmandu", group: ["day"], currency: "usd" });
    expect(found.data).toHaveLength(1);
    const [row] = found.data;
    expect(row?.["day_start"]).toMatch(/T18:15:00\.000Z$/);
    expect(Date.parse(String(row?.["day_end"])) - Date.parse(String(row?.["day_start"]))).toBe(
      86_400_000,
    );
    expect(row).toMatchObject({ requests: 4, images: 6 });
    expect(nanoOf(String(row?.["customer_usd"]))).toBe(told);
    expect(nanoOf(String(found.total["customer_usd"]))).toBe(told);
    expect(found["start"]).toMatch(/T18:15:00\.000Z$/);
  });

  test("by key, user and team with their names, by model and channel", async () => {
    const { data } = await report("?group=key,user,team");
    expect(data).toMatchObject([
      { key: "file:k", key_name: "=cmd|'/c calc'!A1", user: "ann", team: "art", requests: 3 },
      { key: "file:o", key_name: "@other", user: null, user_name: null, team: null, requests: 1 },
    ]);
    expect((await report("?group=model,channel")).data).toMatchObject([
      { model: "sandbox-fast", channel: "paid", images: 5, customer_usd: "0.06172839" },
      { model: "sandbox-partial", channel: "paid", images: 1, customer_usd: "3.5" },
    ]);
    expect((await report("?group=label")).data).toMatchObject([{ label: null, requests: 4 }]);
    expect((await report("?group=model&key=file:o")).total).toMatchObject({
      requests: 1,
      customer_usd: "0.012345678",
    });
  });

  test("CSV: RFC 4180, no cell that a spreadsheet would run, nine decimals, and the foot of the JSON", async () => {
    const answer = await ask("?group=team,key,user&format=csv");
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
    expect(answer.headers.get("content-disposition")).toMatch(
      /^attachment; filename="usage-\d{4}-\d\d-01-\d{4}-\d\d-\d\d\.csv"$/,
    );
    const sums =
      "requests,images,customer_usd,unknown_requests,attempts,provider_usd,unknown_attempts";
    const text = await answer.text();
    expect(text.split("\r\n")).toEqual([
      `team,team_name,key,key_name,user,user_name,${sums}`,
      expect.stringMatching(/^,,file:o,"'@other",,,1,1,0\.012345678,0,\d+,\d+\.\d{9},\d+$/),
      expect.stringMatching(
        /^art,"'-2\+3 art",file:k,"'=cmd\|'\/c calc'!A1",ann,"Ann ""quick"", Fox",3,5,3\.549382712,0,\d+,\d+\.\d{9},\d+$/,
      ),
      expect.stringMatching(/^total,,,,,,4,6,3\.561728390,0,\d+,\d+\.\d{9},\d+$/),
      "",
    ]);
  });

  test("a day without anything is sums of nothing in both forms", async () => {
    const query = "?group=day&from=2020-02-29&to=2020-02-29";
    expect(await report(query)).toMatchObject({
      from: "2020-02-29",
      start: "2020-02-28T18:15:00.000Z",
      end: "2020-02-29T18:15:00.000Z",
      data: [],
      total: { requests: 0, images: 0, customer_usd: "0", provider_usd: "0" },
    });
    expect(await (await ask(`${query}&format=csv`)).text()).toMatch(
      /^day,day_start,day_end,requests,.*\r\ntotal,,,0,0,0\.000000000,0,0,0\.000000000,0\r\n$/,
    );
  });

  test.each([
    ["?group=colour", "group"],
    ["?group=day,day", "group"],
    ["?group=", "group"],
    ["?group=day&group=key", "group"],
    ["?from=2026-02-30", "from"],
    ["?from=yesterday", "from"],
    ["?to=2026-13-01", "to"],
    ["?from=2026-03-02&to=2026-03-01", "from"],
    ["?format=xlsx", "format"],
    ["?key=", "key"],
    ["?groups=day", undefined],
  ])("%s is refused in words", async (query, param) => {
    const answer = await ask(query);
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: Record<string, unknown> };
    expect(error["code"]).toBe("invalid_value");
    if (param !== undefined) expect(error["param"]).toBe(param);
    expect(error["message"]).toMatch(/^.{20,}\.$/);
  });

  test("HEAD tells the head; without the admin's token nothing is told", async () => {
    const head = await ask("?format=csv", { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.headers.get("content-type")).toContain("text/csv");
    const key = await fetch(`${gateway.url}/admin/v1/usage`, {
      headers: { authorization: `Bearer ${testKey}` },
    });
    expect(key.status).toBe(401);
  });
});
