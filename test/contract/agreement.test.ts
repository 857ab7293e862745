import { rm } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, onTestFinished, test, type TestContext } from "vitest";
import { parseEvents } from "../support/events.ts";
import { formBody, formType, filePart, textPart } from "../support/form.ts";
import { testKey } from "../support/gateway.ts";
import { type GatewayProcess, startGatewayProcess } from "../support/gateway-process.ts";
import { type PaidUpstream, startPaidUpstream } from "../support/paid-upstream.ts";
import { samplePng } from "../support/pictures.ts";
import { postgresPrograms, startPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";

/**
 * One cost, wherever it is told: the answer's header or the events of its stream, the request's record, the ledger, what
 * budgets have counted, `/v1/usage`, and `/admin/v1/usage` as JSON and as CSV agree to the nano-dollar.
 */
let upstream: PaidUpstream;
let picture: Buffer;
beforeAll(async () => {
  upstream = await startPaidUpstream();
  picture = await samplePng(32, 32);
});
afterAll(() => upstream.close());

/** Prices whose costs have to be rounded, by the name of their model. */
const prices = {
  flat: { per_image_usd: "0.01234567851" },
  tokens: {
    text_in_usd: "0.0333",
    image_in_usd: "7.77777777",
    image_out_usd: "33.3333333333",
    max_usd: 0.5,
  },
  mixed: { per_image_usd: "0.0000000005", image_out_usd: "9.99999999", max_usd: 0.5 },
};
type Model = keyof typeof prices;

async function start(url: string | undefined): Promise<GatewayProcess> {
  const models = Object.entries(prices).map(([name, price]) => ({ name, price }));
  const channel = (id: string, suffix: string, settings: object) => ({
    id,
    provider: "openai-compatible",
    settings: { base_url: upstream.url, ...settings },
    models: models.map(({ name, price }) => ({ name: name + suffix, upstream: name, price })),
    budget: { usd: 1000 },
  });
  const budget = [{ usd: 1000 }, { usd: 1000, period: "total" }];
  const gateway = await startGatewayProcess({
    env: { PINHOLE_SECRET: "a-secret-of-this-test-0123456789abcdef" },
    settings: {
      ...(url === undefined ? {} : { database: { url } }),
      teams: [
        { id: "art", budget, markup: { times: "1.0717171", per_image_usd: "0.00000000033" } },
      ],
      users: [{ id: "ann", team: "art", budget }],
      keys: [{ id: "k", name: "test", key: testKey, user: "ann", budget, labels: ["web", "a=b"] }],
      channels: [channel("whole", "", {}), channel("single", "-alone", { images_per_call: 1 })],
    },
  });
  onTestFinished(async () => {
    await gateway.stop();
    await rm(gateway.folder, { recursive: true, force: true });
  });
  return gateway;
}

/** A way of asking. The prompt says how the upstream behaves. */
interface Shape {
  readonly model: Model | `${Model}-alone`;
  readonly prompt?: string;
  readonly n?: number;
  readonly stream?: boolean;
  readonly partial_images?: number;
  readonly response_format?: "url" | "b64_json";
  readonly output_format?: "webp";
  /** True: with a picture and a mask, as a form. */
  readonly edits?: boolean;
}

const shapes: readonly Shape[] = (["flat", "tokens", "mixed"] as const).flatMap(
  (model): Shape[] => [
    { model, response_format: "url" },
    { model, response_format: "url", n: 2 },
    { model, response_format: "b64_json", n: 3 },
    // Relayed as it comes.
    { model, response_format: "b64_json" },
    { model, response_format: "b64_json", output_format: "webp" },
    { model, stream: true },
    { model, stream: true, partial_images: 2, n: 2 },
    { model: `${model}-alone`, stream: true, partial_images: 1, n: 3 },
    { model: `${model}-alone`, n: 3, response_format: "url", prompt: "one fails" },
    { model: `${model}-alone`, n: 3, response_format: "b64_json", prompt: "one fails" },
    { model: `${model}-alone`, n: 3, stream: true, prompt: "one fails" },
    { model, n: 3, stream: true, prompt: "cut short" },
    { model, n: 2, response_format: "url", prompt: "one is missing" },
    { model, edits: true, response_format: "url" },
    { model, edits: true, response_format: "b64_json" },
    { model, edits: true, stream: true, n: 2, partial_images: 1 },
    { model: `${model}-alone`, edits: true, n: 2, response_format: "b64_json" },
  ],
);

/** Nano-dollars of a decimal. */
function nanoOf(usd: unknown): bigint {
  const [, sign = "", whole = "", rest = ""] =
    /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(String(usd)) ?? [];
  const nano = BigInt(whole) * 1_000_000_000n + BigInt(rest.padEnd(9, "0"));
  return sign === "-" ? -nano : nano;
}

const sumOf = (amounts: readonly unknown[]): bigint =>
  amounts.reduce<bigint>((sum, usd) => sum + nanoOf(usd), 0n);

interface Told {
  readonly id: string;
  /** Absent: the answer does not say. */
  readonly nano: bigint | undefined;
}

async function ask(gateway: GatewayProcess, { edits, ...shape }: Shape): Promise<Told> {
  const { body, type } = edits === true ? formOf(shape) : jsonOf(shape);
  const answer = await fetch(
    `${gateway.url}/v1/images/${edits === true ? "edits" : "generations"}`,
    { method: "POST", headers: { authorization: `Bearer ${testKey}`, "content-type": type }, body },
  );
  const text = await answer.text();
  expect([JSON.stringify(shape), answer.status, text.slice(0, 200)]).toMatchObject([
    expect.anything(),
    200,
    expect.anything(),
  ]);
  const id = answer.headers.get("x-request-id") ?? "";
  if (shape.stream !== true) {
    const cost = answer.headers.get("x-pinhole-cost");
    // One that is relayed as it comes has begun before its cost is known.
    expect([shape.prompt, cost === null]).toEqual([shape.prompt, shape.prompt === "large"]);
    return { id, nano: cost === null ? undefined : nanoOf(cost) };
  }
  const costs = parseEvents(text)
    .filter(({ event }) => event.endsWith(".completed"))
    .map(({ data }) => (data["pinhole"] as { cost?: string }).cost ?? "0");
  expect(costs.length).toBeGreaterThan(0);
  return { id, nano: sumOf(costs) };
}

function jsonOf(shape: Omit<Shape, "edits">): { readonly body: string; readonly type: string } {
  return { body: JSON.stringify({ prompt: "a fox", ...shape }), type: "application/json" };
}

function formOf(shape: Omit<Shape, "edits">): { readonly body: Buffer; readonly type: string } {
  const fields = Object.entries({ prompt: "a fox", ...shape });
  const parts = fields.map(([name, value]) => textPart(name, String(value)));
  return { body: formBody([...parts, filePart("image", picture)]), type: formType };
}

/** A JSON answer to an admin, or to the key's owner. */
async function get(gateway: GatewayProcess, path: string, key = adminToken): Promise<Answer> {
  return (await (await fetch(gateway.url + path, bearer(key))).json()) as Answer;
}
const adminToken = "test-admin-token-0123456789";
const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
type Row = Readonly<Record<string, unknown>>;
interface Answer extends Row {
  readonly data: readonly Row[];
  readonly total: Row;
  readonly budgets: readonly Row[];
  readonly by_model: readonly Row[];
  readonly by_day: readonly Row[];
}

/** The rows of a report as a spreadsheet has them, by the names of their columns; the last is its foot. */
async function csv(gateway: GatewayProcess, group: string): Promise<Record<string, string>[]> {
  const answer = await fetch(
    `${gateway.url}/admin/v1/usage?format=csv&group=${group}`,
    bearer(adminToken),
  );
  const [names = [], ...rows] = (await answer.text())
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split(","));
  return rows.map((cells) => Object.fromEntries(names.map((name, at) => [name, cells[at] ?? ""])));
}

