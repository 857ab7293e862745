import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { loadConfig } from "../../src/config.ts";
import { startTestGateway, testKey } from "../support/gateway.ts";
import { keyWorld, worldOf } from "./keys-world.ts";

const served = [200, undefined];
const refused = [429, "budget_exceeded"];

test("a budget that a key gets counts what it spent since the period began; one that is raised keeps it", async () => {
  const { admin, make, paint } = await keyWorld();
  const { id, key } = await make();
  const budget = (words: unknown) => admin("PATCH", `/keys/${id}`, { budget: words });
  expect(await paint(key)).toEqual(served);
  expect(await paint(key)).toEqual(served);
  await budget({ usd: 0.25 });
  expect(await paint(key)).toEqual(refused);
  await budget({ usd: 0.3 });
  expect(await paint(key)).toEqual(served);
  expect(await paint(key)).toEqual(refused);
  // Another period, and other models, count the same spending anew.
  await budget({ usd: 0.3, period: "day" });
  expect(await paint(key)).toEqual(refused);
  await budget({ usd: 0.3, models: ["sandbox-*"] });
  expect(await paint(key)).toEqual(refused);
  await budget({ usd: 0.3, models: ["other-*"] });
  expect(await paint(key)).toEqual(served);
  // Back to one that was not there for a while: what was spent meanwhile counts.
  await budget({ usd: 0.4 });
  expect(await paint(key)).toEqual(refused);
  await budget(null);
  expect(await paint(key)).toEqual(served);
});

test("a request that is under way counts for a budget that its key gets meanwhile", async () => {
  const { admin, make, paint } = await keyWorld({
    channels: [
      {
        id: "painter",
        provider: "sandbox",
        models: [
          { name: "sandbox-slow", price: { per_image_usd: 0.2 } },
          { name: "sandbox-fast", price: { per_image_usd: 0.1 } },
        ],
      },
    ],
  });
  const { id, key } = await make();
  const running = paint(key, "sandbox-slow");
  const held = async (): Promise<unknown> => {
    const { data } = (await admin("GET", "/requests")).body;
    return data?.[0]?.["state"];
  };
  await expect.poll(held).toBe("running");
  await admin("PATCH", `/keys/${id}`, { budget: { usd: 0.25 } });
  expect(await paint(key)).toEqual(refused);
  expect(await running).toEqual(served);
  expect(await paint(key)).toEqual(refused);
  await admin("PATCH", `/keys/${id}`, { budget: { usd: 0.3 } });
  expect(await paint(key)).toEqual(served);
  expect(await paint(key)).toEqual(refused);
});

test("a key that gets a team, or leaves it, spends for whom it belongs to at the time", async () => {
  const { admin, make, paint } = await keyWorld({
    teams: [{ id: "art", budget: { usd: 0.1 } }, { id: "web" }],
  });
  const { id, key } = await make();
  expect(await paint(key)).toEqual(served);
  await admin("PATCH", `/keys/${id}`, { team: "art" });
  expect(await paint(key)).toEqual(served);
  expect(await paint(key)).toEqual(refused);
  const other = await make({ team: "art" });
  expect(await paint(other.key)).toEqual(refused);
  await admin("PATCH", `/keys/${id}`, { team: "web" });
  expect(await paint(key)).toEqual(served);
});

test("a key of the file that has an id keeps its budgets under another name; without one the name is its identity", async () => {
  const painter = {
    channels: [
      {
        id: "painter",
        provider: "sandbox",
        models: [{ name: "sandbox-fast", price: { per_image_usd: 0.1 } }],
      },
    ],
  };
  const budget = { usd: 0.1, period: "total" };
  const other = `${testKey}-of-another`;
  const named = (one: string, two: string) => ({
    ...painter,
    keys: [
      { id: "k", name: one, key: testKey, budget },
      { name: two, key: other, budget },
    ],
  });
  const gateway = await startTestGateway(named("dev", "lab"));
  try {
    const { paint, admin } = worldOf(gateway);
    for (const key of [testKey, other]) {
      expect(await paint(key)).toEqual(served);
      expect(await paint(key)).toEqual(refused);
    }
    const server = { host: "127.0.0.1", port: 0 };
    const renamed = stringify({ server, ...named("renamed", "renamed too") });
    await writeFile(join(gateway.folder, "pinhole.yaml"), renamed);
    const flags = { cwd: gateway.folder, terminal: false, now: Date.now() };
    await gateway.app.reload(await loadConfig({ env: {}, flags: {}, ...flags }));
    expect((await admin("GET", "/keys/file:k")).body.name).toBe("renamed");
    expect(await paint(testKey)).toEqual(refused);
    expect(await paint(other)).toEqual(served);
  } finally {
    await gateway.close();
  }
});
