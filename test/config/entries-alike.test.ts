import { expect, test } from "vitest";
import { stringify } from "yaml";
import { modelCardSchema } from "../../src/core/model-card.ts";
import type { ResourceEntry } from "../../src/core/resource.ts";
import { read } from "./provider-stand-ins.ts";

/** A card with every field that there is. */
const card = {
  also: ["other-names"],
  owned_by: "us",
  released_at: "2026-01-02",
  retires_at: "2031-01-02",
  successor: "next",
  operations: ["edit", "generation"],
  prompt_max: 900,
  edit_prompt_max: 800,
  n: 3,
  n_max: 6,
  sizes: ["512x512", "auto"],
  edit_sizes: ["256x256"],
  size_rule: { multiple: 16, edge_max: 1024, pixels_max: 1_000_000 },
  ratios: ["3:2", "2.35:1"],
  tiers: [{ word: "1K", megapixels: 1.05 }],
  size_default: "512x512",
  qualities: ["low", "high"],
  quality_default: "low",
  styles: ["vivid"],
  backgrounds: ["opaque"],
  formats: ["jpeg", "png"],
  format_parameter: true,
  compression_parameter: true,
  images: { max: 4, formats: ["png"], bytes_max: 1000, square: true, references: true },
  mask: { polarity: "white", binary: true, bytes_max: 999 },
  parameters: ["seed", "negative_prompt"],
  streaming: true,
  strict: true,
  delivery: "url",
  answer: "plain",
  failures_billed: false,
  price: { per_megapixel_usd: "0.0000528", bounds: [{ quality: "low", max_usd: 1 }] },
};

const price = [
  { valid_until: "2027-03-01", currency: "CNY", lines: [{ per: "image", rate: 0.2 }] },
  { when: { options: { style: null } }, table: [{ size: "512x512", usd: 1 }], version: "ours" },
  { free: true },
];

const channel = {
  provider: "workshop",
  markup: { times: "1.25" },
  models: [
    "easel",
    { name: "carded", upstream: "easel", card },
    { name: "priced", upstream: "easel", card: { n: 2 }, price, markup: { per_image_usd: 0.01 } },
    { name: "free", upstream: "easel", price: "free" },
  ],
};
const prices = [
  { id: "one", model: "easel", provider: "workshop", price },
  { model: "carded", channel: "w", price: "free" },
];
const money = { markup: { times: 2 }, rates: { CNY: 0.14 } };

/** The models of a channel of the file. */
async function fromFile() {
  const channels = [{ id: "w", ...channel }];
  const file = stringify({ channels, money, prices: { file: "prices.yaml" } });
  const config = await read({ file, files: { "prices.yaml": stringify({ prices }) } });
  return config.channels.find(({ id }) => id === "w")?.models;
}

test("a model's entry says all of its card and price as a row of the database too", async () => {
  const { name: _, ...fields } = modelCardSchema.shape;
  expect(Object.keys(card)).toEqual(Object.keys(fields));
  const listed = await fromFile();
  expect(listed?.map(({ card: known }) => known)).toMatchObject([
    {},
    { ...card, name: "carded" },
    { n: 2 },
    {},
  ]);
  expect(listed?.map(({ markup }) => markup)).toMatchObject([
    { times: "1.25" },
    { times: "1.25" },
    { per_image_usd: 0.01 },
    { times: "1.25" },
  ]);
  const row = { kind: "channel" as const, id: "w", words: channel };
  const other = { id: "other", provider: "workshop", models: ["easel"] };
  const rows: ResourceEntry[] = [
    row,
    ...Object.entries(money).map(([id, value]) => ({
      kind: "money" as const,
      id,
      words: { value },
    })),
    ...prices.map(({ id = "two", ...words }) => ({ kind: "price" as const, id, words })),
  ];
  const bare = await read({ file: stringify({ channels: [other] }) });
  const found = await bare.entries.read(rows);
  expect([...found.faults.values()]).toEqual([]);
  expect(found.served.channels.find(({ id }) => id === "w")?.models).toEqual(listed);
  // Entries of the file are priced by rows, too.
  const easel = found.served.channels.find(({ id }) => id === "other")?.models[0];
  expect([easel?.price, easel?.markup]).toEqual([listed?.[0]?.price, money.markup]);
});

test("a price is for no built-in channel that has given way", async () => {
  const { entries } = await read({});
  const words = { model: "play-1", channel: "playground", price: "free" };
  const price = { kind: "price" as const, id: "play", words };
  expect((await entries.read([price])).faults.size).toBe(0);
  const row = { kind: "channel" as const, id: "w", words: channel };
  const { faults } = await entries.read([price, row]);
  expect(faults.get(price)).toMatchObject([{ param: "channel" }]);
  expect(faults.size).toBe(1);
});
