import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { loadConfig } from "../../src/config.ts";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

function channels(upstream: CountingUpstream, price: unknown): object[] {
  const settings = { base_url: upstream.url, api_key: "k" };
  const models = [{ name: "painter", price }];
  return [{ id: "one", provider: "openai-compatible", settings, models }];
}

async function start(price: unknown): Promise<[TestGateway, CountingUpstream]> {
  const upstream = await startCountingUpstream();
  undo.push(() => upstream.close());
  const gateway = await startTestGateway({ channels: channels(upstream, price) });
  undo.push(() => gateway.close());
  return [gateway, upstream];
}

/** Reads the file again with another price, as a reload does. */
async function reload(
  gateway: TestGateway,
  upstream: CountingUpstream,
  price: unknown,
): Promise<void> {
  const file = join(gateway.folder, "pinhole.yaml");
  const document = parse(await readFile(file, "utf8")) as object;
  await writeFile(file, stringify({ ...document, channels: channels(upstream, price) }));
  const cwd = gateway.folder;
  const next = await loadConfig({ env: {}, flags: {}, cwd, terminal: false, now: Date.now() });
  await gateway.app.reload(next);
}

interface Told {
  readonly cost: string | null;
  readonly record: Readonly<Record<string, unknown>>;
}

async function ask(gateway: TestGateway, prompt: string): Promise<Told> {
  const body = { model: "painter", prompt, response_format: "b64_json" };
  const response = await postJson(gateway, "/v1/images/generations", body);
  await response.arrayBuffer();
  expect(response.status).toBe(200);
  const id = response.headers.get("x-request-id") ?? "";
  const headers = { authorization: `Bearer ${gateway.adminToken}` };
  const record = await fetch(`${gateway.url}/admin/requests/${id}`, { headers });
  return {
    cost: response.headers.get("x-pinhole-cost"),
    record: (await record.json()) as Readonly<Record<string, unknown>>,
  };
}

test("a reload while a call is in flight changes nothing of what was begun", async () => {
  const [gateway, upstream] = await start({ per_image_usd: 0.04 });
  const gate = Promise.withResolvers<void>();
  upstream.behave((prompt) => (prompt === "long" ? { until: gate.promise } : {}));
  const running = ask(gateway, "long");
  await expect.poll(() => upstream.tally("long").asked).toBe(1);
  await reload(gateway, upstream, { per_image_usd: 0.09 });
  const after = await ask(gateway, "after");
  gate.resolve();
  const before = await running;
  expect(before).toMatchObject({ cost: "0.04", record: { cost_usd: "0.04" } });
  expect(before.record["hold"]).toMatchObject({ usd: "0.04", settled_usd: "0.04" });
  expect(after).toMatchObject({ cost: "0.09", record: { cost_usd: "0.09" } });
  expect(before.record["price_versions"]).toHaveLength(1);
  expect(after.record["price_versions"]).toHaveLength(1);
  expect(after.record["price_versions"]).not.toEqual(before.record["price_versions"]);
});

test("a price of the database that is changed while a call is in flight changes nothing of what was begun", async () => {
  const [gateway, upstream] = await start(undefined);
  const put = async (price: unknown): Promise<void> => {
    const answer = await fetch(`${gateway.url}/admin/v1/prices/of-painter`, {
      method: "PUT",
      headers: {
        authorization: `Bearer ${gateway.adminToken}`,
        "content-type": "application/json",
        "if-match": "*",
      },
      body: JSON.stringify({ model: "painter", price }),
    });
    expect(answer.status).toBe(200);
  };
  const made = await postJson({ ...gateway, key: gateway.adminToken }, "/admin/v1/prices", {
    id: "of-painter",
    model: "painter",
    price: { per_image_usd: 0.04 },
  });
  expect(made.status).toBe(201);
  const gate = Promise.withResolvers<void>();
  upstream.behave((prompt) => (prompt === "long" ? { until: gate.promise } : {}));
  const running = ask(gateway, "long");
  await expect.poll(() => upstream.tally("long").asked).toBe(1);
  await put({ per_image_usd: 0.09 });
  const after = await ask(gateway, "after");
  await put("free");
  gate.resolve();
  const before = await running;
  expect(before).toMatchObject({ cost: "0.04", record: { cost_usd: "0.04" } });
  expect(before.record["hold"]).toMatchObject({ usd: "0.04", settled_usd: "0.04" });
  expect(after).toMatchObject({ cost: "0.09", record: { cost_usd: "0.09" } });
  expect((await ask(gateway, "free")).cost).toBe("0");
});

