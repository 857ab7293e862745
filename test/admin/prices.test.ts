import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCommand } from "../cli/run-command.ts";
import { type startTestGateway, testKey } from "../support/gateway.ts";
import { keyWorld, type KeyWorld } from "./keys-world.ts";

const channels = [{ id: "house", provider: "sandbox", models: ["sandbox-fast", "sandbox-edit"] }];

/** The charge for a picture. */
async function costOf(
  { gateway }: KeyWorld,
  model = "sandbox-fast",
  fields = {},
): Promise<string | null> {
  const answer = await fetch(`${gateway.url}/v1/images/generations`, {
    method: "POST",
    headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model, prompt: "a fox", size: "256x256", ...fields }),
  });
  await answer.arrayBuffer();
  return answer.headers.get("x-pinhole-cost");
}

describe("a price of the database", () => {
  test("says where it has no effect: where the channel has a price of its own, where others go before it, where nothing serves it", async () => {
    const priced = { name: "sandbox-fast", price: { per_image_usd: 0.1 } };
    const own = { id: "own", provider: "sandbox", models: [priced], enabled: false };
    const world = await keyWorld({ channels: [...channels, own] });
    const { admin } = world;
    const make = async (body: object): Promise<unknown> => {
      const { status, body: answer } = await admin("POST", "/prices", body);
      expect([body, status]).toEqual([body, 201]);
      return answer["warnings"];
    };
    const price = { per_image_usd: 0.04 };
    const ofOwn = [
      expect.stringMatching(/^The channel `own` says a price of its own for `sandbox-fast`/),
    ];
    expect(await make({ model: "sandbox-fast", price })).toEqual(ofOwn);
    expect(await make({ model: "sandbox-fast", channel: "own", price })).toEqual(ofOwn);
    expect(await make({ model: "sandbox-edit", price })).toEqual([]);
    expect(await make({ model: "sandbox-edit", channel: "house", price })).toEqual([]);
    expect(await make({ model: "nothing", price })).toEqual([
      "No channel serves `nothing`, so this price counts nowhere so far.",
    ]);
    expect(await make({ model: "sandbox-edit", channel: "own", price })).toEqual([
      "The channel `own` does not serve `sandbox-edit`, so this price counts nowhere so far.",
    ]);
    const warnings = async (): Promise<unknown> => {
      const { data = [] } = (await admin("GET", "/prices")).body;
      return Object.fromEntries(data.map(({ id, warnings: told }) => [id, told]));
    };
    expect(await warnings()).toMatchObject({
      "sandbox-edit": [
        "It counts nowhere, since other prices go before it: sandbox-edit@channel:house.",
      ],
      "sandbox-edit@channel:house": [],
      "sandbox-fast": ofOwn,
    });
    expect(await costOf(world)).toBe("0.04");
    const { out } = await runCommand(["prices", "list"], {
      cwd: "/",
      env: { PINHOLE_URL: world.gateway.url, PINHOLE_ADMIN_TOKEN: world.gateway.adminToken },
    });
    expect(out).toContain("warnings");
    await admin("POST", "/channels", {
      id: "later",
      provider: "sandbox",
      models: [{ name: "nothing", upstream: "sandbox-partial" }],
    });
    expect((await admin("GET", "/prices/nothing")).body["warnings"]).toEqual([]);
  });

  test("is charged from the next request on, changed by its version, and is gone when it is deleted", async () => {
    const world = await keyWorld({ channels });
    const { admin } = world;
    expect(await costOf(world)).toBe("0");
    const made = await admin("POST", "/prices", {
      model: "sandbox-fast",
      price: { per_image_usd: "0.04", version: "spring" },
    });
    expect([made.status, made.headers.get("etag"), made.body]).toMatchObject([
      201,
      '"1"',
      {
        id: "sandbox-fast",
        model: "sandbox-fast",
        provider: null,
        channel: null,
        price: { per_image_usd: "0.04", version: "spring" },
        declared_at: null,
        faulty: false,
      },
    ]);
    expect([await costOf(world), await costOf(world, "sandbox-edit")]).toEqual(["0.04", "0"]);
    const path = "/prices/sandbox-fast";
    const dearer = { price: { table: [{ usd: 0.09 }] } };
    expect((await admin("PATCH", path, dearer, { "if-match": "" })).status).toBe(428);
    expect((await admin("PATCH", path, dearer, { "if-match": '"7"' })).status).toBe(412);
    const changed = await admin("PATCH", path, dearer, { "if-match": '"1"' });
    // A price is one choice: what stood before is not mixed into it.
    expect([changed.status, changed.body["price"], changed.body.version]).toEqual([
      200,
      { table: [{ usd: 0.09 }] },
      2,
    ]);
    expect(await costOf(world)).toBe("0.09");
    const served = await admin("GET", "/served/prices");
    expect(served.body.data).toMatchObject([
      { channel: "house", model: "sandbox-fast", price: { table: [{ usd: 0.09 }] } },
      { channel: "house", model: "sandbox-edit", price: "free" },
    ]);
    expect((await admin("DELETE", path)).status).toBe(200);
    expect(await costOf(world)).toBe("0");
    expect((await admin("GET", "/prices")).body.data).toEqual([]);
    expect((await admin("GET", "/audit?resource=price")).body.data).toHaveLength(3);
  });

  test("for a channel goes before one for a provider, and that before one for all; a channel's own before all", async () => {
    const own = { name: "sandbox-edit", price: { per_image_usd: 7 } };
    const world = await keyWorld({
      channels: [{ ...channels[0], models: ["sandbox-fast", own] }],
    });
    const { admin } = world;
    const words = [{}, { provider: "sandbox" }, { channel: "house" }];
    for (const [index, place] of words.entries())
      for (const model of ["sandbox-fast", "sandbox-edit"])
        await admin("POST", "/prices", { model, ...place, price: { per_image_usd: index + 1 } });
    const ids = (await admin("GET", "/prices")).body.data?.map(({ id }) => id);
    expect(ids).toContain("sandbox-fast@channel:house");
    expect(ids).toContain("sandbox-fast@provider:sandbox");
    expect([await costOf(world), await costOf(world, "sandbox-edit")]).toEqual(["3", "7"]);
    await admin("DELETE", "/prices/sandbox-fast@channel:house");
    expect(await costOf(world)).toBe("2");
    await admin("DELETE", "/prices/sandbox-fast@provider:sandbox");
    expect(await costOf(world)).toBe("1");
  });

  test("for a channel of the database is at fault while that is away", async () => {
    const world = await keyWorld({ channels });
    const { admin } = world;
    const early = await admin("POST", "/prices", { model: "mine", channel: "up", price: "free" });
    expect([early.status, early.body.error?.param]).toEqual([400, "channel"]);
    const models = [{ name: "mine", upstream: "sandbox-fast" }];
    const up = { id: "up", provider: "sandbox", models };
    expect((await admin("POST", "/channels", up)).status).toBe(201);
    const price = { per_image_usd: 0.5 };
    await admin("PUT", "/prices/of-mine", { model: "mine", channel: "up", price });
    expect(await costOf(world, "mine")).toBe("0.5");
    await admin("DELETE", "/channels/up");
    expect((await admin("GET", "/prices/of-mine")).body).toMatchObject({
      faulty: true,
      fault: expect.stringContaining("here is no channel `up`") as unknown,
    });
    await admin("POST", "/channels", up);
    expect((await admin("GET", "/prices/of-mine")).body).toMatchObject({ faulty: false });
    expect(await costOf(world, "mine")).toBe("0.5");
  });

  test("keeps a condition on what is not set, which null writes", async () => {
    const world = await keyWorld({ channels });
    const { admin } = world;
    const price = { table: [{ options: { seed: null }, usd: 0.02 }, { usd: 0.05 }] };
    await admin("POST", "/prices", { model: "sandbox-fast", price });
    expect((await admin("GET", "/prices/sandbox-fast")).body["price"]).toEqual(price);
    expect([await costOf(world), await costOf(world, "sandbox-fast", { seed: 7 })]).toEqual([
      "0.02",
      "0.05",
    ]);
    const one = { name: "sandbox-fast", price };
    const other = { id: "up", provider: "sandbox", models: [one] };
    expect((await admin("POST", "/channels", other)).body["models"]).toEqual([one]);
  });

  test("is refused by the field that is at fault", async () => {
    const { admin } = await keyWorld({ channels });
    await admin("POST", "/prices", { model: "taken", price: "free" });
    for (const [body, param] of [
      [{}, "model"],
      [{ model: 7, price: "free" }, "model"],
      [{ model: "a" }, "price"],
      [{ model: "a", price: "fre" }, "price"],
      [{ model: "a", price: { per_imge_usd: 1 } }, "price.per_imge_usd"],
      [{ model: "a", price: { per_image_usd: -1 } }, "price.per_image_usd"],
      [{ model: "a", price: [] }, "price"],
      [{ model: "a", price: "free", provider: "sandbx" }, "provider"],
      [{ model: "a", price: "free", chanel: "house" }, "chanel"],
      [{ id: "a\nb", model: "a", price: "free" }, "id"],
      [{ id: "other", model: "taken", price: "free" }, "model"],
      [{ id: 7, model: "a", price: "free" }, "id"],
    ] as const) {
      const { status, body: told } = await admin("POST", "/prices", body);
      expect([body, status, told.error?.code, told.error?.param]).toEqual([
        body,
        400,
        "invalid_value",
        param,
      ]);
    }
  });
});

