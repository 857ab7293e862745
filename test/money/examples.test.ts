import { describe, expect, test } from "vitest";
import { type CallWords, cost, priced, unknown, usage } from "./calls.ts";

/** What is worked out by hand in the comment above each; dollars are decimals, a nano-dollar the ninth digit. */
type Example = readonly [name: string, price: unknown, call: CallWords, nano: number];

const flux2Pro = {
  lines: [
    { per: "megapixel", first_rate: 0.03, rate: 0.015, round_up: 1, megapixel: 1_048_576 },
    { per: "input_megapixel", rate: 0.015, round_up: 1, megapixel: 1_048_576 },
  ],
};

const seedreamPro = {
  table: [{ pixels_max: 2_360_000, usd: 0.045 }, { usd: 0.09 }],
  lines: [{ per: "input_image", first_rate: 0, rate: 0.003 }],
};

const lucid = {
  lines: [
    { per: "tile", rate: 0.007 },
    { per: "step", rate: 0.00013 },
  ],
  steps: { option: "num_steps", default: 20 },
};

const grok = {
  table: [
    { resolution: "1k", quality: "low", usd: 0.04 },
    { resolution: "1k", quality: "medium", usd: 0.06 },
    { resolution: "2k", quality: "low", usd: 0.06 },
    { resolution: "2k", quality: "medium", usd: 0.08 },
  ],
  resolutions: [
    { word: "1k", megapixels: 1.05 },
    { word: "2k", megapixels: 4.2 },
  ],
  lines: [{ per: "input_image", rate: 0.01 }],
};

const openai = {
  text_in_usd: 5,
  cached_text_in_usd: 1.25,
  image_in_usd: 8,
  cached_image_in_usd: 2,
  image_out_usd: 30,
  text_out_usd: 0,
};

const vertex = {
  text_in_usd: 1.5,
  image_in_usd: 1.5,
  image_out_usd: 30,
  text_out_usd: 7.5,
  multipliers: [
    { when: { options: { service_tier: "priority" } }, times: 1.8 },
    { when: { options: { service_tier: ["flex", "batch"] } }, times: 0.5 },
  ],
};

const fireworks = { lines: [{ per: ["image", "step"], rate: 0.00035 }], steps: { default: 4 } };
const machine = { lines: [{ per: "second", rate: 4.5, unit: 3600 }] };

const worked: readonly Example[] = [
  [
    "A. tokens",
    openai,
    { pictures: ["1536x1024 png high"], usage: usage(42, 0, 1353) },
    40_800_000,
  ],
  [
    "B. thoughts as text out",
    vertex,
    { operation: "edit", inputs: ["1024x1024"], usage: usage(25, 1120, 1120, 310) },
    37_642_500,
  ],
  ["C. whole megapixels", flux2Pro, { pictures: ["1920x1080"], inputs: ["1024x1024"] }, 60_000_000],
  [
    "D. tiers by pixels, references after the first",
    seedreamPro,
    { pictures: ["2048x2048"], inputs: ["64x64", "64x64", "64x64"] },
    96_000_000,
  ],
  ["E. tiles and steps", lucid, {}, 30_600_000],
  ["F. seconds of a machine", machine, { facts: { seconds: 3.2 } }, 4_000_000],
];

