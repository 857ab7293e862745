import { describe, expect, test } from "vitest";
import { testKey } from "../support/gateway.ts";
import { keyWorld, type KeyWorld } from "./keys-world.ts";

const file = {
  aliases: { house: "sandbox-fast" },
  policy: { style: "drop" },
};

const idsOf = async ({ admin }: KeyWorld, path: string): Promise<string[]> =>
  ((await admin("GET", path)).body.data ?? []).map(({ id }) => id);

describe("an alias of the database", () => {
  test("is asked for like a model at once, and is gone when it is deleted", async () => {
    const world = await keyWorld(file);
    const { admin, paint } = world;
    const made = await admin("POST", "/aliases", { id: "fast/one", models: ["sandbox-fast"] });
    expect([made.status, made.headers.get("etag"), made.body]).toMatchObject([
      201,
      '"1"',
      { id: "fast/one", models: ["sandbox-fast"], declared_at: null, faulty: false, version: 1 },
    ]);
    expect(await paint(testKey, "fast/one")).toEqual([200, undefined]);
    expect(await idsOf(world, "/aliases")).toEqual(["fast/one", "house"]);
    const path = `/aliases/${encodeURIComponent("fast/one")}`;
    const unsaid = { "if-match": "" };
    expect((await admin("PATCH", path, { models: ["sandbox-edit"] }, unsaid)).status).toBe(428);
    const changed = await admin("PATCH", path, { models: ["none-such"] }, { "if-match": '"1"' });
    expect([changed.status, changed.body.error?.param]).toEqual([400, "models.0"]);
    expect((await admin("DELETE", path)).status).toBe(200);
    expect(await paint(testKey, "fast/one")).toEqual([404, "model_not_found"]);
    expect((await admin("GET", "/audit?resource=alias")).body.data).toHaveLength(2);
  });

  test("beside the file's is refused with its line, and one of the database gives way to it", async () => {
    const { admin } = await keyWorld(file);
    const held = await admin("PUT", "/aliases/house", { models: ["sandbox-edit"] });
    expect(held.status).toBe(409);
    expect(held.body.error?.message).toMatch(/pinhole\.yaml, line \d+/);
    expect((await admin("GET", "/aliases/house")).body).toMatchObject({
      models: ["sandbox-fast"],
      version: 0,
      declared_at: expect.stringMatching(/line/) as unknown,
    });
  });

  test("goes on with those of its models that are served, and says which are not", async () => {
    const { admin, paint } = await keyWorld();
    const channel = {
      id: "second",
      provider: "sandbox",
      models: [{ name: "mine", upstream: "sandbox-fast", price: "free" }],
    };
    expect((await admin("POST", "/channels", channel)).status).toBe(201);
    await admin("POST", "/aliases", { id: "both", models: ["mine", "sandbox-fast"] });
    await admin("POST", "/aliases", { id: "alone", models: ["mine"] });
    expect(await paint(testKey, "alone")).toEqual([200, undefined]);
    expect((await admin("DELETE", "/channels/second")).status).toBe(200);
    expect(await paint(testKey, "both")).toEqual([200, undefined]);
    expect(await paint(testKey, "alone")).toEqual([404, "model_not_found"]);
    for (const id of ["both", "alone"])
      expect((await admin("GET", `/aliases/${id}`)).body).toMatchObject({
        faulty: true,
        fault: expect.stringContaining("o channel serves the model `mine`") as unknown,
      });
  });

  test.each([
    [{ id: "a\nb", models: ["sandbox-fast"] }, "id"],
    [{ id: "a", models: [] }, "models"],
    [{ id: "a", models: "sandbox-fast" }, "models"],
    [{ id: "a" }, "models"],
    [{ id: "a", models: ["sandbox-fast"], model: "x" }, "model"],
  ])("%j is refused by its field", async (body, param) => {
    const { admin } = await keyWorld();
    const answer = await admin("POST", "/aliases", body);
    expect([answer.status, answer.body.error?.code, answer.body.error?.param]).toEqual([
      400,
      "invalid_value",
      param,
    ]);
  });
});

