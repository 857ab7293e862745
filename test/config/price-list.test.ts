import { describe, expect, test } from "vitest";
import { faultsOf, read } from "./provider-stand-ins.ts";

const file = (rest = "") =>
  `prices: { file: prices.yaml }
money: { rates: { CNY: 0.14 } }
channels:
  - id: a
    provider: vendor
    settings: { api_key: x }
${rest}  - id: w
    provider: workshop
    models: [easel, { name: mine, upstream: easel }, { name: own, upstream: easel, price: free },
      { name: carded, upstream: easel, card: { price: { per_image_usd: 3 } } }]
`;

const fixed = (usd: number | string) => ({ per_image_usd: usd });

/** The prices of the channels' models, by `channel/name`. */
async function pricesWith(prices: string): Promise<Record<string, unknown>> {
  const { channels } = await read({ file: file(), files: { "prices.yaml": prices } });
  const named = channels.flatMap(({ id, models }) =>
    models.map(({ name, price }) => [`${id}/${name}`, price] as const),
  );
  return Object.fromEntries(named);
}

describe("prices of the operator's file", () => {
  test("go before the card's, and after what the channel says itself", async () => {
    const prices = await pricesWith(`prices:
  - { model: brush-2, price: { per_image_usd: "0.012345678901" } }
  - { model: easel, price: { per_image_usd: 0.5 } }
`);
    expect(prices).toEqual({
      "a/brush-2": fixed("0.012345678901"),
      "w/easel": fixed(0.5),
      "w/mine": fixed(0.5),
      "w/own": "free",
      "w/carded": fixed(3),
    });
  });

  test("of a channel go before those of a provider, these before those of all, whatever their order", async () => {
    const entries = [
      "{ model: easel, price: { per_image_usd: 1 } }",
      "{ model: easel, provider: workshop, price: { per_image_usd: 2 } }",
      "{ model: easel, channel: w, price: { per_image_usd: 3 } }",
      "{ model: easel, channel: w, provider: workshop, price: { per_image_usd: 4 } }",
      "{ model: easel, provider: vendor, price: { per_image_usd: 5 } }",
    ];
    const priceOf = async (lines: readonly string[]) =>
      (await pricesWith(`prices:\n${lines.map((line) => `  - ${line}\n`).join("")}`))["w/easel"];
    for (const order of [entries, entries.toReversed()]) {
      expect(await priceOf(order)).toEqual(fixed(4));
      expect(await priceOf(order.filter((line) => !line.includes(": 4")))).toEqual(fixed(3));
    }
    expect(await priceOf(entries.slice(0, 2).toReversed())).toEqual(fixed(2));
    expect(await priceOf(entries.slice(4))).toBeUndefined();
  });

  test("by the name at the upstream go before those by the name here", async () => {
    const prices = await pricesWith(`prices:
  - { model: mine, price: { per_image_usd: 1 } }
  - { model: easel, price: { per_image_usd: 2 } }
`);
    expect([prices["w/mine"], prices["w/easel"]]).toEqual([fixed(2), fixed(2)]);
    const byName = await pricesWith("prices: [{ model: mine, price: { per_image_usd: 1 } }]");
    expect([byName["w/mine"], byName["w/easel"]]).toEqual([fixed(1), undefined]);
  });

  test("have the operator's rates, times and all other words", async () => {
    const prices = await pricesWith(`prices:
  - model: easel
    price:
      - { valid_until: 2027-03-01, currency: CNY, lines: [{ per: image, rate: 0.2 }], source: contract, as_of: 2026-11-27 }
      - free: true
`);
    expect(prices["w/easel"]).toEqual([
      {
        valid_until: "2027-03-01",
        currency: "CNY",
        lines: [{ per: "image", rate: 0.2 }],
        source: "contract",
        as_of: "2026-11-27",
        usd_rate: 0.14,
      },
      { free: true },
    ]);
  });

  test("keep conditions on what is not set", async () => {
    const table = [{ options: { style: null }, usd: 1 }, { usd: 2 }];
    const prices = await pricesWith(
      `prices: [{ model: easel, price: { per_image_usd: null, table: [{ options: { style: null }, usd: 1 }, { usd: 2 }] } }]`,
    );
    expect(prices["w/easel"]).toEqual({ table });
  });

  test("may be for models that nobody serves, and for none", async () => {
    const unserved = await pricesWith("prices: [{ model: other, price: free }]");
    expect(unserved["a/brush-2"]).toEqual((await pricesWith("prices: []"))["a/brush-2"]);
  });

  test("are read without a channel in the file", async () => {
    const { channels } = await read({
      file: "prices: { file: prices.yaml }",
      env: { VENDOR_API_KEY: "x" },
      files: { "prices.yaml": "prices: [{ model: brush-2, channel: vendor, price: free }]" },
    });
    expect(channels[0]?.models[0]?.price).toBe("free");
  });
});

describe("faults of the file of prices", () => {
  const told = (prices: string, rest?: string) =>
    faultsOf({ file: file(rest), files: { "prices.yaml": prices } });

  test.each([
    [
      "a misspelt word",
      "prices:\n  - model: easel\n    price:\n      per_imge_usd: 1\n",
      ["prices.yaml:4: unknown setting `per_imge_usd`; did you mean `per_image_usd`?"],
    ],
    [
      "a negative figure",
      "prices:\n  - model: easel\n    price: { per_image_usd: -1 }\n",
      ["prices.yaml:3: `prices[0].price.per_image_usd` must be a number, 0 or more, not -1"],
    ],
    [
      "no YAML",
      "prices:\n  - { model: easel\n",
      [expect.stringMatching(/^prices\.yaml:\d: not valid YAML: /)],
    ],
    [
      "a provider that there is not",
      "prices:\n  - { model: a, provider: vendr, price: free }\n",
      ["prices.yaml:2: there is no provider `vendr`; did you mean `vendor`?"],
    ],
    [
      "two for one model",
      "prices:\n  - { model: a, price: free }\n  - { model: a, provider: vendor, price: free }\n  - { model: a, price: free }\n",
      [
        "prices.yaml:4: the file has a price for `a` in the same place already; remove one, or give one of them a `provider` or `channel`",
      ],
    ],
    [
      "no list",
      "easel: 1\n",
      [
        "prices.yaml:1: `prices` is missing; it must be a list",
        "prices.yaml:1: unknown setting `easel`",
      ],
    ],
  ])("%s", async (_, prices, lines) => {
    expect(await told(prices)).toEqual(lines);
  });

  test("are told beside those of the configuration", async () => {
    const lines = await told("prices: [{ model: 1, price: free }]", "    wombat: 1\n");
    expect(lines).toEqual([
      "prices.yaml:1: `prices[0].model` must be text, not 1",
      "pinhole.yaml:7: unknown setting `wombat`",
    ]);
  });

  test("a file that is not there or may not be read", async () => {
    expect(await faultsOf({ file: "prices: { file: nowhere.yaml }" })).toEqual([
      expect.stringMatching(/^pinhole\.yaml:1: cannot read nowhere\.yaml: /),
    ]);
    expect(await faultsOf({ file: "prices: { file: locked.yaml }" })).toEqual([
      expect.stringMatching(/^pinhole\.yaml:1: cannot read locked\.yaml: .*; /),
    ]);
  });
});
