import fc from "fast-check";
import { expect, test } from "vitest";
import { nanoOf } from "../../src/core/money.ts";
import { type PriceBlock, priceSchema } from "../../src/core/price.ts";
import {
  add,
  compare,
  fraction,
  multiply,
  type Rational,
  readDecimal,
} from "../../src/core/rational.ts";
import { amountOfCall } from "../../src/money/amount.ts";
import type { PricedCall, PricedPicture, Span } from "../../src/money/facts.ts";
import { costOf, estimateOf } from "../../src/money/price.ts";
import { exactValue } from "../../src/money/range.ts";
import { call, usage } from "./calls.ts";

const decimal = fc
  .tuple(fc.nat(3), fc.nat(999_999_999), fc.nat(99_999))
  .map(
    ([whole, nano, rest]) =>
      `${whole}.${String(nano).padStart(9, "0")}${String(rest).padStart(5, "0")}`,
  );
const qualities = ["low", "medium", "high"];
const condition = fc.record(
  {
    quality: fc.oneof(fc.constantFrom(...qualities), fc.subarray(qualities, { minLength: 1 })),
    pixels_max: fc.integer({ min: 1, max: 5_000_000 }),
    pixels_above: fc.integer({ min: 1, max: 5_000_000 }),
    format: fc.constantFrom("png", "svg"),
    resolution: fc.constantFrom("1k", "2k"),
    options: fc.record({ mode: fc.constantFrom("a", "b") }),
    operation: fc.constantFrom("generation", "edit"),
  },
  { requiredKeys: [] },
);
const measures = [
  "image",
  "megapixel",
  "tile",
  "input_image",
  "input_megapixel",
  "call",
  "step",
  "second",
];
const tokens = ["text_in", "cached_text_in", "image_in", "image_out", "text_out"];

const line = fc
  .record({
    per: fc.oneof(
      fc.constantFrom(...measures, ...tokens),
      fc.constantFrom(["tile", "step"], ["image", "input_image"], ["megapixel", "step"]),
    ),
    first: fc.option(decimal, { nil: undefined }),
    rates: fc.array(fc.record({ conditions: condition, rate: decimal }), { maxLength: 2 }),
    rate: decimal,
    more: fc.record(
      {
        round_up: fc.constantFrom(1, 0.25),
        megapixel: fc.constantFrom(1_000_000, 1_048_576),
        unit: fc.constantFrom(1, 28, "0.5"),
        when: condition,
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ per, first, rates, rate, more }) => {
    // Whole images are counted through the call, so a first one among them would depend on their order.
    const hasFirst = first !== undefined && typeof per === "string" && per !== "image";
    const rows = rates.map((row) => ({ ...row.conditions, rate: row.rate }));
    return {
      per,
      ...more,
      most: 1000,
      rows: [...rows, { rate, ...(hasFirst ? { first_rate: first } : {}) }],
    };
  });

const block = fc
  .record({ lines: fc.array(line, { minLength: 1, maxLength: 4 }), times: fc.option(decimal) })
  .map(({ lines, times }): PriceBlock => {
    const multipliers =
      times === null ? {} : { multipliers: [{ when: { options: { mode: "a" } }, times }] };
    const resolutions = [
      { word: "1k", megapixels: 1.05 },
      { word: "2k", megapixels: 4.2 },
    ];
    const read = priceSchema.parse({ lines, resolutions, ...multipliers });
    if (read === "free" || Array.isArray(read)) throw new Error("a block was written");
    return read;
  });

const size = fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 3000 }));
const sizeWord = size.map(([width, height]) => `${width}x${height}`);
const made = fc.record({
  pictures: fc.array(
    fc
      .tuple(sizeWord, fc.constantFrom("png", "svg"), fc.constantFrom(...qualities))
      .map((words) => words.join(" ")),
    { minLength: 1, maxLength: 4 },
  ),
  inputs: fc.array(sizeWord, { maxLength: 3 }),
  options: fc.record({ mode: fc.constantFrom("a", "b") }),
  operation: fc.constantFrom<"generation" | "edit">("generation", "edit"),
  usage: fc
    .tuple(fc.nat(5000), fc.nat(5000), fc.integer({ min: 1, max: 9000 }), fc.nat(900))
    .map((counts) => usage(...counts)),
  facts: fc.record({ steps: fc.nat(60), seconds: fc.double({ min: 0, max: 500, noNaN: true }) }),
});

const amount = (price: PriceBlock, priced: PricedCall): Rational | undefined =>
  exactValue(amountOfCall(price, priced));
const same = (a: Rational | undefined, b: Rational | undefined): boolean =>
  a === undefined || b === undefined ? a === b : compare(a, b) === 0;

