import { describe, expect, test } from "vitest";
import type { Channel } from "../../src/core/channel.ts";
import { Secret } from "../../src/core/secret.ts";
import { read } from "./provider-stand-ins.ts";

const vendor = (rest = ""): string =>
  `channels:\n  - { id: a, provider: vendor, settings: { api_key: x }${rest} }\n`;

function only(channels: readonly Channel[]): Channel {
  expect(channels).toHaveLength(1);
  const [channel] = channels;
  if (channel === undefined) throw new Error("there is no channel");
  return channel;
}

/** The credentials' plain text, which the erased settings still hold. */
function revealed(channel: Channel): string[] {
  return channel.credentials.map((settings) => {
    const key = "api_key" in settings ? settings.api_key : undefined;
    return key instanceof Secret ? key.reveal() : "none";
  });
}

describe("which channels there are", () => {
  const ids = (file: string | undefined, env: Record<string, string> = {}): string[] =>
    read(file === undefined ? { env } : { file, env }).channels.map((channel) => channel.id);

  test("a provider's variable makes one, beside the built-in one", () => {
    expect(ids(undefined, { VENDOR_API_KEY: "secret" })).toEqual(["vendor", "playground"]);
    expect(ids(undefined, { VENDOR_API_KEY: "" })).toEqual(["playground"]);
  });

  test("the file's come first, and the built-in one is gone", () => {
    const file = "channels: [{ id: w, provider: workshop, models: [m] }]";
    expect(ids(file)).toEqual(["w"]);
    expect(ids(file, { VENDOR_API_KEY: "secret" })).toEqual(["w", "vendor"]);
  });

  test("a provider that the file names gets none from the environment, even where it is disabled", () => {
    expect(ids(vendor(", enabled: false"), { VENDOR_API_KEY: "secret" })).toEqual(["a"]);
  });

  test("an id that is taken", () => {
    const file = "channels: [{ id: vendor, provider: workshop, models: [m] }]";
    expect(ids(file, { VENDOR_API_KEY: "secret" })).toEqual(["vendor", "vendor-environment"]);
  });

  test("the built-in one may be configured beside others", () => {
    const file = `${vendor()}  - { id: p, provider: playground }\n`;
    expect(ids(file)).toEqual(["a", "p"]);
  });

  test("the environment's channel has the variable's credential and the models of today", () => {
    const [channel] = read({ env: { VENDOR_API_KEY: "secret" } }).channels;
    expect(channel === undefined ? [] : revealed(channel)).toEqual(["secret"]);
    expect(channel?.models.map((model) => model.name)).toEqual(["brush-2"]);
  });
});

test("a channel's own settings, with their defaults", () => {
  expect(only(read({ file: vendor() }).channels)).toMatchObject({
    id: "a",
    priority: 0,
    weight: 1,
    enabled: true,
    retryUnknown: false,
    limits: { concurrency: undefined, rpm: undefined, ipm: undefined },
    timeout: { connectMs: 10_000, totalMs: 300_000 },
    credentials: [{ base_url: "https://api.vendor.example", steps: 20 }],
  });
  const rest =
    ", priority: 7, weight: 2.5, timeout: { total: 5m, connect: 2s }, retry_unknown: true";
  expect(only(read({ file: vendor(rest) }).channels)).toMatchObject({
    priority: 7,
    weight: 2.5,
    retryUnknown: true,
    timeout: { connectMs: 2000, totalMs: 300_000 },
  });
});

test("a list of keys becomes several credentials that share the rest", () => {
  const file =
    "channels: [{ id: a, provider: vendor, settings: { api_keys: [one, '${TWO}'], steps: '${STEPS}' } }]";
  const channel = only(read({ file, env: { TWO: "two", STEPS: "9" } }).channels);
  expect(revealed(channel)).toEqual(["one", "two"]);
  expect(channel.credentials).toMatchObject([{ steps: 9 }, { steps: 9 }]);
});

describe("models and their cards", () => {
  const model = (entry: string, provider = "workshop") => {
    const settings = provider === "vendor" ? "settings: { api_key: x }, " : "";
    const file = `channels: [{ id: a, provider: ${provider}, ${settings}models: [${entry}] }]`;
    const [found] = only(read({ file }).channels).models;
    if (found === undefined) throw new Error("there is no model");
    return found;
  };

  test("none listed: all that the provider knows and the vendor still serves", () => {
    const names = only(read({ file: vendor() }).channels).models.map((each) => each.name);
    expect(names).toEqual(["brush-2"]);
  });

  test("a known name brings its card on any provider, a snapshot's name too", () => {
    expect(model("brush-2")).toMatchObject({
      name: "brush-2",
      upstream: "brush-2",
      card: { name: "brush-2", n: 4 },
    });
    expect(model("brush-2-2026")).toMatchObject({
      upstream: "brush-2-2026",
      card: { name: "brush-2" },
    });
  });

  test("a retired model is served where it is named", () => {
    expect(model("brush-1", "vendor").card?.successor).toBe("brush-2");
  });

  test("an unknown name gets the provider's default card under its own name", () => {
    expect(model("ours")).toMatchObject({ name: "ours", card: { name: "ours" } });
  });

  test("an own name for a known upstream has the upstream's card", () => {
    expect(model("{ name: brush-1, upstream: brush-2 }", "vendor")).toMatchObject({
      name: "brush-1",
      upstream: "brush-2",
      card: { name: "brush-2" },
    });
  });

  test("an unknown upstream of a closed provider is taken at its word, without a card", () => {
    const found = model("{ name: ours, upstream: theirs }", "vendor");
    expect(found).toMatchObject({ upstream: "theirs", card: undefined });
  });

  test("a card in the file is laid over the one that the name brings", () => {
    const found = model("{ name: brush-2, card: { formats: [webp] }, price: free }");
    expect(found.card).toMatchObject({
      name: "brush-2",
      n: 4,
      sizes: ["1024x1024"],
      formats: ["webp"],
    });
    expect(found.price).toBe("free");
  });

  test("sizes in the file replace every rule about sizes below", () => {
    const { card } = model("{ name: ours, card: { sizes: [512x512] } }");
    expect(card).toMatchObject({ sizes: ["512x512"], operations: ["generation", "edit"] });
    expect(card?.size_rule).toBeUndefined();
  });

  test("a card of the file alone, on a closed provider", () => {
    const { card } = model("{ name: ours, card: { n: 2 } }", "vendor");
    expect(card).toMatchObject({ name: "ours", n: 2, operations: ["generation"] });
  });
});
