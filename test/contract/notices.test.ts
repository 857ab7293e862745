import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { loadConfig } from "../../src/config.ts";
import { startCountingUpstream } from "../support/counting-upstream.ts";
import { postJson, startTestGateway, testKey, type TestGateway } from "../support/gateway.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

type Told = Readonly<Record<string, unknown>>;

const price = { per_image_usd: 0.1 };

async function start(settings: object, models: object[] = []): Promise<TestGateway> {
  const upstream = await startCountingUpstream();
  undo.push(() => upstream.close());
  const gateway = await startTestGateway({
    channels: [
      {
        id: "one",
        provider: "openai-compatible",
        settings: { base_url: upstream.url, api_key: "k" },
        models: [{ name: "painter", price }, { name: "gift", price: "free" }, ...models],
      },
    ],
    ...settings,
  });
  undo.push(() => gateway.close());
  return gateway;
}

/** Reads the file again with other settings, as a reload does. */
async function reload(gateway: TestGateway, settings: object): Promise<void> {
  const file = join(gateway.folder, "pinhole.yaml");
  const document = parse(await readFile(file, "utf8")) as object;
  await writeFile(file, stringify({ ...document, ...settings }));
  const cwd = gateway.folder;
  await gateway.app.reload(
    await loadConfig({ env: {}, flags: {}, cwd, terminal: false, now: Date.now() }),
  );
}

async function admin(gateway: TestGateway, path: string, method = "GET"): Promise<Response> {
  const headers = { authorization: `Bearer ${gateway.adminToken}` };
  return fetch(`${gateway.url}/admin/v1/notices${path}`, { method, headers });
}

async function notices(gateway: TestGateway, query = ""): Promise<Told[]> {
  const answer = (await (await admin(gateway, query)).json()) as { readonly data: Told[] };
  return answer.data;
}

async function make(gateway: TestGateway, model = "painter"): Promise<number> {
  const body = { model, prompt: "a fox", response_format: "b64_json" };
  const response = await postJson(gateway, "/v1/images/generations", body);
  await response.arrayBuffer();
  return response.status;
}

const keyWith = (budget: object) => ({ keys: [{ id: "k", name: "test", key: testKey, budget }] });

test("shares of a budget are told as they are spent, each once, in words and facts", async () => {
  const gateway = await start(
    keyWith({ usd: 0.5, period: "total", notify_at: ["0.40", 0.8, 1, 0.4] }),
  );
  expect(await make(gateway)).toBe(200);
  expect(await notices(gateway)).toEqual([]);
  await make(gateway);
  expect(await notices(gateway)).toEqual([
    {
      id: expect.stringMatching(/^ntc_[0-9a-f]{24}$/) as unknown,
      kind: "budget_threshold",
      object: "key file:k total",
      period: new Date(0).toISOString(),
      threshold: "0.4",
      state: "raised",
      recovers: null,
      title: "The budget of key test is spent to 40 %",
      text: "$0.20 of $0.50 in total is spent.",
      facts: {
        scope: "key",
        id: "file:k",
        name: "test",
        period: "total",
        limit_usd: "0.5",
        resets_at: null,
        models: null,
      },
      created_at: expect.stringMatching(/Z$/) as unknown,
      ended_at: null,
      acknowledged_at: null,
    },
  ]);
  for (let round = 0; round < 3; round += 1) await make(gateway);
  expect(await make(gateway)).toBe(429);
  expect((await notices(gateway)).map(({ threshold }) => threshold)).toEqual(["1", "0.8", "0.4"]);
});

test("a budget that refuses nothing tells that it is exceeded, and serves on", async () => {
  const gateway = await start(keyWith({ usd: 0.2, period: "day", hard: false }));
  await make(gateway);
  await make(gateway);
  expect(await notices(gateway)).toEqual([]);
  for (let round = 0; round < 3; round += 1) expect(await make(gateway)).toBe(200);
  expect(await notices(gateway)).toMatchObject([
    {
      kind: "budget_exceeded",
      object: "key file:k day",
      title: "The budget of key test is exceeded",
    },
  ]);
});

test("teams and users are told beside keys, by the models that a budget counts; free models tell nothing", async () => {
  const half = { usd: 0.2, period: "total", notify_at: [0.5] };
  const gateway = await start({
    teams: [{ id: "art", budget: [half, { ...half, models: ["other*"] }] }],
    users: [{ id: "ann", team: "art", budget: half }],
    keys: [{ id: "k", name: "test", key: testKey, user: "ann" }],
  });
  await make(gateway, "gift");
  expect(await notices(gateway)).toEqual([]);
  await make(gateway);
  const objects = (await notices(gateway)).map(({ object }) => object);
  expect(objects.map(String).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
    "team art total",
    "user ann total",
  ]);
});

