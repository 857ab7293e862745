import { describe, expect, test } from "vitest";
import { read } from "./provider-stand-ins.ts";
import { settingsThatNeedRestart } from "../../src/config/restart.ts";

const key = "0123456789-0123456789";

test("nothing configured: every default, and the built-in channel", async () => {
  const config = await read({});
  expect(config).toMatchObject({
    file: undefined,
    dataFolder: "/work/data",
    secret: undefined,
    adminToken: undefined,
    server: {
      host: "127.0.0.1",
      port: 8080,
      publicUrl: undefined,
      trustedProxies: [],
      requestTimeoutMs: 300_000,
      readTimeoutMs: 60_000,
      shutdownGraceMs: 2000,
      bodyBytesMax: 2 ** 30,
    },
    database: { kind: "sqlite", path: "/work/data/pinhole.db", migrates: true },
    images: {
      kind: "file",
      folder: "/work/data/images",
      ttlMs: 3_600_000,
      responseFormat: "auto",
      quotaBytes: undefined,
    },
    keys: [],
    aliases: {},
    defaultModel: undefined,
    policy: {
      strict: false,
      resample: false,
      variationsAsEdits: false,
      style: "drop",
      successors: true,
    },
    exposeChannel: false,
    admission: { requestsMax: 2000, bytesMax: 8 * 2 ** 30, eventLoopDelayMsMax: 1000 },
    logs: { level: "info", format: "json" },
  });
  expect(config.channels.map((channel) => channel.id)).toEqual(["playground"]);
  expect((await read({ terminal: true })).logs.format).toBe("pretty");
});

describe("flags win over the environment, which wins over the file, which wins over the default", () => {
  const file = "server: { port: 1 }\ndata: from-file\n";
  test.each([
    [{}, 8080, "/work/data"],
    [{ file }, 1, "/work/from-file"],
    [{ file, env: { PORT: "2" } }, 2, "/work/from-file"],
    [{ file, env: { PORT: "2", PINHOLE_PORT: "3", PINHOLE_DATA: "/env" } }, 3, "/env"],
    [
      {
        file,
        env: { PINHOLE_PORT: "3", PINHOLE_DATA: "/env" },
        flags: { settings: { "server.port": "4", data: "flag" } },
      },
      4,
      "/work/flag",
    ],
    [{ file, env: { PINHOLE_PORT: "" } }, 1, "/work/from-file"],
    [{ file, env: { PINHOLE_PORT: "tcp://10.0.0.1:80" } }, 1, "/work/from-file"],
  ])("%j", async (given, port, folder) => {
    const config = await read(given);
    expect([config.server.port, config.dataFolder]).toEqual([port, folder]);
  });

  test("the file itself too", async () => {
    const given = { file, env: { PINHOLE_CONFIG: "other.yaml" } };
    expect((await read(given)).file).toBe("/work/other.yaml");
    expect((await read({ ...given, flags: { file: "pinhole.yaml" } })).file).toBe(
      "/work/pinhole.yaml",
    );
  });
});

test("the environment is put into the file, as the type that the setting has", async () => {
  const file = [
    "server: { port: '${P}', host: '${H:-0.0.0.0}' }",
    "policy: { strict: '${S}' }",
    "keys: [{ name: '$${not}', key: 'pre-${K}' }]",
    "default_model: ${M:-play-1}",
  ].join("\n");
  const config = await read({ file, env: { P: "81", S: "true", K: key, M: "" } });
  expect(config.server).toMatchObject({ port: 81, host: "0.0.0.0" });
  expect(config.policy.strict).toBe(true);
  expect(config.defaultModel).toBe("play-1");
  expect(config.keys[0]?.name).toBe("${not}");
  expect(config.keys[0]?.key.reveal()).toBe(`pre-${key}`);
});

test("settings without a value, anchors and merged groups", async () => {
  const file = [
    "server:",
    "redis:",
    "channels:",
    "  - &first { id: a, provider: vendor, settings: { api_key: x }, priority: 5 }",
    "  - { <<: *first, id: b }",
  ].join("\n");
  const { channels } = await read({ file });
  expect(channels.map(({ id, priority }) => [id, priority])).toEqual([
    ["a", 5],
    ["b", 5],
  ]);
});