test("a model that becomes free, or loses its price, while a call runs is charged as it was begun", async () => {
  for (const next of ["free", undefined]) {
    const [gateway, upstream] = await start({ per_image_usd: 0.04 });
    const gate = Promise.withResolvers<void>();
    upstream.behave((prompt) => (prompt === "long" ? { until: gate.promise } : {}));
    const running = ask(gateway, "long");
    await expect.poll(() => upstream.tally("long").asked).toBe(1);
    await reload(gateway, upstream, next);
    gate.resolve();
    expect((await running).cost).toBe("0.04");
    expect((await ask(gateway, "after")).record["price_versions"]).toEqual([]);
  }
});

test("a price that changes at a moment is that of the time at which the request began", async () => {
  const [gateway, upstream] = await start({ per_image_usd: 0.04 });
  const gate = Promise.withResolvers<void>();
  upstream.behave((prompt) => (prompt === "long" ? { until: gate.promise } : {}));
  // What takes long on a busy machine is done before: the request below must begin in time.
  await ask(gateway, "first");
  const change = new Date(Date.now() + 3000).toISOString();
  await reload(gateway, upstream, [
    { valid_until: change, per_image_usd: 0.04 },
    { valid_from: change, per_image_usd: 0.09 },
  ]);
  const running = ask(gateway, "long");
  await expect.poll(() => upstream.tally("long").asked).toBe(1);
  await sleep(Date.parse(change) - Date.now() + 20);
  const estimate = await postJson(gateway, "/v1/images/estimate", {
    model: "painter",
    prompt: "x",
  });
  expect(await estimate.json()).toMatchObject({ min: "0.09", max: "0.09" });
  // Plans of alike requests are shared, but not across the change.
  const after = await ask(gateway, "after");
  gate.resolve();
  const before = await running;
  expect([before.cost, after.cost]).toEqual(["0.04", "0.09"]);
  // It is one price with one version, whichever of its blocks holds.
  expect(before.record["price_versions"]).toEqual(after.record["price_versions"]);
});

test("a version leads to the words of the price that something was charged by, also after it has changed", async () => {
  const [gateway, upstream] = await start({ per_image_usd: 0.04, source: "contract" });
  const admin = async (path: string): Promise<[number, unknown]> => {
    const headers = { authorization: `Bearer ${gateway.adminToken}` };
    const response = await fetch(`${gateway.url}/admin/v1${path}`, { headers });
    return [response.status, await response.json()];
  };
  const price = { per_image_usd: 0.04, source: "contract" };
  const { record } = await ask(gateway, "one");
  const [version] = record["price_versions"] as string[];
  const served = { channel: "one", model: "painter", upstream: "painter", markup: null };
  expect(await admin("/served/prices")).toEqual([
    200,
    { object: "list", data: [{ ...served, price, version }] },
  ]);
  await reload(gateway, upstream, "free");
  expect(await admin("/served/prices")).toMatchObject([
    200,
    { data: [{ price: "free", version: null }] },
  ]);
  expect(await admin(`/price-versions/${version ?? ""}`)).toEqual([
    200,
    { version, price, markup: null },
  ]);
  expect((await admin("/price-versions/0123456789abcdef"))[0]).toBe(404);
});
