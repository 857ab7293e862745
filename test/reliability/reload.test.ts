import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import {
  type GatewayProcess,
  startGatewayProcess,
  writeSettings,
} from "../support/gateway-process.ts";

let first: CountingUpstream;
let second: CountingUpstream;
let gateway: GatewayProcess;

function channel(id: string, upstream: CountingUpstream, models: readonly string[]): object {
  const settings = { base_url: upstream.url, api_key: "k" };
  return { id, provider: "openai-compatible", settings, models };
}

beforeAll(async () => {
  [first, second] = [await startCountingUpstream(), await startCountingUpstream()];
  gateway = await startGatewayProcess({ settings: { channels: [channel("one", first, ["m"])] } });
});
afterAll(async () => {
  await gateway.stop();
  await first.close();
  await second.close();
});

async function generate(prompt: string, more: object = {}, key = gateway.key): Promise<Response> {
  return fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({ prompt, response_format: "b64_json", ...more }),
  });
}

async function reload(said: RegExp): Promise<void> {
  const before = gateway.output().length;
  gateway.child.kill("SIGHUP");
  await expect.poll(() => gateway.output().slice(before), { timeout: 60_000 }).toMatch(said);
}

test("SIGHUP takes over channels, aliases, keys and the default model; what runs keeps its channel", async () => {
  const gate = Promise.withResolvers<void>();
  first.behave((prompt) => (prompt === "long" ? { until: gate.promise } : {}));
  const running = generate("long", { model: "m" });
  await expect.poll(() => first.tally("long").asked).toBe(1);
  const newKey = "another-key-0123456789-abcdef";
  await writeSettings(gateway.folder, {
    channels: [channel("two", second, ["m", "n"])],
    aliases: { fox: "n" },
    default_model: "fox",
    keys: [
      { name: "test", key: gateway.key },
      { name: "new", key: newKey },
    ],
  });
  await reload(/SIGHUP: reloaded \d+ channels and 2 keys/);
  expect((await generate("after", {}, newKey)).status).toBe(200);
  expect(second.tally("after")).toEqual({ asked: 1, made: 1 });
  gate.resolve();
  expect((await running).status).toBe(200);
  expect(first.total()).toEqual({ asked: 1, made: 1 });
});

test("SIGHUP while a priced call runs: it is settled at the price at which it was begun", async () => {
  const gate = Promise.withResolvers<void>();
  second.behave((prompt) => (prompt === "priced" ? { until: gate.promise } : {}));
  const served = async (usd: number): Promise<void> => {
    const models = [{ name: "m", price: { per_image_usd: usd } }];
    const settings = { base_url: second.url, api_key: "k" };
    await writeSettings(gateway.folder, {
      channels: [{ id: "two", provider: "openai-compatible", settings, models }],
      default_model: "m",
    });
    await reload(/SIGHUP: reloaded/);
  };
  await served(0.04);
  const running = generate("priced");
  await expect.poll(() => second.tally("priced").asked).toBe(1);
  await served(0.09);
  const after = await generate("dearer");
  gate.resolve();
  const before = await running;
  expect([before, after].map(({ headers }) => headers.get("x-pinhole-cost"))).toEqual([
    "0.04",
    "0.09",
  ]);
  const usage = await fetch(`${gateway.url}/v1/usage`, {
    headers: { authorization: `Bearer ${gateway.key}` },
  });
  expect(await usage.json()).toMatchObject({ spent_usd: "0.13", reserved_usd: "0" });
});

test("prices of a file are read again; a broken one is told with its line, and the prices before it stay", async () => {
  const write = (text: string): Promise<void> =>
    writeFile(join(gateway.folder, "prices.yaml"), text);
  const cost = async (prompt: string): Promise<string | null> =>
    (await generate(prompt)).headers.get("x-pinhole-cost");
  await write("prices: [{ model: m, price: { per_image_usd: 0.02 } }]\n");
  await writeSettings(gateway.folder, {
    prices: { file: "prices.yaml" },
    channels: [channel("two", second, ["m"])],
    default_model: "m",
  });
  await reload(/SIGHUP: reloaded/);
  expect(await cost("by file")).toBe("0.02");
  await write("prices:\n  - model: m\n    price: { per_image: 0.03 }\n");
  await reload(/prices\.yaml:3: unknown setting `per_image`[^\n]*\n[^\n]*not reloaded/);
  expect(await cost("as before")).toBe("0.02");
  await write("prices:\n  - model: m\n    price: { per_image_usd: 0.03 }\n");
  await reload(/SIGHUP: reloaded/);
  expect(await cost("mended")).toBe("0.03");
});

test("a broken file is told with every fault, and what was served still is", async () => {
  await writeFile(join(gateway.folder, "pinhole.yaml"), "wombat: 1\nserver: { port: eighty }\n");
  await reload(
    /pinhole\.yaml:1: [^\n]*wombat[\s\S]*pinhole\.yaml:2: [^\n]*port[\s\S]*not reloaded/,
  );
  expect((await generate("still")).status).toBe(200);
  expect(second.tally("still").made).toBe(1);
});

test("a key that is no longer in the file is refused", async () => {
  await writeSettings(gateway.folder, {
    channels: [channel("two", second, ["m"])],
    keys: [{ name: "other", key: "the-only-key-0123456789-abc" }],
  });
  await reload(/SIGHUP: reloaded \d+ channels and 1 keys/);
  expect((await generate("refused", { model: "m" })).status).toBe(401);
  expect((await generate("let in", { model: "m" }, "the-only-key-0123456789-abc")).status).toBe(
    200,
  );
});