/** Rows of the gateway's database. */
type Query = (sql: string) => Promise<readonly Row[]>;

async function open(context: TestContext, kind: string): Promise<[GatewayProcess, Query]> {
  if (kind === "SQLite") {
    const gateway = await start(undefined);
    const database = new DatabaseSync(join(gateway.folder, "data", "pinhole.db"));
    onTestFinished(() => database.close());
    return [gateway, (sql) => Promise.resolve(database.prepare(sql).all())];
  }
  const what = "Postgres (Debian's package postgresql)";
  const server = await startPostgres(requireForTest(context, what, postgresPrograms()));
  onTestFinished(() => server.remove());
  return [await start(await server.create("agreed")), (sql) => server.sql("agreed", sql)];
}

test.for(["SQLite", "Postgres"])(
  "a cost is the same wherever it is told: %s",
  { timeout: 120_000 },
  async (kind, context) => {
    const [gateway, query] = await open(context, kind);
    let charged = 0n;
    for (const shape of shapes) {
      const { id, nano } = await ask(gateway, shape);
      const record = await get(gateway, `/admin/v1/requests/${id}`);
      const name = JSON.stringify(shape);
      const booked = await query(
        `SELECT CAST(sum(nano) AS text) AS nano FROM ledger WHERE book = 'customer' AND request_id = '${id}'`,
      );
      expect([name, booked[0]?.["nano"]]).toEqual([name, String(nanoOf(record["cost_usd"]))]);
      if (nano !== undefined) expect([name, String(nano)]).toEqual([name, booked[0]?.["nano"]]);
      charged += nanoOf(record["cost_usd"]);
    }
    await expectAgreed(gateway, query, charged);
    const credit = { id: "c", key: "file:k", usd: "-0.123456789", reason: "a test", model: "flat" };
    await fetch(`${gateway.url}/admin/v1/corrections`, {
      method: "POST",
      headers: { ...bearer(adminToken).headers, "content-type": "application/json" },
      body: JSON.stringify(credit),
    });
    await expectAgreed(gateway, query, charged - 123_456_789n);
  },
);