test("a price is the sum of its lines, rounded once", () => {
  fc.assert(
    fc.property(block, made, (price, words) => {
      const whole = amount(price, call(words));
      fc.pre(whole !== undefined && whole.above > 0n);
      const parts = (price.lines ?? []).map((one) =>
        amount({ ...price, lines: [one] }, call(words)),
      );
      // A line that there is not for such a call is no price by itself, and adds nothing.
      const sum = parts.reduce<Rational>(
        (total, part) => add(total, part ?? fraction(0)),
        fraction(0),
      );
      expect(same(whole, sum)).toBe(true);
      const cost = costOf(price, call(words), undefined);
      expect(cost).toEqual({ state: "priced", nano: nanoOf(sum) });
    }),
    { numRuns: 500 },
  );
});

test("neither the order of lines nor that of pictures and inputs changes it", () => {
  fc.assert(
    fc.property(block, made, (price, words) => {
      const turned = {
        ...words,
        pictures: words.pictures.toReversed(),
        inputs: words.inputs.toReversed(),
      };
      const lines = price.lines?.toReversed();
      expect(costOf({ ...price, lines }, call(turned), undefined)).toEqual(
        costOf(price, call(words), undefined),
      );
    }),
    { numRuns: 500 },
  );
});

test("twice the rates are twice the amount", () => {
  fc.assert(
    fc.property(block, made, decimal, (price, words, factor) => {
      const whole = amount(price, call(words));
      const scaled = [...(price.multipliers ?? []), { when: {}, times: factor }];
      const times = readDecimal(factor);
      const expected = whole && times && multiply(whole, times);
      expect(same(amount({ ...price, multipliers: scaled }, call(words)), expected)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test("a fixed sum a picture costs the same written short and as a line", () => {
  fc.assert(
    fc.property(decimal, made, (rate, words) => {
      const short = priceSchema.parse({ per_image_usd: rate });
      const line = priceSchema.parse({ lines: [{ per: "image", rate }] });
      expect(costOf(short, call(words), undefined)).toEqual(costOf(line, call(words), undefined));
      expect(estimateOf(short, call(words))).toEqual(estimateOf(line, call(words)));
    }),
    { numRuns: 200 },
  );
});

const forgotten = fc.record({
  below: fc.nat(700),
  above: fc.nat(700),
  pixels: fc.boolean(),
  quality: fc.boolean(),
  format: fc.boolean(),
  seconds: fc.boolean(),
});

test("what is known less of is estimated wider: an estimate bounds what it comes to", () => {
  fc.assert(
    fc.property(block, made, forgotten, (price, words, lost) => {
      const known = call(words);
      const cost = costOf(price, known, undefined);
      fc.pre(cost.state === "priced");
      const facts = lost.seconds ? { steps: words.facts.steps } : words.facts;
      const pictures = known.pictures.map((picture) => blurred(picture, lost));
      const { least, most } = estimateOf(price, { ...known, pictures, facts });
      const { nano } = cost;
      expect(least).toBeLessThanOrEqual(nano);
      expect(most ?? Infinity).toBeGreaterThanOrEqual(nano);
    }),
    { numRuns: 1000 },
  );
});

function blurred(
  picture: PricedPicture,
  lost: { below: number; above: number; pixels: boolean; quality: boolean; format: boolean },
): PricedPicture {
  const wider = ({ least, most }: Span): Span => ({
    least: Math.max(1, least - lost.below),
    most: most + lost.above,
  });
  const width = wider(picture.width);
  const height = wider(picture.height);
  const pixels = { least: width.least * height.least, most: width.most * height.most };
  return {
    ...picture,
    ...(lost.pixels ? { width, height, pixels } : {}),
    quality: lost.quality ? null : picture.quality,
    format: lost.format ? null : picture.format,
  };
}

test("decimals are read digit by digit, also as numbers", () => {
  fc.assert(
    fc.property(fc.nat(9_000_000), fc.integer({ min: 0, max: 999_999 }), (whole, micro) => {
      const text = `${whole}.${String(micro).padStart(6, "0")}`;
      const exact = fraction(BigInt(whole) * 1_000_000n + BigInt(micro), 1_000_000n);
      expect(same(readDecimal(text), exact)).toBe(true);
      expect(same(readDecimal(Number(text)), exact)).toBe(true);
    }),
  );
  expect(readDecimal(5e-8)).toEqual(fraction(5, 100_000_000n));
  expect(readDecimal(1e21)).toEqual(fraction(10n ** 21n));
  for (const odd of [NaN, Infinity, -1, "", "1,5", "0x10", "1e999", "--1"])
    expect(readDecimal(odd)).toBeUndefined();
});
