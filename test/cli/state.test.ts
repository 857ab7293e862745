import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Outcome, runCommand } from "./run-command.ts";

const canary = "canary-of-the-shop-0123456789";
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ teams: [{ id: "house", rpm: 5 }] });
});
afterAll(() => gateway.close());

const run = (argv: readonly string[], env: Record<string, string> = {}): Promise<Outcome> =>
  runCommand(argv, {
    cwd: gateway.folder,
    env: { PINHOLE_URL: gateway.url, PINHOLE_ADMIN_TOKEN: gateway.adminToken, ...env },
  });

/** Applies this text as `state.yaml`. */
function apply(text: string, flags: readonly string[] = [], env: Record<string, string> = {}) {
  writeFileSync(join(gateway.folder, "state.yaml"), text);
  return run(["apply", "-f", "state.yaml", ...flags], env);
}

async function admin(path: string, init: RequestInit = {}) {
  const headers = {
    authorization: `Bearer ${gateway.adminToken}`,
    "content-type": "application/json",
  };
  const answer = await fetch(`${gateway.url}/admin/v1/${path}`, { headers, ...init });
  return { status: answer.status, body: (await answer.json()) as Record<string, never> };
}
const served = async (): Promise<number> => Number((await admin("export")).body["version"]);
const audited = async () =>
  (await admin("audit?limit=100")).body["data"] as unknown as Record<string, unknown>[];
