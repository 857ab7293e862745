import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { type Outcome, runCommand } from "./run-command.ts";

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

const run = (...argv: string[]): Promise<Outcome> =>
  runCommand(["keys", ...argv, "--json"], {
    cwd: gateway.folder,
    env: { PINHOLE_URL: gateway.url, PINHOLE_ADMIN_TOKEN: gateway.adminToken },
  });

/** The answer of a command that went well; the tests compare what they use of it. */
async function told(...argv: string[]): Promise<Record<string, unknown>> {
  const { code, out, err } = await run(...argv);
  if (code !== 0) throw new Error(err);
  return JSON.parse(out) as Record<string, unknown>;
}

const opens = async (key: unknown): Promise<number> =>
  (await fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${String(key)}` } }))
    .status;

test("a key's whole life from a terminal: made, shown, changed, rotated and revoked", async () => {
  const budget = ["--budget", "usd=0.5,period=day", "--ip-allow", "127.0.0.1,10.0.0.0/8"];
  const made = await told("create", "--id", "shop", "--name", "web shop", ...budget);
  expect(made).toMatchObject({
    id: "shop",
    budget: [{ usd: "0.5", period: "day", hard: true }],
    ip_allow: ["127.0.0.1", "10.0.0.0/8"],
    version: 1,
  });
  expect(await opens(made["key"])).toBe(200);
  // Each change is made from the version that stands, which the command reads by itself.
  expect(await told("change", "shop", "--rpm", "5", "--ip-allow", "null")).toMatchObject({
    rpm: 5,
    ip_allow: null,
    version: 2,
  });
  const rotated = await told("rotate", "shop", "--overlap", "1h");
  expect(rotated).toMatchObject({ id: "shop", version: 3, previous: { last_used_at: null } });
  expect([await opens(made["key"]), await opens(rotated["key"])]).toEqual([200, 200]);
  const stale = await run("rotate", "shop", "--if-match", "2");
  expect([stale.code, JSON.parse(stale.err)]).toMatchObject([1, { error: { status: 412 } }]);
  const shown = await told("show", "shop");
  expect(shown).toMatchObject({ id: "shop", version: 3 });
  expect(JSON.stringify(shown)).not.toContain(String(rotated["key"]));
  expect(await told("revoke", "shop")).toMatchObject({ id: "shop", version: 4 });
  expect([await opens(made["key"]), await opens(rotated["key"])]).toEqual([401, 401]);
  const listed = await told("list", "--removed", "true");
  expect(listed["data"]).toContainEqual(expect.objectContaining({ id: "shop", version: 4 }));
});