describe("a policy of the database", () => {
  test("counts at once, and what the file says counts again without it", async () => {
    const world = await keyWorld(file);
    const { admin, gateway } = world;
    const ask = async (body: object): Promise<number> => {
      const answer = await fetch(`${gateway.url}/v1/images/generations`, {
        method: "POST",
        headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
        body: JSON.stringify({ prompt: "a fox", size: "256x256", ...body }),
      });
      await answer.arrayBuffer();
      return answer.status;
    };
    const odd = { model: "sandbox-fast", no_such_field: 1 };
    expect(await ask(odd)).toBe(200);
    const made = await admin("PUT", "/policies/strict", { value: true });
    expect([made.status, made.body]).toMatchObject([201, { id: "strict", value: true }]);
    expect(await ask(odd)).toBe(400);
    expect((await admin("DELETE", "/policies/strict")).status).toBe(200);
    expect(await ask(odd)).toBe(200);

    expect(await ask({})).toBe(400);
    expect((await admin("PUT", "/policies/default_model", { value: "house" })).status).toBe(201);
    expect(await ask({})).toBe(200);
    expect(await idsOf(world, "/policies")).toEqual(["default_model", "style"]);
  });

  test("is read by the file's schema, and held by the file where that names it", async () => {
    const { admin } = await keyWorld(file);
    const tried = async (id: string, value: unknown) => {
      const { status, body } = await admin("PUT", `/policies/${id}`, { value });
      return [status, body.error?.param];
    };
    expect(await tried("strict", "true")).toEqual([400, "value"]);
    expect(await tried("repeat_window", "2 years")).toEqual([400, "value"]);
    expect(await tried("repeat_window", "30s")).toEqual([201, undefined]);
    expect(await tried("successors", null)).toEqual([400, "value"]);
    expect(await tried("stricct", true)).toEqual([400, "id"]);
    expect(await tried("default_model", "none")).toEqual([400, "value"]);
    const held = await admin("PUT", "/policies/style", { value: "prompt" });
    expect([held.status, held.body.error?.message]).toEqual([
      409,
      expect.stringMatching(/pinhole\.yaml, line \d+/),
    ]);
  });
});

test("names of the file are served once a channel of the database serves them, and told until then", async () => {
  const later = { aliases: { soon: ["mine", "sandbox-fats"] }, default_model: "mine" };
  const world = await keyWorld(later);
  const { admin, paint, gateway } = world;
  const ask = async (): Promise<unknown> => {
    const answer = await fetch(`${gateway.url}/v1/images/generations`, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json" },
      body: JSON.stringify({ prompt: "a fox" }),
    });
    const { error } = (await answer.json()) as { error?: { code: string } };
    return [answer.status, error?.code];
  };
  const faultOf = async (path: string) => (await admin("GET", path)).body["fault"];
  const findings = async (): Promise<string> =>
    JSON.stringify((await admin("GET", "/doctor")).body);
  expect(await paint(testKey, "soon")).toEqual([404, "model_not_found"]);
  expect(await ask()).toEqual([404, "model_not_found"]);
  const unserved = "No channel serves the model `mine`.";
  expect(await faultOf("/aliases/soon")).toBe(unserved);
  expect(await faultOf("/policies/default_model")).toBe(unserved);
  const said = "o channel serves the model `sandbox-fats`; did you mean `sandbox-fast`?";
  expect(await findings()).toContain(said);

  const model = { name: "mine", upstream: "sandbox-fast", price: "free" };
  const channel = { provider: "sandbox", models: [model] };
  expect((await admin("PUT", "/channels/later", channel)).status).toBe(201);
  expect(await paint(testKey, "soon")).toEqual([200, undefined]);
  expect(await ask()).toEqual([200, undefined]);
  expect(await faultOf("/policies/default_model")).toBeNull();
  // A spelling mistake stays one.
  expect(await faultOf("/aliases/soon")).toContain("did you mean `sandbox-fast`?");
  expect(await findings()).toContain(said);
  expect(await findings()).not.toContain("`mine`");
  expect((await admin("DELETE", "/channels/later")).status).toBe(200);
  expect(await paint(testKey, "soon")).toEqual([404, "model_not_found"]);
  expect(await faultOf("/policies/default_model")).toBe(unserved);
});
