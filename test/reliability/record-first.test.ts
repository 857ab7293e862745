import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type CountingUpstream, startCountingUpstream } from "../support/counting-upstream.ts";
import { postJson, startTestGateway, type TestGateway } from "../support/gateway.ts";

/** A call is made ready while its record is written, and leaves only when that is on the disk. */
let upstream: CountingUpstream;
let gateway: TestGateway;
let database: DatabaseSync;

beforeAll(async () => {
  upstream = await startCountingUpstream();
  const settings = { base_url: upstream.url, api_key: "k" };
  gateway = await startTestGateway({
    channels: [
      {
        id: "a",
        provider: "openai-compatible",
        settings,
        models: ["m"],
        limits: { concurrency: 1 },
      },
      { id: "painter", provider: "sandbox", models: ["sandbox-fast"] },
    ],
  });
  database = new DatabaseSync(join(gateway.folder, "data", "pinhole.db"), { timeout: 5000 });
});
afterEach(() => {
  database.exec("DROP TRIGGER IF EXISTS full");
  if (database.isTransaction) database.exec("ROLLBACK");
});
afterAll(async () => {
  database.close();
  await gateway.close();
  await upstream.close();
});

function ask(fields: Record<string, unknown>): Promise<Response> {
  return postJson(gateway, "/v1/images/generations", { model: "m", ...fields });
}

test("no upstream is asked before the record is on the disk", async () => {
  database.exec("BEGIN IMMEDIATE");
  const asked = ask({ prompt: "waits" });
  await sleep(300);
  expect(upstream.tally("waits").asked).toBe(0);
  database.exec("ROLLBACK");
  expect((await asked).status).toBe(200);
  expect(upstream.tally("waits")).toEqual({ asked: 1, made: 1 });
});

test("where the record cannot be written nobody is asked, and the channel is free and well", async () => {
  database.exec(
    "CREATE TRIGGER full BEFORE INSERT ON requests BEGIN SELECT RAISE(ABORT, 'no'); END",
  );
  const refused = await Promise.all([ask({ prompt: "lost" }), ask({ prompt: "lost", n: 2 })]);
  expect(refused.map(({ status }) => status)).toEqual([500, 500]);
  expect(upstream.tally("lost").asked).toBe(0);
  database.exec("DROP TRIGGER full");
  const served = await ask({ prompt: "after" });
  expect(served.status).toBe(200);
  expect(upstream.tally("after").made).toBe(1);
});

test("a provider without an upstream delivers nothing of a request without a record", async () => {
  database.exec(
    "CREATE TRIGGER full BEFORE INSERT ON requests BEGIN SELECT RAISE(ABORT, 'no'); END",
  );
  const model = "sandbox-fast";
  const fields = { model, prompt: "a cat", size: "1024x1024", stream: true, partial_images: 2 };
  const text = await (await ask(fields)).text();
  expect(text).toContain("internal_error");
  expect(text).not.toContain("b64_json");
});
