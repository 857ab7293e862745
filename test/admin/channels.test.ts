import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { startTestGateway, testKey } from "../support/gateway.ts";
import { startMockOpenAi } from "../support/mock-openai.ts";
import { startScriptedUpstream } from "../support/scripted-upstream.ts";
import { keyWorld, type KeyWorld, worldOf } from "./keys-world.ts";

const canary = "sk-canary-0123456789-abcdefghij-WXYZ";

/** A channel of the database at an upstream on loopback. */
function words(url: string): Record<string, unknown> {
  return {
    provider: "openai-compatible",
    settings: { base_url: url, api_key: canary },
    models: [{ name: "painted", price: { per_image_usd: 0.02 } }],
    priority: 3,
    limits: { rpm: 600 },
    budget: { usd: 5, period: "day" },
  };
}

const anywhere = "http://127.0.0.1:9/v1";

async function painter(): Promise<{
  url: string;
  seen: Awaited<ReturnType<typeof startMockOpenAi>>["seen"];
}> {
  const upstream = await startMockOpenAi();
  onTestFinished(() => upstream.close());
  return { url: `${upstream.url}/v1`, seen: upstream.seen };
}

const errorOf = ({ status, body }: Awaited<ReturnType<KeyWorld["admin"]>>) => [
  status,
  body.error?.code,
  body.error?.param,
];

