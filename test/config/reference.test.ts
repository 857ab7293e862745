import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { notYet } from "../../src/config/not-yet.ts";
import { settingsReference } from "../../src/config/reference.ts";
import { clientEnvironment, settingSources } from "../../src/config/sources.ts";
import { editDistance, nearest } from "../../src/config/suggest.ts";
import { parseByteSize } from "../../src/config/values.ts";
import { parseDuration } from "../../src/core/duration.ts";

const rows = settingsReference();

test("every setting has a form and a description", () => {
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter((row) => row.form === "any value" || row.description.length < 8)).toEqual([]);
});

test("what the environment and the flags can set are settings", () => {
  const names = rows.map((row) => row.setting);
  for (const source of settingSources) expect(names).toContain(source.setting);
  const port = rows.find((row) => row.setting === "server.port");
  expect(port).toMatchObject({
    form: "a whole number from 0 to 65535",
    default: "8080",
    required: false,
    variables: ["PINHOLE_PORT", "PORT"],
    flag: "--port <number>",
    supported: true,
  });
});

test("what is not supported yet is a setting, and is marked", () => {
  const names = rows.map((row) => row.setting);
  for (const row of notYet) {
    expect(names.some((name) => name === row.setting || name.startsWith(`${row.setting}.`))).toBe(
      true,
    );
  }
  expect(rows.find((row) => row.setting === "redis.url")?.supported).toBe(true);
});

test("the example file is right as it stands", async () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const path = fileURLToPath(new URL("../../pinhole.example.yaml", import.meta.url));
  const env = { OPENAI_API_KEY: "sk-one", DEV_KEY: "0123456789-0123456789" };
  const config = await loadConfig({ env, flags: { file: path }, cwd: root });
  expect(config.channels.length).toBeGreaterThan(0);
  expect(readFileSync(path, "utf8")).toContain("${OPENAI_API_KEY}");
});

describe("words", () => {
  test.each([
    ["500ms", 500],
    ["10s", 10_000],
    ["1.5m", 90_000],
    ["2 h", 7_200_000],
    ["7d", 604_800_000],
    ["10", undefined],
    ["-1s", undefined],
    ["1y", undefined],
    ["", undefined],
  ])("the duration %j", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    ["1024", 1024],
    ["64MB", 64_000_000],
    ["10GiB", 10 * 2 ** 30],
    ["0.5kib", 512],
    ["1 TB", 1e12],
    ["MB", undefined],
    ["1XB", undefined],
    ["-1", undefined],
  ])("the size %j", (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  test("distances between words", () => {
    expect(editDistance("port", "port")).toBe(0);
    expect(editDistance("prot", "port")).toBe(1);
    expect(editDistance("", "abc")).toBe(3);
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(nearest("api_kye", ["base_url", "api_key"])).toBe("api_key");
    expect(nearest("wombat", ["port", "host"])).toBeUndefined();
  });
});

test("the commands that talk to a gateway take its address and key from the environment", () => {
  expect(clientEnvironment({})).toEqual({ url: "http://127.0.0.1:8080", key: undefined });
  expect(clientEnvironment({ PINHOLE_URL: "http://a", PINHOLE_KEY: "k" })).toEqual({
    url: "http://a",
    key: "k",
  });
});