const ofOurOwn: readonly Example[] = [
  // 512² is a fourth of a megapixel, rounded up to one: 0.03.
  ["the smallest picture is one megapixel", flux2Pro, { pictures: ["512x512"] }, 30_000_000],
  // 1,048,577 pixels are two megapixels: 0.03 + 0.015. (1048577 = 17 × 61681)
  ["a pixel more is one more", flux2Pro, { pictures: ["61681x17"] }, 45_000_000],
  // Each picture has its own first: 2 × 0.03 + (4 MP − 1) × 0.015 on the second.
  ["each picture its own first", flux2Pro, { pictures: ["1024x1024", "2048x2048"] }, 105_000_000],
  // Inputs of 0.06 and 4 MP are 1 and 4: 0.03 + 5 × 0.015.
  ["each input by itself", flux2Pro, { inputs: ["256x256", "2048x2048"] }, 105_000_000],
  // 2,359,296 is within 2.36 million; one reference is free: 0.045.
  ["just within the tier", seedreamPro, { pictures: ["1536x1536"], inputs: ["8x8"] }, 45_000_000],
  // 0.045 + 0.09, each picture in its own tier.
  [
    "each picture in its own tier",
    seedreamPro,
    { pictures: ["1024x1024", "2048x2048"] },
    135_000_000,
  ],
  // 1000 of 512 are 2 tiles, 513 are 2: 4 × 0.007 + 50 × 0.00013.
  [
    "tiles are rounded by side",
    lucid,
    { pictures: ["1000x513"], options: { num_steps: 50 } },
    34_500_000,
  ],
  // What the provider reports goes before what was asked: 0.028 + 8 × 0.00013.
  ["reported steps", lucid, { facts: { steps: 8 }, options: { num_steps: 50 } }, 29_040_000],
  // 1408x1056 is 1.49 million pixels: by ratio nearer to 1.05 than to 4.2. 0.06 + two inputs.
  [
    "the nearest resolution, with quality and inputs",
    grok,
    { pictures: ["1408x1056 jpeg medium"], inputs: ["8x8", "8x8"] },
    80_000_000,
  ],
  // 2.2 million is nearer to 4.2 than to 1.05 by ratio (1.91 against 2.10).
  ["the other side of the border", grok, { pictures: ["1760x1250 jpeg low"] }, 60_000_000],
  // Of 100 text tokens 80 are cached: 20 × 5,000 + 80 × 1,250; of 1,000 image tokens 400: 600 × 8,000 + 400 × 2,000; 200 × 30,000.
  [
    "cached tokens are billed once, and cheaper",
    openai,
    {
      inputs: ["8x8"],
      usage: {
        ...usage(100, 1000, 200),
        cached_tokens_details: { text_tokens: 80, image_tokens: 400 },
      },
    },
    11_800_000,
  ],
  // Without a rate for them they cost what others do: 100 × 1,500 + 200 × 30,000.
  [
    "cached tokens without a rate",
    vertex,
    {
      usage: { ...usage(100, 0, 200), cached_tokens_details: { text_tokens: 80, image_tokens: 0 } },
    },
    6_150_000,
  ],
  // 1.8 × (10 × 1,500 + 1,120 × 30,000).
  [
    "a multiplier by option",
    vertex,
    { options: { service_tier: "priority" }, usage: usage(10, 0, 1120) },
    60_507_000,
  ],
  // Half of the same, 16,807,500.
  [
    "another of its words",
    vertex,
    { options: { service_tier: "batch" }, usage: usage(10, 0, 1120) },
    16_807_500,
  ],
  // Three pictures of 4 steps: 12 × 0.00035.
  ["per step of each image", fireworks, { pictures: ["8x8", "8x8", "8x8"] }, 4_200_000],
  // 0.01 × 0.75 (768x1024 of 1,048,576 pixels) × 50 ÷ 28, in nano-dollars 13,392,857.14…
  [
    "megapixels times steps over the usual steps",
    {
      lines: [{ per: ["megapixel", "step"], rate: 0.01, unit: 28, megapixel: 1_048_576 }],
      steps: { option: "num_inference_steps", default: 28 },
    },
    { pictures: ["768x1024"], options: { num_inference_steps: 50 } },
    13_392_857,
  ],
  // Input 4 tiles × 25 × 0.00021 + output 4 × 25 × 0.00041.
  [
    "tiles times steps, in and out",
    {
      lines: [
        { per: ["tile", "step"], rate: "0.00041" },
        { per: ["input_tile", "step"], rate: "0.00021" },
      ],
      steps: { default: 25 },
    },
    { inputs: ["1024x1024"] },
    62_000_000,
  ],
  // 3.2 seconds are 4 begun ones: 4 × 1,250,000.
  [
    "begun seconds",
    { lines: [{ per: "second", rate: 4.5, unit: 3600, round_up: 1 }] },
    { facts: { seconds: 3.2 } },
    5_000_000,
  ],
  // 3.2 seconds in tenths are 32 tenths: the same as without rounding.
  [
    "seconds by the tenth",
    { lines: [{ per: "second", rate: 4.5, unit: 3600, round_up: 0.1 }] },
    { facts: { seconds: 3.2 } },
    4_000_000,
  ],
  // 0.039 + 3 × 0.014.
  [
    "searches of a grounded prompt",
    { per_image_usd: 0.039, lines: [{ per: "count:searches", rate: 0.014 }] },
    { facts: { counts: { searches: 3 } } },
    81_000_000,
  ],
  // One call, four pictures.
  [
    "a price of the call, whatever n is",
    { lines: [{ per: "call", rate: 0.01 }] },
    { pictures: ["8x8", "8x8", "8x8", "8x8"] },
    10_000_000,
  ],
  [
    "raster and vector of one model",
    { table: [{ format: "svg", usd: 0.08 }, { usd: 0.04 }] },
    { pictures: ["8x8 svg", "8x8 png"] },
    120_000_000,
  ],
  [
    "another row by an option",
    { table: [{ options: { prompt_extend: true }, usd: 0.03 }, { usd: 0.015 }] },
    { options: { prompt_extend: true } },
    30_000_000,
  ],
  // 0.03 + 0.005, since a list with an entry is set.
  [
    "an addition where an option is set",
    {
      per_image_usd: 0.03,
      lines: [{ per: "image", rate: 0.005, when: { options: { style_references: "*" } } }],
    },
    { options: { style_references: ["a"] } },
    35_000_000,
  ],
  // The first image of a call at 0.05, the other two at 0.02.
  [
    "the first image dearer than the others",
    { lines: [{ per: "image", first_rate: 0.05, rate: 0.02 }] },
    { pictures: ["8x8", "8x8", "8x8"] },
    90_000_000,
  ],
  // CNY 0.20 × 0.139.
  [
    "another currency at the operator's rate",
    { currency: "CNY", usd_rate: 0.139, lines: [{ per: "image", rate: 0.2 }] },
    {},
    27_800_000,
  ],
  // CNY 0.00000001 × 0.139 × 3 is 4.17 nano-dollars; each alone would be 1.39.
  [
    "a currency is changed after adding",
    { currency: "CNY", usd_rate: 0.139, lines: [{ per: "image", rate: "0.00000001" }] },
    { pictures: ["8x8", "8x8", "8x8"] },
    4,
  ],
  // Neurons: 4 tiles × 0.0000528 + 4 steps × 0.0001056.
  [
    "rates of a thousandth of a cent",
    {
      lines: [
        { per: "tile", rate: "0.0000528" },
        { per: "step", rate: "0.0001056" },
      ],
      steps: { default: 4 },
    },
    {},
    633_600,
  ],
];

