import { writeFileSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import { afterEach, describe, expect, test } from "vitest";
import { startApp } from "../../src/app.ts";
import type { CommandContext } from "../../src/cli/command.ts";
import { type MockOpenAi, startMockOpenAi } from "../support/mock-openai.ts";
import { type Outcome, runCommand, temporaryFolder } from "./run-command.ts";

const secret = "sk-test-secret-0123456789";
const mocks: MockOpenAi[] = [];
afterEach(async () => {
  for (const mock of mocks.splice(0)) await mock.close();
});

/** An upstream that lists two models to whoever has the key, and makes pictures. */
async function upstream(): Promise<MockOpenAi> {
  const mock = await startMockOpenAi((request) => {
    if (request.headers.authorization !== `Bearer ${secret}`)
      return { status: 401, body: JSON.stringify({ error: { message: `Wrong key: ${secret}x` } }) };
    const models = { data: [{ id: "sdxl" }, { id: "flux" }] };
    return request.path === "/v1/models"
      ? { status: 200, body: JSON.stringify(models) }
      : undefined;
  });
  mocks.push(mock);
  return mock;
}

const start: CommandContext["start"] = (config) => startApp(config, pino({ level: "silent" }));

/** Runs the command beside a file with these channels. */
async function run(channels: string, argv: readonly string[]): Promise<Outcome> {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, "pinhole.yaml"), `channels:\n${channels}`);
  return await runCommand(["channels", ...argv], { cwd: folder.path, start });
}

const local = (mock: MockOpenAi, rest: string, key = secret): string =>
  `  - { id: local, provider: openai-compatible, settings: { base_url: "${mock.url}", api_key: ${key} }${rest} }\n`;

describe("channels test", () => {
  test("the free check, which pays nothing", async () => {
    const mock = await upstream();
    const outcome = await run(local(mock, ", models: [sdxl]"), ["test", "local"]);
    expect(outcome).toMatchObject({ code: 0, err: "" });
    expect(outcome.out).toBe("channel local answers: it lists 2 models. Nothing was paid.\n");
    expect(mock.seen.map(({ path }) => path)).toEqual(["/v1/models"]);
  });

  test("every credential of a channel is tried, and a wrong one fails, unseen", async () => {
    const mock = await upstream();
    const keys = `  - { id: local, provider: openai-compatible, settings: { base_url: "${mock.url}", api_keys: [${secret}, k-wrong-key-1] }, models: [m] }\n`;
    const outcome = await run(keys, ["test", "local"]);
    expect(outcome.code).toBe(1);
    expect(outcome.err).toMatch(/^pinhole: channel local: .*upstream_credentials/);
    expect(outcome.out + outcome.err).not.toMatch(/sk-test|k-wrong/);
    expect(mock.seen).toHaveLength(2);
    const json = await run(keys, ["test", "local", "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({
      ok: false,
      channel: "local",
      error: { code: "upstream_credentials" },
    });
  });

  test("without a free check, model and price are named and nothing is sent", async () => {
    const mock = await upstream();
    const priced =
      "{ name: big, price: { per_image_usd: 0.5 } }, { name: small, price: { per_image_usd: 0.02 } }";
    const channels = `  - { id: blind, provider: custom, settings: { base_url: "${mock.url}", api_key: x, generation: { path: /images/generations, fields: { prompt: "{prompt}", n: "{n}", size: "{size}" } } }, models: [${priced}] }\n`;
    const outcome = await run(channels, ["test", "blind"]);
    expect(outcome).toMatchObject({ code: 2, out: "" });
    expect(outcome.err).toContain("--paid` makes one real picture with small, for $0.02");
    const named = await run(channels, ["test", "blind", "--model", "big"]);
    expect(named.err).toContain("with big, for $0.5");
    expect((await run(channels, ["test", "blind", "--model", "none"])).code).toBe(2);
    expect(mock.seen).toEqual([]);
  });

  test("--paid makes one picture on the real path and tells its cost, never its bytes", async () => {
    const mock = await upstream();
    const channels = local(
      mock,
      ", enabled: false, models: [{ name: ours, upstream: sdxl, card: { sizes: [1024x1024, 512x512], qualities: [low, high] }, price: { per_image_usd: 0.03 } }]",
    );
    const outcome = await run(channels, ["test", "local", "--paid"]);
    expect(outcome.code).toBe(0);
    expect(outcome.out).toMatch(
      /^channel local made a picture with ours \(512x512, png\) in \d+ ms for \$0\.03\.\n/,
    );
    expect(outcome.out.length + outcome.err.length).toBeLessThan(1000);
    const [call, ...more] = mock.seen;
    expect(more).toEqual([]);
    expect(call?.json).toMatchObject({ model: "sdxl", n: 1, size: "512x512", quality: "low" });
    const json = await run(channels, ["test", "local", "--paid", "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({ ok: true, model: "ours", cost_usd: "0.03" });
  });

  test("--paid that fails is a failure with its code", async () => {
    const mock = await upstream();
    const outcome = await run(local(mock, ", models: [sdxl]", "k-wrong-key-1"), [
      "test",
      "local",
      "--paid",
    ]);
    expect(outcome.code).toBe(1);
    expect(outcome.err).toMatch(/pinhole: channel local: /);
    expect(outcome.err).not.toContain("k-wrong");
  });

  test("what does not exist is said", async () => {
    const mock = await upstream();
    const channels = local(mock, ", models: [m]");
    expect(await run(channels, ["test", "other"])).toMatchObject({
      code: 2,
      err: "pinhole: there is no channel `other`; there are local; --url asks a running gateway for one of its database\n",
    });
    expect((await run(channels, ["prove", "local"])).code).toBe(2);
    expect((await run("  - { id: a, provider: nobody }\n", ["test", "a"])).code).toBe(1);
  });
});

describe("channels models", () => {
  test("lists what the upstream has, also where the channel names none yet", async () => {
    const mock = await upstream();
    const outcome = await run(local(mock, ""), ["models", "local"]);
    expect(outcome).toMatchObject({ code: 0, err: "", out: "        sdxl\n        flux\n" });
  });

  test("marks what is served, and what is served in vain", async () => {
    const mock = await upstream();
    const channels = local(mock, ", models: [{ name: ours, upstream: sdxl }, gone]");
    const outcome = await run(channels, ["models", "local"]);
    expect(outcome.out).toBe(
      "served  sdxl\n        flux\nmissing  gone: the channel names it, its upstream does not list it\n",
    );
    const json = await run(channels, ["models", "local", "--json"]);
    expect(JSON.parse(json.out)).toEqual({
      ok: true,
      channel: "local",
      models: ["sdxl", "flux"],
      served: ["sdxl", "gone"],
      missing: ["gone"],
    });
  });

  test("an upstream that lists nothing", async () => {
    const channels = `  - { id: play, provider: sandbox }\n`;
    expect(await run(channels, ["models", "play"])).toMatchObject({
      code: 2,
      err: "pinhole: Sandbox does not list its models\n",
    });
  });
});