/** Expects all that sums up what was charged to say the same. */
async function expectAgreed(gateway: GatewayProcess, query: Query, charged: bigint): Promise<void> {
  const books = await query(
    "SELECT book, CAST(sum(nano) AS text) AS nano FROM ledger GROUP BY book ORDER BY book",
  );
  const provider = BigInt(String(books[1]?.["nano"]));
  expect(books[0]).toMatchObject({ book: "customer", nano: String(charged) });
  const counters = await query(
    "SELECT scope, CAST(spent_nano AS text) AS spent, CAST(reserved_nano AS text) AS reserved FROM budget_counters",
  );
  const ofChannels = counters.filter(({ scope }) => scope === "channel");
  expect(ofChannels.reduce((sum, { spent }) => sum + BigInt(String(spent)), 0n)).toBe(provider);
  for (const { scope, spent, reserved } of counters)
    if (scope !== "channel")
      expect([scope, spent, reserved]).toEqual([scope, String(charged), "0"]);
  const own = await get(gateway, "/v1/usage", testKey);
  expect(nanoOf(own["spent_usd"])).toBe(charged);
  for (const rows of [own.by_model, own.by_day])
    expect(sumOf(rows.map((row) => row["spent_usd"]))).toBe(charged);
  expect(own.budgets.map((budget) => nanoOf(budget["spent_usd"]))).toEqual(Array(6).fill(charged));
  for (const group of ["model", "day", "key,user,team", "channel,model", "label"]) {
    const report = await get(gateway, `/admin/v1/usage?group=${group}`);
    const lines = await csv(gateway, group);
    const foot = lines.pop();
    for (const [name, sum] of [
      ["customer_usd", charged],
      ["provider_usd", provider],
    ] as const) {
      const rows = report.data.map((row) => row[name]);
      expect([group, name, nanoOf(report.total[name])]).toEqual([group, name, sum]);
      expect([group, name, nanoOf(foot?.[name])]).toEqual([group, name, sum]);
      expect(lines.map((row) => nanoOf(row[name]))).toEqual(rows.map(nanoOf));
      // A request is in the row of each of its labels.
      if (group !== "label") expect([group, name, sumOf(rows)]).toEqual([group, name, sum]);
    }
  }
}
