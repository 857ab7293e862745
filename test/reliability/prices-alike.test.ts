import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { stringify } from "yaml";
import { runCommand } from "../cli/run-command.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const models = [
  {
    name: "mine",
    upstream: "sandbox-fast",
    card: { sizes: ["256x256", "512x512"], n_max: 2 },
    price: {
      table: [{ options: { seed: null }, size: "256x256", usd: "0.020000001" }, { usd: 0.05 }],
      source: "contract",
    },
    markup: { times: 1, per_image_usd: "0.005" },
  },
  { name: "carded", upstream: "sandbox-fast", card: { price: { per_image_usd: 0.3 } } },
  "sandbox-fast",
  "sandbox-partial",
];
const prices = [
  { model: "sandbox-fast", price: { per_image_usd: "0.07" } },
  { id: "a part", model: "sandbox-partial", provider: "sandbox", price: inYuan(2) },
  { id: "none/such", model: "other", channel: "own", price: "free" },
];
const money = { markup: { times: 2 }, rates: { CNY: 0.125 } };

function inYuan(rate: number): object {
  return { currency: "CNY", lines: [{ per: "image", rate }] };
}

async function start(settings: object): Promise<TestGateway> {
  const gateway = await startTestGateway({ ...settings });
  undo.push(() => gateway.close());
  return gateway;
}

/** All that clients and operators are told of models and prices, and the charges for pictures. */
async function told(gateway: TestGateway): Promise<unknown> {
  const get = async (path: string, key: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${key}` };
    return (await fetch(gateway.url + path, { headers })).json();
  };
  const costs: unknown[] = [];
  for (const [model, size] of [
    ["mine", "256x256"],
    ["mine", "512x512"],
    ["carded", "256x256"],
    ["sandbox-fast", "256x256"],
    ["sandbox-partial", "256x256"],
  ]) {
    const body = { model, size, prompt: "a fox" };
    const answer = await postJson(gateway, "/v1/images/generations", body);
    await answer.arrayBuffer();
    costs.push(answer.headers.get("x-pinhole-cost"));
  }
  const shown = await get("/v1/models", gateway.key);
  return { costs, shown, served: await get("/admin/v1/served/prices", gateway.adminToken) };
}

test("prices and cards that commands make are those of the file, also after an export and an apply", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pinhole-prices-"));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "prices.yaml");
  await writeFile(file, stringify({ prices }));
  const channel = { id: "own", provider: "sandbox", markup: { times: 3 }, models };
  const declared = await told(await start({ channels: [channel], money, prices: { file } }));
  expect(declared).toMatchObject({
    costs: ["0.025000001", "0.055", "0.9", "0.21", "0.75"],
  });

  const [made, moved] = [await start({}), await start({})];
  const run = async (gateway: TestGateway, ...argv: string[]): Promise<string> => {
    const env = { PINHOLE_URL: gateway.url, PINHOLE_ADMIN_TOKEN: gateway.adminToken };
    const { out, err } = await runCommand(argv, { cwd: folder, env });
    expect(err).toBe("");
    return out;
  };
  const words = ["--provider", "sandbox", "--markup", JSON.stringify({ times: 3 })];
  const json = JSON.stringify(models);
  await run(made, "channels", "create", "--id", "own", ...words, "--models", json);
  for (const { price, ...rest } of prices) {
    const flags = Object.entries(rest).flatMap(([name, value]) => [`--${name}`, value]);
    const typed = typeof price === "string" ? price : JSON.stringify(price);
    await run(made, "prices", "create", ...flags, "--price", typed);
  }
  for (const [id, value] of Object.entries(money))
    await run(made, "money", "set", id, "--value", JSON.stringify(value));
  expect(await told(made)).toEqual(declared);
  expect(await run(made, "prices", "show", "a part", "--json")).toContain('"rate":2');

  const state = join(folder, "state.yaml");
  await writeFile(state, await run(made, "export"));
  await run(moved, "apply", "-f", state);
  expect(await told(moved)).toEqual(declared);
  for (const gateway of [made, moved])
    expect(await run(gateway, "apply", "-f", state, "--prune")).toMatch(/^No change: /);
  expect(await run(moved, "export")).toBe(await run(made, "export"));

  await run(moved, "prices", "change", "a part", "--price", "per_image_usd=0.5,source=ours");
  await run(moved, "prices", "delete", "sandbox-fast");
  await run(moved, "money", "delete", "markup");
  const listed = JSON.parse(await run(moved, "prices", "list", "--json")) as { data: unknown[] };
  expect(listed.data).toMatchObject([
    { id: "a part", price: { per_image_usd: "0.5", source: "ours" }, version: 2 },
    { id: "none/such", price: "free" },
  ]);
  expect(await told(moved)).toMatchObject({ costs: ["0.025000001", "0.055", "0.9", "0", "1.5"] });
  expect(await run(moved, "apply", "-f", state, "--prune")).toMatch(/3 changes made/);
  expect(await told(moved)).toEqual(declared);
});
