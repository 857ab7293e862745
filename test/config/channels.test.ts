import { describe, expect, test } from "vitest";
import type { Channel } from "../../src/core/channel.ts";
import { Secret } from "../../src/core/secret.ts";
import { loadConfig } from "../../src/config.ts";
import { loadFor, type Shelf } from "../../src/config/loading.ts";
import { type Given, read, standIns } from "./provider-stand-ins.ts";

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
  const ids = async (file: string | undefined, env: Record<string, string> = {}) =>
    (await read(file === undefined ? { env } : { file, env })).channels.map(
      (channel) => channel.id,
    );

  test("a provider's variable makes one, beside the built-in one", async () => {
    expect(await ids(undefined, { VENDOR_API_KEY: "secret" })).toEqual(["vendor", "playground"]);
    expect(await ids(undefined, { VENDOR_API_KEY: "" })).toEqual(["playground"]);
  });

  test("the file's come first, and the built-in one is gone", async () => {
    const file = "channels: [{ id: w, provider: workshop, models: [m] }]";
    expect(await ids(file)).toEqual(["w"]);
    expect(await ids(file, { VENDOR_API_KEY: "secret" })).toEqual(["w", "vendor"]);
  });

  test("a provider that the file names gets none from the environment, even where it is disabled", async () => {
    expect(await ids(vendor(", enabled: false"), { VENDOR_API_KEY: "secret" })).toEqual(["a"]);
  });

  test("an id that is taken", async () => {
    const file = "channels: [{ id: vendor, provider: workshop, models: [m] }]";
    expect(await ids(file, { VENDOR_API_KEY: "secret" })).toEqual(["vendor", "vendor-environment"]);
  });

  test("the built-in one may be configured beside others", async () => {
    const file = `${vendor()}  - { id: p, provider: playground }\n`;
    expect(await ids(file)).toEqual(["a", "p"]);
  });

  test("the environment's channel has the variable's credential and the models of today", async () => {
    const [channel] = (await read({ env: { VENDOR_API_KEY: "secret" } })).channels;
    expect(channel === undefined ? [] : revealed(channel)).toEqual(["secret"]);
    expect(channel?.models.map((model) => model.name)).toEqual(["brush-2"]);
  });
});

