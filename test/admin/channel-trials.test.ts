import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { runCommand } from "../cli/run-command.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startMockOpenAi } from "../support/mock-openai.ts";
import { keyWorld } from "./keys-world.ts";

const credential = "sk-to-be-tried-0123456789-TUVW";

/** A gateway and an upstream whose list of models and pictures answer with these statuses. */
async function trialWorld(statuses: { models?: number; images?: number } = {}) {
  const { models = 200, images = 200 } = statuses;
  const upstream = await startMockOpenAi(({ path }) => {
    if (path.endsWith("/models")) {
      const data = [{ id: "painted" }, { id: "other" }];
      return {
        status: models,
        body: JSON.stringify(
          models === 200 ? { data } : { error: { message: `no, ${credential}` } },
        ),
      };
    }
    return images === 200
      ? undefined
      : { status: images, body: '{"error":{"message":"no pictures"}}' };
  });
  onTestFinished(() => upstream.close());
  const world = await keyWorld();
  const make = (id: string, more: object = {}) =>
    world.admin("POST", "/channels", {
      id,
      provider: "openai-compatible",
      settings: { base_url: upstream.url, api_key: credential },
      models: [
        { name: "painted", price: { per_image_usd: 0.02 } },
        { name: "cheap", price: { per_image_usd: 0.01 } },
      ],
      ...more,
    });
  const trial = (id: string, body: object = {}) =>
    world.admin("POST", `/channels/${id}/test`, body);
  return { ...world, upstream, make, trial, folder: (world.gateway as TestGateway).folder };
}

test("a free check costs nothing, and tells each credential's finding", async () => {
  const { make, trial, upstream, admin } = await trialWorld();
  await make("up");
  const answer = await trial("up");
  expect([answer.status, answer.body]).toEqual([
    200,
    {
      object: "channel_test",
      channel: "up",
      ok: true,
      paid: false,
      steps: [{ name: "check", credential: 0, ok: true, found: "it lists 2 models", error: null }],
      model: null,
      cost_usd: null,
      request_id: null,
    },
  ]);
  expect(upstream.seen.map(({ method, path }) => [method, path])).toEqual([["GET", "/v1/models"]]);
  expect((await admin("GET", "/requests")).body.data).toEqual([]);
});

test("a check that fails ends the test, and tells no credential", async () => {
  const { make, trial, upstream } = await trialWorld({ models: 401 });
  await make("up");
  const { status, body } = await trial("up", { paid: true });
  expect([status, body]).toMatchObject([
    200,
    {
      ok: false,
      paid: false,
      steps: [{ name: "check", ok: false, error: { code: expect.stringMatching(/^upstream_/) } }],
    },
  ]);
  expect(JSON.stringify(body)).not.toContain(credential);
  expect(upstream.seen).toHaveLength(1);
});

test("a picture is bought where that is said, and booked as a test on that channel alone", async () => {
  const { make, trial, admin, upstream } = await trialWorld();
  await make("up", { enabled: false });
  await make("rival", { priority: 9, settings: { base_url: "http://127.0.0.1:9/v1" } });
  const answer = await trial("up", { paid: true });
  expect([answer.status, answer.body]).toMatchObject([
    200,
    {
      ok: true,
      paid: true,
      model: "cheap",
      cost_usd: "0.01",
      steps: [{ name: "check" }, { name: "picture", ok: true }],
    },
  ]);
  const [record] = (await admin("GET", "/requests")).body.data ?? [];
  expect(record).toMatchObject({ id: answer.body["request_id"] });
  expect(JSON.stringify(record)).toContain("test:up");
  const named = await trial("up", { paid: true, model: "painted" });
  expect(named.body).toMatchObject({ ok: true, model: "painted", cost_usd: "0.02" });
  // Two tests alike are two pictures.
  expect((await trial("up", { paid: true, model: "painted" })).body["request_id"]).not.toBe(
    named.body["request_id"],
  );
  expect(upstream.seen.filter(({ method }) => method === "POST")).toHaveLength(3);
  const usage = JSON.stringify((await admin("GET", "/usage?group=label,channel")).body);
  expect(usage).toContain('"test"');
  expect((await admin("GET", "/channels/up")).body).toMatchObject({ enabled: false, version: 1 });
});