describe("a channel of the database", () => {
  test("serves at once, in the words of the file, and tells its credential by four characters", async () => {
    const { admin, paint } = await keyWorld();
    const { url, seen } = await painter();
    expect(await paint(testKey, "painted")).toEqual([404, "model_not_found"]);
    const made = await admin("POST", "/channels", { id: "up", ...words(url) });
    expect([made.status, made.headers.get("etag")]).toEqual([201, '"1"']);
    expect(made.body).toMatchObject({
      id: "up",
      provider: "openai-compatible",
      settings: { base_url: url, api_key: { hint: "WXYZ" } },
      models: [{ name: "painted", price: { per_image_usd: 0.02 } }],
      priority: 3,
      weight: 1,
      enabled: true,
      limits: { rpm: 600 },
      version: 1,
      declared_at: null,
      shadowed: false,
      faulty: false,
      fault: null,
    });
    expect(await paint(testKey, "painted")).toEqual([200, undefined]);
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${canary}`);
    const read = await admin("GET", "/channels/up");
    expect([read.headers.get("etag"), read.body]).toEqual(['"1"', made.body]);
    const health = await admin("GET", "/health/channels");
    expect(health.body.data?.map(({ id }) => id)).toContain("up");
    expect((await admin("GET", "/health/node")).body).toMatchObject({
      counting: "alone",
      divisor: 1,
      nodes: 1,
      why: null,
    });
    expect(errorOf(await admin("POST", "/channels", { id: "up", ...words(url) }))).toEqual([
      409,
      "conflict",
      "id",
    ]);
  });

  test("is refused by the schemas of the file, which name the field", async () => {
    const { admin } = await keyWorld();
    const base = words(anywhere);
    const cases: [change: object, param: string | undefined][] = [
      [{ id: "not good!" }, "id"],
      [{ id: null }, "id"],
      [{ provider: "opnai" }, "provider"],
      [{ provider: null }, "provider"],
      [{ settings: { api_key: canary } }, "settings.base_url"],
      [{ settings: { base_url: "nowhere" } }, "settings.base_url"],
      [{ settings: { base_url: anywhere, api_kee: canary } }, "settings.api_kee"],
      [{ settings: "none" }, "settings"],
      [{ settings: { base_url: anywhere, api_key: 7 } }, "settings.api_key"],
      [{ settings: { base_url: anywhere, api_key: { hint: "WXYZ" } } }, "settings.api_key"],
      [{ models: [{ name: "a", price: "cheap" }] }, "models.0.price"],
      [{ models: ["a", "a"] }, "models.1"],
      [{ models: [] }, "models"],
      [{ priority: "5" }, "priority"],
      [{ weight: 0 }, "weight"],
      [{ limits: { rpm: 0.5 } }, "limits.rpm"],
      [{ timeout: { total: "1 year" } }, "timeout.total"],
      [{ budget: [{ usd: 1 }, { usd: 2 }] }, "budget.1"],
      [{ wieght: 2 }, "wieght"],
    ];
    for (const [change, param] of cases) {
      const answer = await admin("POST", "/channels", { id: "up", ...base, ...change });
      expect([change, ...errorOf(answer)]).toEqual([change, 400, "invalid_value", param]);
      expect(answer.body.error?.message).toMatch(/^[^]*[.?!]$/);
      expect(JSON.stringify(answer.body)).not.toContain(canary);
    }
    for (const body of [[], "text", 7, null])
      expect((await admin("POST", "/channels", body)).status).toBe(400);
    expect((await admin("GET", "/channels/up")).status).toBe(404);
    expect((await admin("GET", "/audit?resource=channel")).body.data).toEqual([]);
  });

  test("is the same however often it is put, and changes from a version that is named", async () => {
    const { admin } = await keyWorld();
    const put = (body: object, tag?: string): ReturnType<typeof admin> =>
      admin("PUT", "/channels/up", body, tag === undefined ? {} : { "if-match": tag });
    const statuses: unknown[] = [];
    for (let at = 0; at < 3; at += 1) {
      const { status, body } = await put(words(anywhere));
      statuses.push([status, body.version]);
    }
    expect(statuses).toEqual([
      [201, 1],
      [200, 1],
      [200, 1],
    ]);
    const other = { ...words(anywhere), weight: 2 };
    expect(errorOf(await put(other))).toEqual([428, "version_required", null]);
    expect((await put(other, '"1"')).body).toMatchObject({ version: 2, weight: 2 });
    expect((await put(other, '"1"')).status).toBe(200);
    const stale = await put({ ...other, weight: 3 }, '"1"');
    expect([stale.status, stale.body.error]).toMatchObject([
      412,
      { code: "version_stale", current: { id: "up", weight: 2, version: 2 } },
    ]);
    expect(
      (
        await put(
          { ...other, settings: { base_url: anywhere, api_key: `${canary}-other-WXYZ` } },
          '"2"',
        )
      ).body.version,
    ).toBe(3);
    const absent = await admin("PUT", "/channels/none", other, { "if-match": "*" });
    expect([absent.status, absent.body.error]).toMatchObject([412, { current: null }]);
    const patch = (body: object, tag: string): ReturnType<typeof admin> =>
      admin("PATCH", "/channels/up", body, { "if-match": tag });
    expect(errorOf(await patch({ weight: 4 }, ""))[0]).toBe(428);
    expect(errorOf(await patch({ weight: 4 }, '"1"'))[0]).toBe(412);
    const changed = await patch({ weight: null, limits: { ipm: 9 }, enabled: false }, '"3"');
    expect(changed.body).toMatchObject({
      weight: 1,
      limits: { rpm: 600, ipm: 9 },
      enabled: false,
      version: 4,
    });
    expect((await patch({ enabled: false }, '"4"')).body.version).toBe(4);
    expect(errorOf(await patch({ id: "down" }, "*"))).toEqual([400, "invalid_value", "id"]);
  });

  test("keeps a credential that is sent back as its mark, but not to another address", async () => {
    const { admin, paint } = await keyWorld();
    const { url, seen } = await painter();
    const other = await painter();
    await admin("POST", "/channels", { id: "up", ...words(url) });
    const { body: shown } = await admin("GET", "/channels/up");
    const back = { ...words(url), settings: shown["settings"], weight: 7 };
    const put = await admin("PUT", "/channels/up", back, { "if-match": '"1"' });
    expect(put.body).toMatchObject({ version: 2, settings: { api_key: { hint: "WXYZ" } } });
    expect(await paint(testKey, "painted")).toEqual([200, undefined]);
    expect(seen.at(-1)?.headers.authorization).toBe(`Bearer ${canary}`);
    const moved = await admin("PATCH", "/channels/up", { settings: { base_url: other.url } });
    expect(errorOf(moved)).toEqual([400, "invalid_value", "settings.api_key"]);
    const provider = await admin("PATCH", "/channels/up", { provider: "openai-chat" });
    expect(errorOf(provider)).toEqual([400, "invalid_value", "settings.api_key"]);
    const fresh = { settings: { base_url: other.url, api_key: "sk-of-the-other-server-1" } };
    expect((await admin("PATCH", "/channels/up", fresh)).status).toBe(200);
    expect(await paint(testKey, "painted")).toEqual([200, undefined]);
    expect(other.seen.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer sk-of-the-other-server-1",
    ]);
    expect(
      (await admin("PATCH", "/channels/up", { settings: { api_key: null } })).body["settings"],
    ).toEqual({ base_url: other.url });
  });

  test("keeps each of several credentials by its mark, in whatever order", async () => {
    const { admin, paint } = await keyWorld();
    const { url, seen } = await painter();
    const settings = {
      base_url: url,
      api_keys: ["first-of-the-keys-AAAA", "second-of-the-keys-BBBB"],
    };
    const made = await admin("POST", "/channels", { id: "up", ...words(url), settings });
    expect(made.body["settings"]).toEqual({
      base_url: url,
      api_keys: [{ hint: "AAAA" }, { hint: "BBBB" }],
    });
    const one = await admin("PATCH", "/channels/up", {
      settings: { api_keys: [{ hint: "BBBB" }] },
    });
    expect(one.body).toMatchObject({ settings: { api_keys: [{ hint: "BBBB" }] } });
    expect(await paint(testKey, "painted")).toEqual([200, undefined]);
    expect(seen.at(-1)?.headers.authorization).toBe("Bearer second-of-the-keys-BBBB");
    const unknown = await admin("PATCH", "/channels/up", {
      settings: { api_keys: [{ hint: "CCCC" }] },
    });
    expect(errorOf(unknown)).toEqual([400, "invalid_value", "settings.api_keys.0"]);
  });

  test("keeps a credential that is too short for a hint", async () => {
    const { admin, paint } = await keyWorld();
    const { url, seen } = await painter();
    const settings = { base_url: url, api_key: "short" };
    const made = await admin("POST", "/channels", { id: "up", ...words(url), settings });
    expect(made.body["settings"]).toEqual({ base_url: url, api_key: { hint: "" } });
    const back = { ...words(url), settings: made.body["settings"], weight: 9 };
    expect((await admin("PUT", "/channels/up", back, { "if-match": "*" })).body.version).toBe(2);
    expect((await admin("PATCH", "/channels/up", { weight: 8 })).body.version).toBe(3);
    expect(await paint(testKey, "painted")).toEqual([200, undefined]);
    expect(seen.at(-1)?.headers.authorization).toBe("Bearer short");
  });

  test("is not touched by the environment, nor reads files", async () => {
    const { admin } = await keyWorld();
    const settings = { base_url: anywhere, headers: { "X-Team": "${PINHOLE_ADMIN_TOKEN}" } };
    const made = await admin("POST", "/channels", { id: "up", ...words(anywhere), settings });
    expect(made.body["settings"]).toEqual({
      base_url: anywhere,
      headers: { "X-Team": { hint: "KEN}" } },
    });
    const file = { a: { file: "/etc/hostname", inputs: { prompt: "6.text" } } };
    const comfy = await admin("POST", "/channels", {
      id: "comfy",
      provider: "comfyui",
      settings: { workflows: file },
    });
    expect(errorOf(comfy).slice(0, 2)).toEqual([400, "invalid_value"]);
    expect(comfy.body.error?.param).toContain("workflows");
  });

  test("ends with its credentials when it is deleted, and can be made again", async () => {
    const { admin, paint } = await keyWorld();
    const { url } = await painter();
    await admin("POST", "/channels", { id: "up", ...words(url) });
    expect(await paint(testKey, "painted")).toEqual([200, undefined]);
    const gone = await admin("DELETE", "/channels/up");
    expect([gone.status, gone.body]).toMatchObject([
      200,
      { id: "up", version: 2, removed_at: expect.any(String) },
    ]);
    expect((await admin("DELETE", "/channels/up")).body.version).toBe(2);
    expect(await paint(testKey, "painted")).toEqual([404, "model_not_found"]);
    expect((await admin("GET", "/channels")).body.data?.map(({ id }) => id)).toEqual(["painter"]);
    expect((await admin("GET", "/channels?removed=true")).body.data?.map(({ id }) => id)).toEqual([
      "painter",
      "up",
    ]);
    expect((await admin("GET", "/channels/up")).body).toMatchObject({ id: "up" });
    expect(errorOf(await admin("PATCH", "/channels/up", { weight: 2 }))).toEqual([
      409,
      "conflict",
      null,
    ]);
    expect((await admin("DELETE", "/channels/none")).status).toBe(404);
    const again = await admin("PUT", "/channels/up", words(url));
    expect([again.status, again.body.version]).toEqual([201, 3]);
    expect(await paint(testKey, "painted")).toEqual([200, undefined]);
    const spent = await admin("GET", "/usage?group=channel");
    expect(JSON.stringify(spent.body)).toContain('"up"');
  });

  test("finishes what runs on it while it is deleted", async () => {
    const { admin, paint } = await keyWorld();
    const upstream = await startScriptedUpstream();
    await admin("POST", "/channels", { id: "up", ...words(upstream.url) });
    const painting = paint(testKey, "painted");
    const call = await upstream.arrived(0);
    expect((await admin("DELETE", "/channels/up")).status).toBe(200);
    call.answer({ created: 1, data: [{ b64_json: pixel }] });
    expect(await painting).toEqual([200, undefined]);
  });

  test("is audited without its credentials", async () => {
    const { admin } = await keyWorld();
    await admin("POST", "/channels", { id: "up", ...words(anywhere) });
    await admin("PATCH", "/channels/up", { weight: 2 });
    await admin("DELETE", "/channels/up");
    const { body } = await admin("GET", "/audit?resource=channel");
    const told = body.data?.map((entry) => [entry["action"], entry["resource_id"]]);
    expect(told).toEqual([
      ["delete", "up"],
      ["change", "up"],
      ["create", "up"],
    ]);
    expect(body.data?.at(-1)).toMatchObject({
      before: null,
      after: { settings: { api_key: { hint: "WXYZ" } }, version: 1 },
    });
    expect(body.data?.at(0)).toMatchObject({ after: null, before: { weight: 2, version: 2 } });
  });
});

const pixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

describe("channels of the file", () => {
  test("are shown with their line and changed there only", async () => {
    const { admin } = await keyWorld();
    const shown = await admin("GET", "/channels/painter");
    expect([shown.headers.get("etag"), shown.body]).toMatchObject([
      '"0"',
      {
        id: "painter",
        provider: "sandbox",
        version: 0,
        declared_at: expect.stringMatching(/^pinhole\.yaml, line \d+$/),
      },
    ]);
    for (const [method, body] of [
      ["PUT", words(anywhere)],
      ["PATCH", { weight: 2 }],
      ["DELETE", undefined],
      ["POST", { id: "painter", ...words(anywhere) }],
    ] as const) {
      const path = method === "POST" ? "/channels" : "/channels/painter";
      const answer = await admin(method, path, body);
      expect([method, ...errorOf(answer)]).toEqual([method, 409, "conflict", "id"]);
      expect(answer.body.error?.message).toMatch(/pinhole\.yaml, line \d+/);
    }
  });

  test("serve where a row has the same id, which is shadowed", async () => {
    const { admin, gateway } = await keyWorld();
    const app = gateway as Awaited<ReturnType<typeof startTestGateway>>;
    await admin("POST", "/channels", { id: "up", ...words(anywhere) });
    const database = new DatabaseSync(join(app.folder, "data", "pinhole.db"));
    database.exec("UPDATE resources SET id = 'painter' WHERE id = 'up'");
    database.exec("UPDATE settings SET value = '99' WHERE name = 'config_version'");
    database.close();
    await expect
      .poll(async () => (await admin("GET", "/channels")).body.data, { timeout: 8000 })
      .toMatchObject([
        { id: "painter", declared_at: expect.any(String), shadowed: false },
        { id: "painter", declared_at: null, shadowed: true, faulty: false },
      ]);
    expect((await admin("GET", "/channels/painter")).body["provider"]).toBe("sandbox");
    expect(errorOf(await admin("DELETE", "/channels/painter"))[0]).toBe(409);
  });

  test("give way where they are only built in", async () => {
    const gateway = await startTestGateway({});
    onTestFinished(() => gateway.close());
    const { admin, paint } = worldOf(gateway);
    const { url } = await painter();
    expect((await admin("GET", "/channels")).body.data).toMatchObject([
      { id: "sandbox", declared_at: "built in" },
    ]);
    expect(await paint(testKey, "gpt-image-1")).toEqual([200, undefined]);
    await admin("POST", "/channels", { id: "sandbox", ...words(url) });
    expect((await admin("GET", "/channels")).body.data).toMatchObject([
      { id: "sandbox", declared_at: null },
    ]);
    expect(await paint(testKey, "gpt-image-1")).toEqual([404, "model_not_found"]);
    await admin("DELETE", "/channels/sandbox");
    expect(await paint(testKey, "gpt-image-1")).toEqual([200, undefined]);
  });
});

describe("a row that cannot be served", () => {
  test("is faulty with its reason, all others serve, and its credential is replaced in place", async () => {
    const { admin, paint, gateway } = await keyWorld();
    const { folder } = gateway as Awaited<ReturnType<typeof startTestGateway>>;
    const { url, seen } = await painter();
    for (const id of ["good", "moved", "old"])
      await admin("POST", "/channels", {
        id,
        ...words(url),
        models: [{ name: `of-${id}`, price: "free" }],
      });
    const database = new DatabaseSync(join(folder, "data", "pinhole.db"));
    // An envelope of another row, and words of a provider that has changed since.
    database.exec(
      "UPDATE resources SET secrets = (SELECT secrets FROM resources WHERE id = 'good') WHERE id = 'moved'",
    );
    database.exec(
      "UPDATE resources SET words = replace(words, 'base_url', 'base_uri') WHERE id = 'old'",
    );
    database.exec("UPDATE settings SET value = '99' WHERE name = 'config_version'");
    database.close();
    await expect
      .poll(async () => (await admin("GET", "/channels")).body.data, { timeout: 8000 })
      .toMatchObject([
        { id: "good", faulty: false, fault: null },
        {
          id: "moved",
          faulty: true,
          fault: expect.stringMatching(/settings\.api_key.*cannot be opened/),
        },
        { id: "old", faulty: true, fault: expect.stringMatching(/base_ur/) },
        { id: "painter", faulty: false },
      ]);
    expect(await paint(testKey, "of-good")).toEqual([200, undefined]);
    expect(await paint(testKey, "of-moved")).toEqual([404, "model_not_found"]);
    expect(await paint(testKey, "of-old")).toEqual([404, "model_not_found"]);
    const off = await admin("PATCH", "/channels/moved", { enabled: false });
    expect([off.status, off.body]).toMatchObject([200, { enabled: false, faulty: true }]);
    expect(errorOf(await admin("PATCH", "/channels/moved", { priority: 1.5 }))).toEqual([
      400,
      "invalid_value",
      "priority",
    ]);
    expect(errorOf(await admin("PATCH", "/channels/moved", { retry_unknown: true }))).toEqual([
      400,
      "invalid_value",
      "settings.api_key",
    ]);
    const mended = await admin("PATCH", "/channels/moved", {
      enabled: true,
      settings: { api_key: "sk-a-new-credential-9999" },
    });
    expect([mended.status, mended.body]).toMatchObject([
      200,
      { faulty: false, settings: { api_key: { hint: "9999" } } },
    ]);
    expect(await paint(testKey, "of-moved")).toEqual([200, undefined]);
    expect(seen.at(-1)?.headers.authorization).toBe("Bearer sk-a-new-credential-9999");
    const right = await admin("PATCH", "/channels/old", {
      settings: { base_uri: null, base_url: url, api_key: canary },
    });
    expect([right.status, right.body]).toMatchObject([200, { faulty: false }]);
    expect(await paint(testKey, "of-old")).toEqual([200, undefined]);
  });
});

test("a credential is nowhere but at its upstream, whatever fails", async () => {
  const world = await keyWorld();
  const { admin, paint } = world;
  const { folder, log } = world.gateway as Awaited<ReturnType<typeof startTestGateway>>;
  const { url } = await painter();
  const answers = [
    await admin("POST", "/channels", { id: "up", ...words(url) }),
    await admin("POST", "/channels", { id: "up", ...words(url) }),
    await admin("POST", "/channels", { id: "other", ...words(url), weight: -1 }),
    await admin("POST", "/channels", {
      id: "wrong",
      provider: "openai",
      settings: { api_keys: [canary, canary] },
    }),
    await admin("PUT", "/channels/up", { ...words(url), weight: 3 }),
    await admin("PATCH", "/channels/up", { settings: { api_key: `${canary}2` } }),
    await admin("PATCH", "/channels/up", {
      settings: { base_url: `https://user:${canary}@host.example/v1`, api_key: canary },
    }),
    await admin("GET", "/channels"),
    await admin("GET", "/channels/up"),
    await admin("GET", "/health/channels"),
    await admin("GET", "/audit"),
  ];
  await paint(testKey, "painted");
  await admin("DELETE", "/channels/up");
  const secret = canary.slice(0, -4);
  expect(answers.map(({ status }) => status)).toEqual([
    201, 409, 400, 400, 428, 200, 400, 200, 200, 200, 200,
  ]);
  for (const { body } of answers) expect(JSON.stringify(body)).not.toContain(secret);
  for (const line of log) expect(JSON.stringify(line)).not.toContain(secret);
  const files = await readdir(join(folder, "data"), { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of files.filter((entry) => entry.isFile()))
    expect([name, (await readFile(join(parentPath, name))).includes(secret)]).toEqual([
      name,
      false,
    ]);
});