test("one that is raised is over and told anew; one that is made smaller is told by the reload", async () => {
  const budget = (usd: number) => keyWith({ usd, period: "total", notify_at: [0.5] });
  const gateway = await start(budget(0.2));
  await make(gateway);
  const [first] = await notices(gateway, "?state=open");
  await reload(gateway, budget(0.4));
  expect(await notices(gateway, "?state=open")).toEqual([]);
  expect(await notices(gateway, "?state=recovered")).toMatchObject([
    {
      recovers: first?.["id"],
      title: "Over: The budget of key test is spent to 50 %",
      text: "It is below that again: a new period has begun, or the budget was changed.",
    },
  ]);
  await make(gateway);
  expect(await notices(gateway, "?state=open")).toMatchObject([{ facts: { limit_usd: "0.4" } }]);
  await reload(gateway, budget(0.3));
  expect(await notices(gateway, "?state=open")).toMatchObject([
    { facts: { limit_usd: "0.3" }, text: "$0.20 of $0.30 in total is spent." },
  ]);
  // A reload that changes nothing tells nothing.
  const before = await notices(gateway);
  await reload(gateway, budget(0.3));
  expect(await notices(gateway)).toEqual(before);
});

test("a channel's budget is told by the next look, with what its provider may have charged", async () => {
  const gateway = await start({});
  const file = parse(await readFile(join(gateway.folder, "pinhole.yaml"), "utf8")) as {
    channels: object[];
  };
  const budget = { usd: 0.4, period: "total", notify_at: [0.5] };
  const channels = [{ ...file.channels[0], markup: { times: 10 }, budget }];
  await reload(gateway, { channels });
  await make(gateway);
  await reload(gateway, { channels });
  expect(await notices(gateway)).toEqual([]);
  await make(gateway);
  await reload(gateway, { channels });
  expect(await notices(gateway)).toMatchObject([
    { object: "channel one total", text: "$0.20 of $0.40 in total is spent." },
  ]);
});

test("a budget's raise counts", async () => {
  const until = "2099-01-01T00:00:00Z";
  const raise = { usd: 0.2, until };
  const gateway = await start(keyWith({ usd: 0.2, period: "total", raise, notify_at: [0.5] }));
  await make(gateway);
  expect(await notices(gateway)).toEqual([]);
  await make(gateway);
  expect(await notices(gateway)).toMatchObject([{ facts: { limit_usd: "0.4" } }]);
});

test("a price that is unknown is told once, and when it is known again", async () => {
  const gateway = await start({}, [{ name: "mystery" }]);
  await make(gateway, "mystery");
  await make(gateway, "mystery");
  const told = await notices(gateway);
  expect(told).toMatchObject([
    {
      kind: "price_unknown",
      object: "one mystery",
      threshold: null,
      title: "The price of mystery on channel one is unknown",
      facts: { channel: "one", model: "mystery" },
    },
  ]);
  const file = parse(await readFile(join(gateway.folder, "pinhole.yaml"), "utf8")) as {
    channels: { models: object[] }[];
  };
  const [channel] = file.channels;
  const priced = { channels: [{ ...channel, models: [{ name: "mystery", price }] }] };
  await reload(gateway, priced);
  expect(await notices(gateway, "?state=open")).toHaveLength(1);
  await make(gateway, "mystery");
  await reload(gateway, priced);
  expect(await notices(gateway)).toMatchObject([
    { state: "recovered", recovers: told[0]?.["id"] },
    { state: "raised" },
  ]);
});

test("one is read and acknowledged; filters and pages that are none are refused", async () => {
  const gateway = await start(keyWith({ usd: 0.2, period: "total", notify_at: [0.1, 0.5] }));
  await make(gateway);
  const [newest, oldest] = await notices(gateway);
  const path = `/${String(newest?.["id"])}`;
  expect(await (await admin(gateway, path)).json()).toEqual({ ...newest, deliveries: [] });
  const seen = (await (await admin(gateway, `${path}/acknowledge`, "POST")).json()) as Told;
  expect(seen["acknowledged_at"]).toMatch(/Z$/);
  const again = await admin(gateway, `${path}/acknowledge`, "POST");
  expect(await again.json()).toEqual(seen);
  const audited = await fetch(`${gateway.url}/admin/v1/audit?resource=notice`, {
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  });
  const { data } = (await audited.json()) as { readonly data: Told[] };
  expect(data).toMatchObject([
    { action: "acknowledge", who: "admin", resource_id: newest?.["id"], before: newest },
  ]);
  expect(await notices(gateway, "?acknowledged=false")).toEqual([oldest]);
  expect(await notices(gateway, "?acknowledged=true&kind=budget_threshold")).toEqual([seen]);
  expect(
    await notices(gateway, `?object=${encodeURIComponent("key file:k total")}&limit=1`),
  ).toEqual([seen]);
  expect(await notices(gateway, `?before=${String(newest?.["id"])}`)).toEqual([oldest]);
  expect(await notices(gateway, "?kind=clock_off")).toEqual([]);
  for (const wrong of ["?kind=wombat", "?state=closed", "?acknowledged=yes", "?limit=0"])
    expect((await admin(gateway, wrong)).status).toBe(400);
  expect((await admin(gateway, "/ntc_nothing")).status).toBe(404);
  expect((await admin(gateway, "/ntc_nothing/acknowledge", "POST")).status).toBe(404);
  const stranger = await fetch(`${gateway.url}/admin/v1/notices`);
  expect(stranger.status).toBe(401);
});