test("without a free check it is a 409 with model and price, and nothing is asked", async () => {
  const { make, trial, upstream } = await trialWorld({ images: 500 });
  const custom = {
    provider: "custom",
    settings: {
      base_url: upstream.url,
      api_key: credential,
      generation: { path: "/images/generations", fields: { prompt: "{prompt}" } },
    },
  };
  await make("plain", custom);
  const refused = await trial("plain");
  expect([refused.status, refused.body.error]).toMatchObject([
    409,
    {
      code: "conflict",
      param: "paid",
      message: expect.stringContaining("cheap for $0.01"),
      test: { model: "cheap", most_usd: "0.01" },
    },
  ]);
  expect(upstream.seen).toEqual([]);
  const paid = await trial("plain", { paid: true });
  expect([paid.status, paid.body]).toMatchObject([
    200,
    { ok: false, paid: true, steps: [{ name: "picture", ok: false, found: null }], cost_usd: null },
  ]);
  expect((await trial("plain", { model: "none" })).status).toBe(409);
  expect((await trial("none")).status).toBe(404);
  expect((await trial("plain", { payed: true })).body.error?.param).toBe("payed");
  // What makes pictures for nothing needs no word.
  expect((await trial("painter", { model: "sandbox-fast" })).status).toBe(409);
  const free = await make("gratis", {
    provider: "sandbox",
    settings: {},
    models: [{ name: "sandbox-fast", price: "free" }],
  });
  expect(free.status).toBe(201);
  expect((await trial("gratis")).body).toMatchObject({ ok: true, cost_usd: "0" });
});

test("channels are made, shown, changed, tested and deleted by the command line", async () => {
  const { gateway, upstream, folder } = await trialWorld();
  const env = { PINHOLE_URL: gateway.url, PINHOLE_ADMIN_TOKEN: gateway.adminToken };
  const run = (...argv: string[]) => runCommand(["channels", ...argv], { cwd: folder, env });
  const file = join(folder, "credential");
  writeFileSync(file, `${credential}\n`);
  const made = await run(
    "create",
    "--id=up",
    "--provider=openai-compatible",
    "--models=painted,other",
    `--settings=base_url=${upstream.url},api_key=@${file}`,
    "--settings=headers.X-Team=red",
    "--limits=rpm=60,concurrency=2",
    "--priority=4",
    "--json",
  );
  expect([made.code, made.err]).toEqual([0, ""]);
  expect(JSON.parse(made.out)).toMatchObject({
    settings: {
      base_url: upstream.url,
      api_key: { hint: "TUVW" },
      headers: { "X-Team": { hint: "" } },
    },
    models: ["painted", "other"],
    limits: { rpm: 60, concurrency: 2 },
    priority: 4,
  });
  expect((await run("list")).out).toMatch(/up +openai-compatible/);
  const changed = await run("change", "up", "--enabled", "false");
  expect([changed.err, changed.code]).toEqual(["", 0]);
  expect((await run("show", "up")).out).toMatch(/enabled +false/);
  const tested = await run("test", "up", "--url", gateway.url);
  expect([tested.code, tested.out]).toEqual([0, expect.stringContaining("it lists 2 models")]);
  expect(upstream.seen.at(-1)?.headers).toMatchObject({
    authorization: `Bearer ${credential}`,
    "x-team": "red",
  });
  const absent = await run("test", "none", "--url", gateway.url);
  expect([absent.code, absent.err]).toEqual([1, expect.stringContaining("no channel")]);
  const wrong = await run(
    "create",
    "--id",
    "b",
    "--provider",
    "openai",
    "--settings",
    "api_key=@/nowhere",
  );
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining("/nowhere")]);
  expect((await run("delete", "up")).code).toBe(0);
  expect((await run("list")).out).not.toMatch(/^up /m);
});