describe("a setting of `money` in the database", () => {
  test("counts from the next request on, and what the file says counts again without it", async () => {
    const lines = [{ per: "image", rate: 2 }];
    const models = [
      { name: "sandbox-fast", price: { per_image_usd: "0.1" } },
      { name: "sandbox-edit", price: { currency: "CNY", lines } },
    ];
    const world = await keyWorld({
      channels: [{ ...channels[0], models }],
      money: { rates: { CNY: 0.2 } },
    });
    const { admin } = world;
    const put = async (id: string, value: unknown, ifMatch = ""): Promise<number> =>
      (await admin("PUT", `/money/${id}`, { value }, { "if-match": ifMatch })).status;
    expect([await costOf(world), await costOf(world, "sandbox-edit")]).toEqual(["0.1", "0.4"]);
    expect(await put("markup", { times: 1.5 })).toBe(201);
    expect([await costOf(world), await costOf(world, "sandbox-edit")]).toEqual(["0.15", "0.6"]);
    // A value is one choice: what stood before is not mixed into it.
    const perImage = { value: { per_image_usd: "0.01" } };
    const changed = await admin("PATCH", "/money/markup", perImage);
    expect(changed.body).toMatchObject({ value: { per_image_usd: "0.01" }, version: 2 });
    expect(changed.body["value"]).toEqual({ per_image_usd: "0.01" });
    expect(await costOf(world)).toBe("0.11");
    expect(await put("rates", { CNY: 1 })).toBe(409);
    expect((await admin("GET", "/money")).body.data).toMatchObject([
      { id: "markup", version: 2, declared_at: null },
      {
        id: "rates",
        value: { CNY: 0.2 },
        declared_at: expect.stringMatching(/line \d+$/) as unknown,
      },
    ]);
    for (const [id, value, param, ifMatch] of [
      ["markup", {}, "value", "*"],
      ["markup", { times: -1 }, "value.times", "*"],
      ["markup", 2, "value", "*"],
      ["markup", null, "value", "*"],
      ["mark", { times: 1 }, "id", ""],
    ] as const) {
      const { status, body } = await admin(
        "PUT",
        `/money/${id}`,
        { value },
        { "if-match": ifMatch },
      );
      expect([id, value, status, body.error?.param]).toEqual([id, value, 400, param]);
    }
    expect((await admin("DELETE", "/money/markup")).status).toBe(200);
    expect(await costOf(world)).toBe("0.1");
  });

  test("is an exchange rate for prices of the file and of the database", async () => {
    const world = await keyWorld({ channels });
    const { admin } = world;
    const price = { currency: "CNY", lines: [{ per: "image", rate: 2 }] };
    await admin("POST", "/prices", { model: "sandbox-fast", price });
    expect(await costOf(world)).toBeNull();
    await admin("PUT", "/money/rates", { value: { CNY: "0.15" } });
    expect(await costOf(world)).toBe("0.3");
    await admin("PUT", "/money/rates", { value: { EUR: 1 } }, { "if-match": "*" });
    expect(await costOf(world)).toBeNull();
    const wrong = await admin("PUT", "/money/rates", { value: { yuan: 1 } }, { "if-match": "*" });
    expect([wrong.status, wrong.body.error?.code]).toEqual([400, "invalid_value"]);
  });
});