test.each(worked)("worked example %s", (_name, price, words, nano) => {
  expect(cost(price, words)).toEqual(priced(nano));
});

test.each(ofOurOwn)("%s", (_name, price, words, nano) => {
  expect(cost(price, words)).toEqual(priced(nano));
});

describe("conditions", () => {
  const launch = {
    table: [
      { until: "2026-10-08", usd: 0.024 },
      { from: "2026-10-08", usd: 0.048 },
    ],
  };
  test.each([
    ["2026-10-07T23:59:59.999Z", 24_000_000],
    ["2026-10-08T00:00:00.000Z", 48_000_000],
  ])("the day of the request, in UTC: %s", (day, nano) => {
    expect(cost(launch, { day })).toEqual(priced(nano));
  });

  const regions = [
    { when: { settings: { base_url: "https://*intl*" } }, per_image_usd: 0.035 },
    { when: { settings: { region: ["us-*", "virginia"] } }, per_image_usd: 0.05 },
    { currency: "CNY", lines: [{ per: "image", rate: 0.2 }] },
  ];
  test.each([
    [{ base_url: "https://dashscope-intl.example.com" }, priced(35_000_000)],
    [{ base_url: "http://dashscope-intl.example.com", region: "us-east" }, priced(50_000_000)],
    [{ region: "virginia" }, priced(50_000_000)],
    // Without the operator's own rate another currency is no price.
    [{ region: "beijing" }, unknown()],
  ])("settings of the channel: %j", (settings, expected) => {
    expect(cost(regions, { settings })).toEqual(expected);
  });

  const byOption = (value: unknown) => [
    { when: { options: { mode: value } }, per_image_usd: 1 },
    { per_image_usd: 2 },
  ];
  test.each<[unknown, unknown, number]>([
    ["*", "x", 1],
    ["*", "", 2],
    ["*", false, 2],
    ["*", 0, 1],
    ["*", [], 2],
    ["*", {}, 2],
    ["*", undefined, 2],
    [null, undefined, 1],
    [null, "x", 2],
    [true, "true", 2],
    [4, 4, 1],
    ["a*c", "abc", 1],
    ["a*c", "ac", 1],
    ["a*c", "abcd", 2],
    ["a*a", "a", 2],
    ["a*b*c", "a-c-b-c", 1],
    ["abc", "abcd", 2],
    [["x", "y"], "y", 1],
  ])("an option %j where it is %j", (wanted, value, dollars) => {
    expect(cost(byOption(wanted), { options: { mode: value } })).toEqual(priced(dollars * 1e9));
  });
  test("a dotted name leads into a group, own properties alone", () => {
    const inside = [
      { when: { options: { "config.search": true } }, per_image_usd: 1 },
      { when: { options: Object.fromEntries([["toString", "*"]]) }, per_image_usd: 3 },
      { per_image_usd: 2 },
    ];
    expect(cost(inside, { options: { config: { search: true } } })).toEqual(priced(1e9));
    expect(cost(inside, { options: { config: "search" } })).toEqual(priced(2e9));
  });
  test("a line of the call about pictures that differ cannot be told", () => {
    const perCall = {
      lines: [
        { per: "image", rate: 1 },
        { per: "call", rate: 1, when: { quality: "high" } },
      ],
    };
    expect(cost(perCall, { pictures: ["8x8 png high", "8x8 png high"] })).toEqual(priced(3e9));
    expect(cost(perCall, { pictures: ["8x8 png high", "8x8 png low"] })).toEqual(unknown(3e9));
    expect(cost(perCall, { pictures: ["8x8 png low"] })).toEqual(priced(1e9));
  });
  test("a resolution without sizes is the word that was asked for", () => {
    const words = { table: [{ resolution: "2K", usd: 0.1 }, { usd: 0.05 }] };
    expect(cost(words, { resolution: "2K" })).toEqual(priced(100_000_000));
    expect(cost(words, {})).toEqual(priced(50_000_000));
    const tiers = [
      { word: "1K", megapixels: 1 },
      { word: "2K", megapixels: 4 },
    ];
    // What was made counts, where the card says how large the words are.
    expect(cost(words, { resolution: "2K", tiers })).toEqual(priced(50_000_000));
  });
});
