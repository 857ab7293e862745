import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { testKey, type TestGateway } from "../support/gateway.ts";
import { type KeyWorld, keyWorld } from "./keys-world.ts";

/** Rows of the database that somebody has damaged while the gateway runs: each is out of service, and no other. */

const budget = { usd: 5, period: "day" };
const kinds = ["channels", "aliases", "prices", "policies", "keys", "teams", "users"];
const patience = { timeout: 30_000 };

function database(world: KeyWorld, work: (database: DatabaseSync) => void): void {
  const { folder } = world.gateway as TestGateway;
  const opened = new DatabaseSync(join(folder, "data", "pinhole.db"));
  try {
    work(opened);
    // As if another node had changed something: all rows are read again.
    opened.exec(
      "UPDATE settings SET value = CAST(value AS integer) + 1 WHERE name = 'config_version'",
    );
  } finally {
    opened.close();
  }
}

/** Entries that are told as faulty, by kind and id. */
async function faulty({ admin }: KeyWorld): Promise<string[]> {
  const found: string[] = [];
  for (const kind of kinds) {
    const { status, body } = await admin("GET", `/${kind}`);
    expect([kind, status]).toEqual([kind, 200]);
    for (const entry of body.data ?? []) {
      if (entry["faulty"] !== true) continue;
      expect([entry.id, entry["fault"]]).toEqual([entry.id, expect.stringMatching(/\S/)]);
      found.push(`${kind} ${entry.id}`);
    }
  }
  return found;
}

/** Has notices reviewed now and not within a minute. */
async function review({ gateway }: KeyWorld): Promise<void> {
  const { app, folder, adminToken } = gateway as TestGateway;
  const env = { PINHOLE_ADMIN_TOKEN: adminToken };
  await app.reload(await loadConfig({ env, flags: {}, cwd: folder }));
}

async function notices({ admin }: KeyWorld, state: string): Promise<string[]> {
  const { body } = await admin("GET", `/notices?kind=entry_faulty&limit=100&state=${state}`);
  return (body.data ?? []).map((notice) => String(notice["object"])).toSorted();
}

const faults = [
  "channels broken",
  "channels sealed",
  "aliases best",
  "prices sandbox-edit",
  "policies strict",
  "keys shop",
  "teams art",
  "users ann",
];
const objects = [
  "alias best",
  "channel broken",
  "channel sealed",
  "key shop",
  "policy strict",
  "price sandbox-edit",
  "team art",
  "user ann",
];

/** A gateway with two of each, of which one is damaged later; the secrets of keys by their ids. */
async function begin() {
  const world = await keyWorld();
  const { admin } = world;
  const made = async (path: string, body: object): Promise<string> => {
    const { status, body: answer } = await admin("POST", path, body);
    expect([path, body, status]).toEqual([path, body, 201]);
    return answer.key;
  };
  const channel = { provider: "sandbox", models: [{ name: "own", upstream: "sandbox-fast" }] };
  const account = {
    provider: "openai-compatible",
    settings: { base_url: "http://127.0.0.1:9/v1", api_key: "sk-canary-of-a-row-1234" },
    models: [{ name: "far", price: "free" }],
  };
  await made("/channels", { id: "whole", ...channel });
  await made("/channels", { id: "broken", ...channel, models: ["sandbox-partial"] });
  await made("/channels", { id: "sealed", ...account });
  await made("/aliases", { id: "best", models: ["own"] });
  await made("/aliases", { id: "good", models: ["own"] });
  await made("/prices", { model: "sandbox-edit", price: { per_image_usd: 1 } });
  await made("/policies", { id: "strict", value: false });
  await made("/teams", { id: "art", markup: { times: 2 } });
  await made("/users", { id: "ann", models: ["*"] });
  const keys = {
    whole: await made("/keys", { id: "other", name: "other", budget }),
    shop: await made("/keys", { id: "shop", name: "shop", budget }),
    art: await made("/keys", { id: "of-art", name: "of art", team: "art" }),
    ann: await made("/keys", { id: "of-ann", name: "of ann", user: "ann" }),
  };
  return { world, keys };
}