describe("prices of the file of prices", () => {
  /** A gateway with a file of prices, and the rows of another time. */
  async function start() {
    const folder = await mkdtemp(join(tmpdir(), "pinhole-prices-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "prices.yaml");
    await writeFile(
      file,
      `prices:
  - { model: sandbox-fast, price: { per_image_usd: 0.02 } }
  - { id: edits, model: sandbox-edit, channel: house, price: { per_image_usd: 0.03 } }
`,
    );
    return { file, world: await keyWorld({ channels, prices: { file } }) };
  }

  test("are shown with their line and changed there only; a row is for other places than theirs", async () => {
    const { file, world } = await start();
    const { admin } = world;
    expect((await admin("GET", "/prices")).body.data).toMatchObject([
      { id: "edits", version: 0, declared_at: `${file}, line 3`, price: { per_image_usd: 0.03 } },
      { id: "sandbox-fast", version: 0, declared_at: `${file}, line 2`, channel: null },
    ]);
    for (const [method, path, body] of [
      ["PUT", "/prices/edits", { model: "sandbox-edit", price: "free" }],
      ["PATCH", "/prices/edits", { price: "free" }],
      ["DELETE", "/prices/sandbox-fast", undefined],
      ["POST", "/prices", { model: "sandbox-fast", price: "free" }],
    ] as const) {
      const { status, body: told } = await admin(method, path, body);
      expect([method, status, told.error?.code]).toEqual([method, 409, "conflict"]);
      expect(told.error?.message).toMatch(/prices\.yaml, line [23]/);
    }
    const same = { id: "mine", model: "sandbox-fast", price: "free" };
    const taken = await admin("POST", "/prices", same);
    expect([taken.status, taken.body.error?.message]).toEqual([
      400,
      expect.stringContaining("prices.yaml, line 2"),
    ]);
    const narrower = { ...same, channel: "house", price: { per_image_usd: 0.5 } };
    expect((await admin("POST", "/prices", narrower)).status).toBe(201);
    expect([await costOf(world), await costOf(world, "sandbox-edit")]).toEqual(["0.5", "0.03"]);
    await admin("DELETE", "/prices/mine");
    expect(await costOf(world)).toBe("0.02");
  });

  test("serve where a row has the same id or is for the same models", async () => {
    const { world } = await start();
    const { admin, gateway } = world;
    const app = gateway as Awaited<ReturnType<typeof startTestGateway>>;
    for (const model of ["other", "another"])
      await admin("POST", "/prices", { model, price: { per_image_usd: 9 } });
    const database = new DatabaseSync(join(app.folder, "data", "pinhole.db"));
    database.exec("UPDATE resources SET id = 'edits' WHERE id = 'other'");
    database.exec(
      "UPDATE resources SET words = replace(words, 'another', 'sandbox-fast') WHERE id = 'another'",
    );
    database.exec("UPDATE settings SET value = '99' WHERE name = 'config_version'");
    database.close();
    await expect
      .poll(async () => (await admin("GET", "/prices")).body.data, { timeout: 20_000 })
      .toMatchObject([
        { id: "another", faulty: true, shadowed: false },
        { id: "edits", declared_at: expect.any(String) as unknown, shadowed: false },
        { id: "edits", declared_at: null, shadowed: true, faulty: false },
        { id: "sandbox-fast", declared_at: expect.any(String) as unknown },
      ]);
    expect([await costOf(world), await costOf(world, "sandbox-edit")]).toEqual(["0.02", "0.03"]);
    // One at fault can be changed so that it is none, and deleted.
    const { status } = await admin("PATCH", "/prices/another", { model: "another" });
    expect(status).toBe(200);
    expect((await admin("GET", "/prices/another")).body).toMatchObject({ faulty: false });
  });
});