test("a channel's own settings, with their defaults", async () => {
  expect(only((await read({ file: vendor() })).channels)).toMatchObject({
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
  expect(only((await read({ file: vendor(rest) })).channels)).toMatchObject({
    priority: 7,
    weight: 2.5,
    retryUnknown: true,
    timeout: { connectMs: 2000, totalMs: 300_000 },
  });
});

test("a list of keys becomes several credentials that share the rest", async () => {
  const file =
    "channels: [{ id: a, provider: vendor, settings: { api_keys: [one, '${TWO}'], steps: '${STEPS}' } }]";
  const channel = only((await read({ file, env: { TWO: "two", STEPS: "9" } })).channels);
  expect(revealed(channel)).toEqual(["one", "two"]);
  expect(channel.credentials).toMatchObject([{ steps: 9 }, { steps: 9 }]);
});

describe("models and their cards", () => {
  const model = async (entry: string, provider = "workshop") => {
    const settings = provider === "vendor" ? "settings: { api_key: x }, " : "";
    const file = `channels: [{ id: a, provider: ${provider}, ${settings}models: [${entry}] }]`;
    const [found] = only((await read({ file })).channels).models;
    if (found === undefined) throw new Error("there is no model");
    return found;
  };

  test("none listed: all that the provider knows and the vendor still serves", async () => {
    const names = only((await read({ file: vendor() })).channels).models.map((each) => each.name);
    expect(names).toEqual(["brush-2"]);
  });

  test("a known name brings its card on any provider, a snapshot's name too", async () => {
    expect(await model("brush-2")).toMatchObject({
      name: "brush-2",
      upstream: "brush-2",
      card: { name: "brush-2", n: 4 },
    });
    expect(await model("brush-2-2026")).toMatchObject({
      upstream: "brush-2-2026",
      card: { name: "brush-2" },
    });
  });

  test("a retired model is served where it is named", async () => {
    expect((await model("brush-1", "vendor")).card?.successor).toBe("brush-2");
  });

  test("an unknown name gets the provider's default card under its own name", async () => {
    expect(await model("ours")).toMatchObject({ name: "ours", card: { name: "ours" } });
  });

  test("an own name for a known upstream has the upstream's card", async () => {
    expect(await model("{ name: brush-1, upstream: brush-2 }", "vendor")).toMatchObject({
      name: "brush-1",
      upstream: "brush-2",
      card: { name: "brush-2" },
    });
  });

  test("an unknown upstream of a closed provider is taken at its word, without a card", async () => {
    const found = await model("{ name: ours, upstream: theirs }", "vendor");
    expect(found).toMatchObject({ upstream: "theirs", card: undefined });
  });

  test("a price in another currency gets the operator's rate, and needs one of its own or none where it has that", async () => {
    const rates = 'money: { rates: { CNY: 0.139, EUR: "1.08" } }\n';
    const priceOf = async (price: string) => {
      const models = `, models: [{ name: brush-2, price: ${price} }]`;
      return only((await read({ file: rates + vendor(models) })).channels).models[0]?.price;
    };
    const inYuan = "{ currency: CNY, lines: [{ per: image, rate: 0.2 }] }";
    const lines = [{ per: "image", rate: 0.2 }];
    expect(await priceOf(inYuan)).toEqual({ currency: "CNY", usd_rate: 0.139, lines });
    const own = "{ currency: CNY, usd_rate: 0.14, lines: [{ per: image, rate: 0.2 }] }";
    expect(await priceOf(own)).toMatchObject({ usd_rate: 0.14 });
    const other = "{ currency: JPY, lines: [{ per: image, rate: 20 }] }";
    expect(await priceOf(other)).not.toHaveProperty("usd_rate");
    expect(await priceOf(`[{ per_image_usd: 1 }, ${inYuan}]`)).toMatchObject([
      { per_image_usd: 1 },
      { usd_rate: 0.139 },
    ]);
  });

  test("a card in the file is laid over the one that the name brings", async () => {
    const found = await model("{ name: brush-2, card: { formats: [webp] }, price: free }");
    expect(found.card).toMatchObject({
      name: "brush-2",
      n: 4,
      sizes: ["1024x1024"],
      formats: ["webp"],
    });
    expect(found.price).toBe("free");
  });

  test("sizes in the file replace every rule about sizes below", async () => {
    const { card } = await model("{ name: ours, card: { sizes: [512x512] } }");
    expect(card).toMatchObject({ sizes: ["512x512"], operations: ["generation", "edit"] });
    expect(card?.size_rule).toBeUndefined();
  });

  test("a card of the file alone, on a closed provider", async () => {
    const { card } = await model("{ name: ours, card: { n: 2 } }", "vendor");
    expect(card).toMatchObject({ name: "ours", n: 2, operations: ["generation"] });
  });
});

describe("what is loaded", () => {
  /** The ids of those that reading the file loads. */
  async function loaded(listed: unknown, env: Record<string, string> = {}): Promise<string[]> {
    const seen: string[] = [];
    const providers = standIns.providers.map((line) => ({
      ...line,
      load: () => {
        seen.push(line.id);
        return line.load();
      },
    }));
    await loadFor(listed, env, { ...standIns, providers });
    return seen;
  }

  test("the providers that channels are of, and no others", async () => {
    expect(await loaded([{ provider: "workshop", models: ["ours"] }])).toEqual(["workshop"]);
    expect(await loaded([{ provider: "nobody" }])).toEqual([]);
    expect(await loaded(undefined)).toEqual(["playground"]);
    expect(await loaded([], { VENDOR_API_KEY: "x" })).toEqual(["vendor", "playground"]);
    expect(await loaded([{ provider: "vendor", models: ["brush-2"] }])).toEqual(["vendor"]);
  });

  test("and the one whose card a model's name brings, here or at the upstream", async () => {
    const both = ["workshop", "vendor"];
    expect(await loaded([{ provider: "workshop", models: ["brush-2-2026"] }])).toEqual(both);
    expect(
      await loaded([{ provider: "workshop", models: [{ name: "ours", upstream: "brush-2" }] }]),
    ).toEqual(both);
  });

  test("mistakes of every kind load nothing and break nothing", async () => {
    for (const listed of [7, "x", [7], [null], [{}], [{ provider: 7 }], [{ provider: ["vendor"] }]])
      expect(await loaded(listed)).toEqual(Array.isArray(listed) ? [] : ["playground"]);
    for (const models of [7, "brush-2", [7], [null], [{ name: 7, upstream: {} }]])
      expect(await loaded([{ provider: "workshop", models }])).toEqual(["workshop"]);
  });
});

describe("several variables", () => {
  const shelf: Shelf = {
    ...standIns,
    providers: standIns.providers.map((line) => ({
      ...line,
      environment:
        line.id === "vendor"
          ? [
              {
                needs: { VENDOR_ID: "mode", VENDOR_KEY: "api_key" },
                takes: { VENDOR_STEPS: "steps" },
              },
              { needs: { OLD_VENDOR_KEY: "api_key" } },
            ]
          : [],
    })),
  };
  const settings = async (env: Record<string, string>) => {
    const config = await loadConfig({ env, flags: {}, cwd: "/nowhere", shelf });
    return config.channels.find(({ id }) => id === "vendor")?.credentials;
  };

  test("make one channel where all of one way are set, the first way first", async () => {
    const whole = { VENDOR_ID: "fast", VENDOR_KEY: "new", OLD_VENDOR_KEY: "old" };
    expect(await settings(whole)).toMatchObject([{ mode: "fast", steps: 20 }]);
    expect(await settings({ ...whole, VENDOR_STEPS: "9" })).toMatchObject([{ steps: 9 }]);
    expect(await settings({ ...whole, VENDOR_ID: "" })).toMatchObject([{ mode: "good" }]);
    expect(await settings({ VENDOR_KEY: "new" })).toBeUndefined();
  });

  test("a value that does not fit is told by its variable, never shown", async () => {
    const env = { VENDOR_ID: "sk-secret", VENDOR_KEY: "new" };
    await expect(settings(env)).rejects.toThrow(
      /^VENDOR_ID: `VENDOR_ID` must be one of `fast`, `good`$/,
    );
  });
});

describe("retired models", () => {
  const names = async (given: Given) => [...(await read(given)).retired.keys()];

  test("matter where a served model succeeds them, or an alias bears their name", async () => {
    expect(await names({ file: vendor() })).toEqual(["brush-1"]);
    const workshop = "channels: [{ id: a, provider: workshop, models: [ours, brush-2] }]\n";
    expect(await names({ file: workshop })).toEqual(["brush-1"]);
    const other = "channels: [{ id: a, provider: workshop, models: [ours] }]\n";
    expect(await names({ file: other })).toEqual([]);
    expect(await names({ file: `${other}aliases: { brush-1: ours }\n` })).toEqual(["brush-1"]);
  });
});

test("a model's markup goes before its channel's, and this before the house's", async () => {
  const { channels, owners } = await read({
    file: `money: { markup: { times: 1.1 } }
teams: [{ id: art, markup: { times: "1.25" } }]
keys: [{ name: k, key: 0123456789-0123456789, team: art }]
channels:
  - { id: a, provider: workshop, markup: { times: 2 }, models: [m, { name: n, markup: { per_image_usd: 0.01 } }] }
  - { id: b, provider: workshop, models: [m] }
`,
  });
  const markups = channels.flatMap(({ models }) => models.map(({ markup }) => markup));
  expect(markups).toEqual([{ times: 2 }, { per_image_usd: 0.01 }, { times: 1.1 }]);
  expect(owners.teams[0]?.markup).toEqual({ times: "1.25" });
});
