import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { startTestGateway, type TestGateway, testKey } from "../support/gateway.ts";
import { startMockOpenAi } from "../support/mock-openai.ts";
import { type Outcome, runCommand } from "./run-command.ts";

const canaries = {
  UP_KEY: "sk-canary-of-one-0123456789-WXYZ",
  ALIKE: "sk-canary-of-two-9876543210-WXYZ",
};
let gateway: TestGateway;
let upstream: Awaited<ReturnType<typeof startMockOpenAi>>;
beforeAll(async () => {
  upstream = await startMockOpenAi();
  gateway = await startTestGateway({ channels: [{ id: "house", provider: "sandbox" }] });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const run = (argv: readonly string[], env: Record<string, string> = {}): Promise<Outcome> =>
  runCommand(argv, {
    cwd: gateway.folder,
    env: { PINHOLE_URL: gateway.url, PINHOLE_ADMIN_TOKEN: gateway.adminToken, ...env },
  });

/** Applies this text as `state.yaml`. */
function apply(text: string, flags: readonly string[] = [], env: Record<string, string> = {}) {
  writeFileSync(join(gateway.folder, "state.yaml"), text);
  return run(["apply", "-f", "state.yaml", ...flags], { ...canaries, ...env });
}

const statusOf = async (model: string): Promise<number> => {
  const headers = { authorization: `Bearer ${testKey}`, "content-type": "application/json" };
  const body = JSON.stringify({ model, prompt: "a fox" });
  const init = { method: "POST", headers, body };
  const answer = await fetch(`${gateway.url}/v1/images/generations`, init);
  await answer.arrayBuffer();
  return answer.status;
};

const state = () => `
channels:
  - id: up
    provider: openai-compatible
    settings: { base_url: "${upstream.url}/v1", api_key: "\${UP_KEY}" }
    models: [{ name: painted, price: { per_image_usd: 0.02 } }]
    limits: { rpm: 600 }
`;

test("channels are made, changed and deleted by a state, their credentials shown by four characters", async () => {
  const made = await apply(state());
  expect([made.err, made.code]).toEqual(["", 0]);
  expect(made.out).toContain("+ channel up\n");
  expect(made.out).toContain("    settings.api_key: …WXYZ\n");
  expect(await statusOf("painted")).toBe(200);
  expect(upstream.seen.at(-1)?.headers.authorization).toBe(`Bearer ${canaries.UP_KEY}`);
  expect((await apply(state(), ["--prune"])).out).toBe("No change: 1 entry is as wanted.\n");

  const faster = state().replace("rpm: 600", "rpm: 700");
  const changed = await apply(faster, [], { UP_KEY: canaries.ALIKE });
  expect(changed.out.split("\n").slice(0, -2)).toEqual([
    "~ channel up",
    "    limits.rpm: 600 → 700",
    "    settings.api_key: … → … (another)",
  ]);
  await statusOf("painted");
  expect(upstream.seen.at(-1)?.headers.authorization).toBe(`Bearer ${canaries.ALIKE}`);
  for (const text of [made.out, changed.out]) expect(text).not.toMatch(/canary/);

  expect((await apply("keys: []\n", ["--dry-run", "--prune"])).out).not.toContain("channel");
  expect((await apply("channels: []\n", ["--prune"])).out).toMatch(/^- channel up \(delete\)\n/);
  expect(await statusOf("painted")).toBe(404);
  // What is made again goes on counting its versions.
  expect((await apply(state())).code).toBe(0);
  expect(JSON.parse((await run(["channels", "show", "up", "--json"])).out)).toMatchObject({
    version: 4,
  });
  const audit = await run(["audit", "list", "--resource", "channel", "--json"]);
  const rows = (JSON.parse(audit.out) as { data: { action: string }[] }).data;
  expect(rows.map(({ action }) => action)).toEqual(["create", "delete", "change", "create"]);
  expect(audit.out).not.toMatch(/canary/);
});

test("channels are exported with the names of variables, which bring them back", async () => {
  const words = ["channels", "create", "--id", "many.keys", "--provider", "openai-compatible"];
  const made = await run([
    ...words,
    "--settings",
    `base_url=${upstream.url}/v1`,
    "--settings",
    JSON.stringify({ api_keys: Object.values(canaries) }),
    "--models",
    "other,another",
  ]);
  expect(made.err).toBe("");
  const { out } = await run(["export"]);
  expect(out).not.toMatch(/canary/);
  const channels = (parse(out) as { channels: object[] }).channels;
  expect(channels).toMatchObject([
    {
      id: "many.keys",
      models: ["other", "another"],
      settings: {
        api_keys: ["${CHANNEL_MANY_KEYS_API_KEYS_0}", "${CHANNEL_MANY_KEYS_API_KEYS_1}"],
      },
    },
    { id: "up", settings: { api_key: "${CHANNEL_UP_API_KEY}" } },
  ]);
  const env = {
    CHANNEL_UP_API_KEY: canaries.UP_KEY,
    CHANNEL_MANY_KEYS_API_KEYS_0: canaries.UP_KEY,
    CHANNEL_MANY_KEYS_API_KEYS_1: canaries.ALIKE,
  };
  const again = await apply(out, ["--prune"], env);
  expect([again.err, again.out.split(":")[0]]).toEqual(["", "No change"]);
  const without = await apply(out, [], { ...env, CHANNEL_UP_API_KEY: "" });
  expect(without.code).toBe(1);
  const missing = await apply(out);
  expect(missing.err).toMatch(
    /state.yaml:\d+: `up`: the environment variable CHANNEL_UP_API_KEY is not set/,
  );
});

test("channels at fault are told at their lines, and nothing is changed", async () => {
  const before = (await run(["export"])).out;
  const done = await apply(`channels:
  - id: house
    provider: sandbox
  - id: typo
    provider: openai-compatible
    settings:
      base_url: http://127.0.0.1:9/v1
      api_kee: "\${UP_KEY}"
    models: [a]
    priority: high
  - id: none
    provider: opnai
  - provider: sandbox
  - id: up
    provider: openai-compatible
    settings: { base_url: "http://127.0.0.1:9/v1", api_key: { hint: WXYZ } }
    models: [painted]
`);
  expect(done.code).toBe(1);
  expect(done.err.split("\n").map((line) => line.replace(/^(state.yaml:\d+: .{0,70}).*/, "$1")))
    .toMatchInlineSnapshot(`
    [
      "state.yaml:2: the channel \`house\` is held by the configuration (pinhole.yaml, line 8",
      "state.yaml:8: \`typo\`: unknown setting \`api_kee\`; did you mean \`api_key\`?",
      "state.yaml:10: \`typo\`: \`priority\` must be a whole number from -1000 to 1000, not "hig",
      "state.yaml:12: \`none\`: there is no provider \`opnai\`; did you mean \`openai\`?",
      "state.yaml:13: \`channels[3].id\` must be letters, digits, dots, hyphens and underscore",
      "state.yaml:16: \`up\`: \`settings.api_key\` was given for another address; give it again ",
      "6 faults; nothing was changed",
      "",
    ]
  `);
  expect(done.err).not.toMatch(/canary/);
  expect((await run(["export"])).out).toBe(before);
});

test("aliases, policies and the default model are parts of a state, as the file has them", async () => {
  const names = `aliases:
  fast: sandbox-fast
  "a/b c": [sandbox-partial, sandbox-fast]
policy:
  style: prompt
default_model: fast
`;
  const made = await apply(names);
  expect([made.err, made.out.split("\n").slice(0, -2)]).toEqual([
    "",
    [
      "+ alias fast",
      '    models: ["sandbox-fast"]',
      "+ alias a/b c",
      '    models: ["sandbox-partial","sandbox-fast"]',
      "+ policy style",
      "    value: prompt",
      "+ policy default_model",
      "    value: fast",
    ],
  ]);
  expect(await statusOf("a/b c")).toBe(200);
  expect((await apply(names, ["--prune"])).out).toBe("No change: 4 entries are as wanted.\n");
  const { out } = await run(["export"]);
  expect(parse(out)).toMatchObject({
    aliases: { fast: ["sandbox-fast"], "a/b c": ["sandbox-partial", "sandbox-fast"] },
    policy: { style: "prompt" },
    default_model: "fast",
  });
  const faulty = await apply(`aliases:
  fast: none-such
policy:
  strict: maybe
  stricct: true
default_model: 7
`);
  expect(faulty.err.split("\n").map((line) => line.replace(/^(state.yaml:\d+: .{0,60}).*/, "$1")))
    .toMatchInlineSnapshot(`
    [
      "state.yaml:2: no channel serves the model \`none-such\`",
      "state.yaml:4: \`value\` must be true or false, not "maybe"",
      "state.yaml:5: there is no policy \`stricct\`; did you mean \`strict\`?",
      "state.yaml:6: \`value\` must be text, not 7",
      "4 faults; nothing was changed",
      "",
    ]
  `);
  const less = await apply("aliases: { fast: sandbox-fast }\npolicy: { style: prompt }\n", [
    "--prune",
  ]);
  expect(less.out.split("\n").slice(0, -2)).toEqual([
    "- alias a/b c (delete)",
    "- policy default_model (delete)",
  ]);
});

test("prices and settings of money at fault are told at their lines, and nothing is changed", async () => {
  const before = (await run(["export"])).out;
  const done = await apply(`prices:
  - model: sandbox-fast
    price:
      per_imge_usd: 1
  - price: free
  - { model: a, channel: none, price: free }
  - { model: b, price: free }
  - { id: other, model: b, price: free }
  - { model: b, price: 7 }
  - { id: 7, model: c, price: free }
  - { model: d, price: "$\{UNSET}" }
money:
  markup: { times: -1 }
  tax: { x: 1 }
`);
  expect(done.code).toBe(1);
  expect(done.err.split("\n").map((line) => line.replace(/^(state.yaml:\d+: .{0,90}).*/, "$1")))
    .toMatchInlineSnapshot(`
      [
        "state.yaml:4: unknown setting \`per_imge_usd\`; did you mean \`per_image_usd\`?",
        "state.yaml:5: \`model\` is missing; it must be text",
        "state.yaml:6: there is no channel \`none\`; remove the entry or its \`channel\`",
        "state.yaml:8: \`other\`: another price (\`b\`) is for \`b\` in the same place; change that one, or give this o",
        "state.yaml:9: another entry of \`prices\` has the id \`b\` already; choose a different one",
        "state.yaml:10: \`prices[6].id\` must be text of 1 to 200 characters, on one line",
        "state.yaml:11: the environment variable UNSET is not set; set it, or give a default: \${UNSET:-…}",
        "state.yaml:11: \`price\` must be free, or a group of prices, not "\${UNSET}"",
        "state.yaml:13: \`value.times\` must be a number, 0 or more, not -1",
        "state.yaml:14: there is no setting of \`money\` \`tax\`; there are markup, rates",
        "10 faults; nothing was changed",
        "",
      ]
    `);
  expect((await run(["export"])).out).toBe(before);
});