test("a damaged row is out of service alone, is told, and serves again once it is set anew", async () => {
  const { world, keys } = await begin();
  const { admin, paint } = world;
  database(world, (opened) => {
    const set = (change: string, kind: string, id: string): void => {
      const sql = `UPDATE resources SET ${change} WHERE kind = ? AND id = ?`;
      expect(opened.prepare(sql).run(kind, id).changes).toBe(1);
    };
    set("words = substr(words, 1, 20)", "channel", "broken");
    set("secrets = replace(secrets, ':', '.')", "channel", "sealed");
    set("words = '{\"models\": 7}'", "alias", "best");
    set("words = replace(words, 'per_image_usd', 'per_picture')", "price", "sandbox-edit");
    set("words = '[]'", "policy", "strict");
    opened.exec("UPDATE keys SET budgets = '[{', labels = 'x' WHERE id = 'shop'");
    opened.exec("UPDATE teams SET markup = '{\"times\": true}' WHERE id = 'art'");
    opened.exec("UPDATE users SET models = '{}' WHERE id = 'ann'");
  });
  await expect.poll(() => faulty(world), patience).toEqual(faults);

  for (const key of [testKey, keys.whole])
    for (const model of ["sandbox-fast", "own", "good"])
      expect([model, await paint(key, model)]).toEqual([model, [200, undefined]]);
  for (const key of [keys.shop, keys.art, keys.ann])
    expect(await paint(key)).toEqual([401, "invalid_api_key"]);
  for (const model of ["sandbox-partial", "far", "best"])
    expect([model, await paint(testKey, model)]).toEqual([model, [404, "model_not_found"]]);
  await review(world);
  expect(await notices(world, "open")).toEqual(objects);
  const doctor = await admin("GET", "/doctor");
  for (const object of objects) expect(JSON.stringify(doctor.body)).toContain(object);
  // What an export would say of them is what nobody has ever said.
  expect((await admin("GET", "/export")).status).toBe(409);

  // A change that leaves it damaged is none.
  for (const [path, body, param] of [
    ["/keys/shop", { name: "the shop" }, "budget"],
    ["/keys/shop", { budget }, "labels"],
    ["/teams/art", { rpm: 7 }, "markup"],
    ["/teams/art", { disabled: true }, "markup"],
    ["/users/ann", { name: "Ann" }, "models"],
  ] as const) {
    const { status, body: answer } = await admin("PATCH", path, body);
    expect([path, body, status, answer.error?.param]).toEqual([path, body, 400, param]);
  }
  expect((await admin("DELETE", "/teams/art")).status).toBe(400);

  await mend(world);
  expect(await faulty(world)).toEqual([]);
  for (const key of [keys.shop, keys.art, keys.ann])
    expect(await paint(key)).toEqual([200, undefined]);
  for (const model of ["sandbox-partial", "best"])
    expect((await paint(testKey, model))[1]).not.toBe("model_not_found");
  expect((await paint(testKey, "far"))[0]).toBe(502);
  expect((await admin("GET", "/keys/shop")).body).toMatchObject({ labels: [], budget: [{}] });
  await review(world);
  expect([await notices(world, "open"), await notices(world, "recovered")]).toEqual([[], objects]);
  expect((await admin("GET", "/export")).status).toBe(200);
  const dry = { state: { keys: [{ id: "shop", name: "shop", budget }] }, dry_run: true };
  expect((await admin("POST", "/apply", dry)).body["changes"]).toEqual([]);
});

/** Sets anew what was damaged, each in its own way. */
async function mend({ admin }: KeyWorld): Promise<void> {
  for (const [method, path, body] of [
    ["PATCH", "/channels/broken", { provider: "sandbox", models: ["sandbox-partial"] }],
    ["PATCH", "/channels/sealed", { settings: { api_key: "sk-another-canary-5678" } }],
    ["PATCH", "/aliases/best", { models: ["own"] }],
    ["PATCH", "/prices/sandbox-edit", { price: { per_image_usd: 1 } }],
    ["PATCH", "/policies/strict", { value: false }],
    ["PATCH", "/keys/shop", { budget, labels: null }],
    ["PATCH", "/teams/art", { markup: null }],
    ["PUT", "/users/ann", { models: ["*"] }],
  ] as const) {
    const headers = { "if-match": "*" };
    const { status, body: answer } = await admin(method, path, body, headers);
    expect([path, status, answer.error?.message]).toEqual([path, 200, undefined]);
  }
}
