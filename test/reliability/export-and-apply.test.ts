import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Outcome, runCommand } from "../cli/run-command.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { startMockOpenAi } from "../support/mock-openai.ts";
import { postgresPrograms, startPostgres } from "../support/postgres.ts";
import { requireForTest } from "../support/require.ts";

const canary = "sk-canary-0123456789-abcdefghij-WXYZ";
const upstream = await startMockOpenAi();
afterAll(() => upstream.close());

const secret = "a-secret-that-both-gateways-have-0123456789";
const programs = postgresPrograms();
const server = programs === undefined ? undefined : await startPostgres(programs);
afterAll(() => server?.remove());

/** A gateway on an empty database, with the commands of its operator. */
async function start(database: object) {
  const gateway = await startTestGateway({ keys: [], secret, ...database });
  const run = (...argv: string[]): Promise<Outcome> =>
    runCommand(argv, {
      cwd: gateway.folder,
      env: {
        PINHOLE_URL: gateway.url,
        PINHOLE_ADMIN_TOKEN: gateway.adminToken,
        CHANNEL_UP_API_KEY: canary,
      },
    });
  return { gateway, run };
}

const statusOf = async ({ url }: TestGateway, key: string, model: string): Promise<number> => {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const body = JSON.stringify({ model, prompt: "a fox", size: "256x256", response_format: "url" });
  const answer = await fetch(`${url}/v1/images/generations`, { method: "POST", headers, body });
  await answer.arrayBuffer();
  return answer.status;
};

const table = JSON.stringify({
  table: [{ options: { style: ["*", null] }, size: "256x256", usd: "0.030000001" }, { usd: 0.2 }],
  source: "a contract of ${COMPANY}",
});

/** The charge for a picture, by the price that the gateway says. */
const costOf = async ({ url }: TestGateway, key: string, model: string): Promise<unknown> => {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const body = JSON.stringify({ model, prompt: "a fox", size: "256x256" });
  const init = { method: "POST", headers, body };
  const answer = await fetch(`${url}/v1/images/generations`, init);
  await answer.arrayBuffer();
  return answer.headers.get("x-pinhole-cost");
};

/** Makes what an operator makes, by commands; the secrets of its keys. */
async function makeAll(made: (...argv: string[]) => Promise<string>) {
  await made(
    "teams",
    "create",
    "--id",
    "art",
    "--budget",
    "usd=500",
    "--models",
    "sandbox-*",
    "--labels",
    "a=b,web",
    "--markup",
    "times=1.5",
  );
  await made("users", "create", "--id", "ann", "--team", "art", "--rpm", "200");
  await made("teams", "create", "--id", "off", "--disabled");
  const keys = {
    shop: await made("keys", "create", "--id", "shop", "--name", "shop", "--user", "ann"),
    fast: await made("keys", "create", "--name", "fast", "--models", "sandbox-fast"),
    off: await made("keys", "create", "--name", "off", "--team", "off"),
    old: await made("keys", "create", "--id", "old", "--name", "old"),
    new: await made("keys", "rotate", "old", "--overlap", "1h"),
    gone: await made("keys", "create", "--id", "gone", "--name", "gone"),
  };
  await made("keys", "revoke", "gone");
  const settings = `base_url=${upstream.url}/v1,api_key=${canary}`;
  const channel = ["--id", "up", "--provider", "openai-compatible", "--settings", settings];
  await made("channels", "create", ...channel, "--models", "painted");
  await made("channels", "create", "--id", "sand", "--provider", "sandbox", "--priority", "7");
  for (const [model, ...place] of [
    ["painted", "--channel", "up"],
    ["sandbox-fast", "--id", "a price/of ${ours}", "--provider", "sandbox"],
  ])
    await made(
      "prices",
      "create",
      "--model",
      model ?? "",
      ...place,
      "--price",
      "per_image_usd=0.07",
    );
  await made("prices", "change", "painted@channel:up", "--price", table);
  await made("money", "set", "markup", "--value", "times=2");
  await made("money", "create", "--id", "rates", "--value", "CNY=0.139,EUR=1.1");
  await made("aliases", "create", "--id", "best", "--models", "painted,sandbox-fast");
  await made("policies", "create", "--id", "successors", "--value", "false");
  await made("policies", "set", "default_model", "--value", "best");
  return keys;
}

/** Makes what an operator makes, moves it, and asks both gateways for the same. */
async function move(databaseOf: (name: string) => Promise<object>): Promise<string> {
  const one = await start(await databaseOf("one"));
  const two = await start(await databaseOf("two"));
  try {
    const made = async (...argv: string[]): Promise<string> => {
      const { out, err } = await one.run(...argv, "--json");
      expect(err).toBe("");
      return (JSON.parse(out) as { key?: string }).key ?? "";
    };
    const keys = await makeAll(made);
    const state = await one.run("export");
    expect(state.err).toBe("");
    for (const key of [canary, ...Object.values(keys)]) expect(state.out).not.toContain(key);
    writeFileSync(join(two.gateway.folder, "state.yaml"), state.out);
    const applied = await two.run("apply", "-f", "state.yaml", "--prune");
    expect(applied.err).toBe("");
    expect(applied.out).toMatch(/ changes made, 0 entries are as wanted; version \d+\.\n$/);
    for (const node of [one, two]) {
      const served = await Promise.all(
        Object.values(keys).map((key) => statusOf(node.gateway, key, "sandbox-fast")),
      );
      expect(served).toEqual([200, 200, 401, 200, 200, 401]);
      expect(await statusOf(node.gateway, keys.fast, "sandbox-edit")).toBe(403);
      expect(await statusOf(node.gateway, keys.old, "best")).toBe(200);
      expect(upstream.seen.at(-1)?.headers.authorization).toBe(`Bearer ${canary}`);
      expect(await costOf(node.gateway, keys.old, "painted")).toBe("0.060000002");
      expect(await costOf(node.gateway, keys.old, "sandbox-fast")).toBe("0.14");
      // The team's markup, half as much again, goes before that of all.
      expect(await costOf(node.gateway, keys.shop, "sandbox-fast")).toBe("0.105");
    }
    expect((await two.run("export")).out).toBe(state.out);
    writeFileSync(join(one.gateway.folder, "again.yaml"), state.out);
    expect((await one.run("apply", "-f", "again.yaml", "--prune")).out).toMatch(/^No change: /);
    return (await two.run("apply", "-f", "state.yaml", "--prune")).out;
  } finally {
    await Promise.all([one.gateway.close(), two.gateway.close()]);
  }
}

describe("what one gateway exports, another with the same secret serves, and applying it again changes nothing", () => {
  test("on SQLite", async () => {
    expect(await move(() => Promise.resolve({}))).toMatch(/^No change: /);
  });

  test("on Postgres", async (context) => {
    const postgres = requireForTest(context, "Postgres (Debian's package postgresql)", server);
    const databaseOf = async (name: string) => ({ database: { url: await postgres.create(name) } });
    expect(await move(databaseOf)).toMatch(/^No change: /);
  });
});