const opens = async (key: string): Promise<number> =>
  (await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status;

const shop = `
teams:
  - { id: art, rpm: "\${ART_RPM:-60}", budget: { usd: 500 } }
users:
  - { id: ann, team: art }
keys:
  - id: shop
    name: web shop
    key: \${SHOP_KEY}
    user: ann
    models: [sandbox-fast]
    budget: { usd: 40, period: week }
`;

describe("a state from a terminal", () => {
  test("is made in one change with its audit, told field by field, and made once", async () => {
    const before = await served();
    const dry = await apply(shop, ["--dry-run"], { SHOP_KEY: canary });
    expect([dry.err, dry.code]).toEqual(["", 0]);
    expect(dry.out).toContain("3 changes to make, 0 entries are as wanted; nothing was done");
    expect([await served(), await opens(canary)]).toEqual([before, 401]);

    const made = await apply(shop, [], { SHOP_KEY: canary });
    expect([made.err, made.code]).toEqual(["", 0]);
    expect(made.out).toBe(
      [
        "+ team art",
        '    models: ["*"]',
        "    rpm: 60",
        '    budget: [{"usd":"500","period":"month","hard":true}]',
        "+ user ann",
        "    team: art",
        '    models: ["*"]',
        "+ key shop",
        "    name: web shop",
        '    models: ["sandbox-fast"]',
        "    user: ann",
        '    budget: [{"usd":"40","period":"week","hard":true}]',
        `    key: …${canary.slice(-4)}`,
        `3 changes made, 0 entries are as wanted; version ${before + 1}.`,
        "",
      ].join("\n"),
    );
    expect([await served(), await opens(canary)]).toEqual([before + 1, 200]);
    const rows = (await audited()).filter((row) => row["action"] === "create").slice(0, 3);
    expect(new Set(rows.map((row) => row["request_id"])).size).toBe(1);
    expect(new Set(rows.map((row) => row["resource"]))).toEqual(new Set(["team", "user", "key"]));

    const again = await apply(shop, ["--prune"], { SHOP_KEY: canary });
    expect([again.out, again.code]).toEqual(["No change: 3 entries are as wanted.\n", 0]);
    expect(await served()).toBe(before + 1);
  });

  test("of what is there changes what differs alone", async () => {
    const changed = shop.replace("usd: 500", "usd: 800").replace("web shop", "the shop");
    const done = await apply(changed, [], { SHOP_KEY: "another-key-0123456789-wxyz" });
    expect(done.out.split("\n").slice(0, -2)).toEqual([
      "~ team art",
      '    budget: [{"usd":"500","period":"month","hard":true}] → [{"usd":"800","period":"month","hard":true}]',
      "~ key shop",
      "    name: web shop → the shop",
      `    key: …${canary.slice(-4)} → …wxyz`,
    ]);
    expect([await opens(canary), await opens("another-key-0123456789-wxyz")]).toEqual([401, 200]);
    // A key of the state that says nothing of its secret keeps the one that it has.
    const silent = changed.replace("    key: ${SHOP_KEY}\n", "");
    expect((await apply(silent)).out).toBe("No change: 3 entries are as wanted.\n");
    expect((await apply(shop, [], { SHOP_KEY: canary })).code).toBe(0);
  });

  test("with faults changes nothing, and tells all of them at their lines", async () => {
    const before = await served();
    const done = await apply(
      `teams:
  - id: house
    rpm: 9
  - id: new-team
users:
  - id: bob
    team: nowhere
  - id: eve
    rpm: many
keys:
  - id: shop
    name: renamed
    version: 1000
  - { id: silent, name: without a secret }
  - { id: unset, name: of a variable, key: "\${NO_SUCH_VARIABLE}" }
  - { id: shop, name: twice }
  - { id: alike, name: alike, key: ${canary} }
  - { id: old, name: of elsewhere, digest: "${"0".repeat(8)}:${"a".repeat(64)}" }
  - id: typo
    nmae: x
    key: 0123456789012345678901234567890
server: { port: 1 }
`,
    );
    expect(done.code).toBe(1);
    expect(done.err.split("\n").map((line) => line.replace(/^(state.yaml:\d+: .{0,60}).*/, "$1")))
      .toMatchInlineSnapshot(`
      [
        "state.yaml:2: the team \`house\` is held by the configuration file (pinhole.",
        "state.yaml:7: \`bob\`: there is no team \`nowhere\`; add it to \`teams\`, or nam",
        "state.yaml:9: \`eve\`: \`users[1].rpm\` must be a whole number from 1 to 10000",
        "state.yaml:13: the key \`shop\` was changed since version 1000, and is at ver",
        "state.yaml:14: there is no key \`silent\` yet, so it needs a \`key\` (\`key: \${S",
        "state.yaml:15: \`unset\`: the environment variable NO_SUCH_VARIABLE is not se",
        "state.yaml:16: another entry of \`keys\` has the id \`shop\` already; choose a ",
        "state.yaml:17: \`alike\`: the key \`shop\` has the same secret; make a new one",
        "state.yaml:18: \`old\`: was made with another secret than this gateway's \`PIN",
        "state.yaml:19: \`typo\`: \`keys[6].name\` is missing; it must be text of 1 to 2",
        "state.yaml:20: \`typo\`: unknown setting \`nmae\`; did you mean \`name\`?",
        "state.yaml:21: \`typo\`: \`keys[6].key\` must be text of 20 characters or more,",
        "state.yaml:22: unknown setting \`server\`",
        "13 faults; nothing was changed",
        "",
      ]
    `);
    expect(done.err).not.toContain(canary);
    expect(await served()).toBe(before);
  });

  test("ends what it does not have where it is asked to, in the sections that it has", async () => {
    await run(["keys", "create", "--id", "stray", "--name", "stray"]);
    await run(["teams", "create", "--id", "lost"]);
    const kept = await apply(shop, [], { SHOP_KEY: canary });
    expect(kept.out).toContain("No change");
    const dry = await apply("keys: []\n", ["--dry-run", "--prune"]);
    expect(dry.out).toMatch(/^- key \S+ \(revoke\)\n/);
    expect(dry.out).not.toContain("team");
    const done = await apply(shop, ["--prune", "--json"], { SHOP_KEY: canary });
    expect(JSON.parse(done.out)).toMatchObject({
      applied: true,
      changes: [
        { action: "disable", resource: "team", id: "lost" },
        { action: "revoke", resource: "key", id: "stray" },
      ],
      unchanged: 3,
    });
    expect((await run(["keys", "show", "stray", "--json"])).out).toMatch(/"removed_at":"2/);
    const back = await apply("keys: [{ id: stray, name: stray, key: a-key-0123456789-abcdef }]\n");
    expect(back.err).toContain("state.yaml:1: the key `stray` was revoked at");
  });

  test("of a version is made from that one only", async () => {
    const version = await served();
    const stale = await apply(shop, ["--if-match", String(version - 1)], { SHOP_KEY: canary });
    expect([stale.code, stale.err]).toEqual([1, expect.stringContaining("is at version")]);
    const team = (await run(["export", "--versions"])).out;
    await run(["teams", "change", "art", "--name", "arts"]);
    const other = await apply(team.replace("rpm: 60", "rpm: 70"));
    expect(other.err).toMatch(/state.yaml:\d+: the team `art` was changed since version \d/);
    expect((await apply(team.replaceAll(/ +version: .*\n/g, ""))).out).toContain(
      "name: arts → none",
    );
  });

  test("is exported without secrets, and brings back each text as it is", async () => {
    const odd = "a ${NAME} and $${NAME:-x} and ${open";
    await run(["teams", "create", "--id", "odd", "--name", odd]);
    const { out } = await run(["export"]);
    expect(out).not.toContain(canary);
    const state = parse(out) as Record<string, Record<string, unknown>[]>;
    const parts = "teams users keys channels money prices aliases policy";
    expect(Object.keys(state)).toEqual(parts.split(" "));
    expect(state["keys"]?.find(({ id }) => id === "shop")).toMatchObject({
      name: "web shop",
      hint: canary.slice(-4),
      digest: expect.stringMatching(/^[0-9a-f]{8}:[0-9a-f]{64}$/) as unknown,
    });
    expect((await apply(out, ["--prune"])).out).toMatch(/^No change/);
    expect(JSON.parse((await run(["teams", "show", "odd", "--json"])).out)).toMatchObject({
      name: odd,
    });
  });

  test("and a change that comes at the same time are both made", async () => {
    const limits = [1, 2, 3, 4, 5, 6];
    const body = (rpm: number) =>
      JSON.stringify({ state: { teams: [{ id: `team-${rpm}`, rpm }] } });
    const done = await Promise.all(
      limits.flatMap((rpm) => [
        admin("apply", { method: "POST", body: body(rpm) }),
        admin("teams", { method: "POST", body: JSON.stringify({ id: `other-${rpm}` }) }),
      ]),
    );
    expect(new Set(done.map(({ status }) => status))).toEqual(new Set([200, 201]));
    const teams = (await admin("teams?limit=100")).body["data"] as unknown as { id: string }[];
    for (const rpm of limits)
      expect(teams.map(({ id }) => id)).toEqual(
        expect.arrayContaining([`team-${rpm}`, `other-${rpm}`]),
      );
  });

  test.each([
    ["no YAML", "keys: [", /state.yaml:1: not valid YAML/],
    ["no list", "keys: {}", /state.yaml:1: `keys` must be a list of keys/],
    [
      "a variable by the name of what objects have",
      "teams: [{ id: a, name: '${constructor}' }]",
      /state.yaml:1: `a`: the environment variable constructor is not set/,
    ],
    ["nested without end", `teams: ${"[".repeat(60)}${"]".repeat(60)}`, /nested deeper than 40/],
  ])("that is %s is refused at its line", async (_, text, words) => {
    const done = await apply(text);
    expect([done.code, done.err]).toEqual([1, expect.stringMatching(words)]);
  });

  test("without its file is a wrong call", async () => {
    const done = await run(["apply", "-f", "none.yaml"]);
    expect([done.code, done.err]).toEqual([
      2,
      "pinhole: cannot read none.yaml (ENOENT); is there such a file?\n",
    ]);
  });
});