test("durations, sizes, moments and folders become numbers and absolute paths", async () => {
  const file = [
    "images: { ttl: 1.5h, quota: 2GB, url: file:pictures }",
    "server: { body_bytes_max: 2000000, request_timeout: 90s, public_url: 'https://a.example/pin/' }",
    "database: { url: 'sqlite:/var/p.db' }",
    `keys: [{ name: a, key: '${key}', expires_at: 2027-01-31 }, { name: b, key: '${key}!', expires_at: '2027-01-31T12:00:00+02:00' }]`,
  ].join("\n");
  const config = await read({ file });
  expect(config.images).toMatchObject({
    ttlMs: 5_400_000,
    quotaBytes: 2e9,
    folder: "/work/pictures",
  });
  expect(config.server).toMatchObject({
    bodyBytesMax: 2_000_000,
    requestTimeoutMs: 90_000,
    publicUrl: "https://a.example/pin",
  });
  expect(config.database).toEqual({ kind: "sqlite", path: "/var/p.db", migrates: true });
  expect(config.keys.map((each) => each.expiresAt)).toEqual([
    Date.UTC(2027, 1, 1),
    Date.UTC(2027, 0, 31, 10),
  ]);
  const memory = await read({ file: "database: { url: 'sqlite::memory:' }" });
  expect(memory.database).toMatchObject({ kind: "sqlite", path: ":memory:" });
});

test.each(["postgres", "postgresql"])(
  "a database on Postgres by %s:, its password a secret",
  async (scheme) => {
    const url = `${scheme}://us:pass%20word@db.example:5433/pinhole?sslmode=verify-full`;
    const plain = await read({ env: { DATABASE_URL: url } });
    expect(plain.database).toMatchObject({ kind: "postgres", pool: 10 });
    expect(plain.database.kind === "postgres" && plain.database.url.reveal()).toBe(url);
    expect(JSON.stringify(plain)).not.toContain("pass");
    const { database } = await read({ file: `database: { url: '${url}', pool: 40 }` });
    expect(database).toMatchObject({ kind: "postgres", pool: 40 });
    const other = await read({ file: `database: { url: '${url}x', pool: 40 }` });
    expect(
      settingsThatNeedRestart({ ...plain, database }, { ...plain, database: other.database }),
    ).toEqual(["database"]);
  },
);

test("a database's address that is none is a fault that does not repeat the password", async () => {
  for (const url of ["mysql://us:hush@host/p", "postgres://us:hush@host", "postgres:us:hush"]) {
    const fault = read({ file: `database: { url: '${url}' }` });
    await expect(fault).rejects.toThrow(
      /`database.url` must be sqlite: and a file, .* or postgres/,
    );
    await expect(fault).rejects.not.toThrow(/hush/);
  }
});

test("a key in the file, with its limits on what it may do", async () => {
  const file = `keys: [{ name: a, key: '${key}', models: ["brush*"], operations: [edit], strict: true, disabled: true }, { name: b, key: '${key}!' }]`;
  expect((await read({ file })).keys).toMatchObject([
    { name: "a", models: ["brush*"], operations: ["edit"], strict: true, disabled: true },
    { name: "b", models: ["*"], operations: null, strict: false, disabled: false, expiresAt: null },
  ]);
});

test("no credential is in the configuration when it is printed", async () => {
  const file = `secret: ${key}${key}\nadmin_token: admin-${key}\nkeys: [{ name: a, key: '${key}' }]\nchannels: [{ id: a, provider: vendor, settings: { api_key: hunter2 } }]`;
  const printed = JSON.stringify(await read({ file }));
  expect(printed).not.toContain(key);
  expect(printed).not.toContain("hunter2");
});

test("aliases are lists; proxies of the environment are handed on", async () => {
  const file = "aliases: { fox: play-1, wolf: [play-1] }\ndefault_model: wolf\n";
  const config = await read({ file, env: { HTTPS_PROXY: "http://p:1", no_proxy: "localhost" } });
  expect(config.aliases).toEqual({ fox: ["play-1"], wolf: ["play-1"] });
  expect(config.proxy).toEqual({ http: undefined, https: "http://p:1", bypass: "localhost" });
});
