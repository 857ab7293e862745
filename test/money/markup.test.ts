import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nanoPerUsd } from "../../src/core/money.ts";
import type { PriceMarkup } from "../../src/core/price-markup.ts";
import { priceMarkupSchema } from "../../src/core/price-markup.ts";
import { priceSchema } from "../../src/core/price.ts";
import type { Span } from "../../src/money/facts.ts";
import { costOf, estimateOf } from "../../src/money/price.ts";
import { versionOf } from "../../src/money/price-version.ts";
import { call, price, priced, unknown } from "./calls.ts";

const two = call({ pictures: ["1024x1024", "1024x1024"] });

function charged(written: unknown, markup: PriceMarkup, charge?: number) {
  return costOf(price(written), two, charge, priceMarkupSchema.parse(markup));
}

describe("a markup", () => {
  test.each([
    ["a factor", { per_image_usd: 0.04 }, { times: 1.2 }, 96_000_000],
    ["a fixed sum an image", { per_image_usd: 0.04 }, { per_image_usd: "0.005" }, 90_000_000],
    ["both", { per_image_usd: 0.04 }, { times: 1.5, per_image_usd: 0.01 }, 140_000_000],
    ["a discount", { per_image_usd: 0.04 }, { times: 0.5 }, 40_000_000],
    ["nothing charged", { per_image_usd: 0.04 }, { times: 0 }, 0],
    // 2 × 0.3 nano are 0.6, times 2.5 are 1.5: rounded before, it would be 2.5 and then 3.
    ["an amount that is rounded after it", { per_image_usd: "0.0000000003" }, { times: 2.5 }, 2],
    ["halves go up", { per_image_usd: "0.000000001" }, { times: "0.25" }, 1],
    ["a third of digits", { per_image_usd: "0.333333333333" }, { times: 3 }, 2_000_000_000],
  ])("%s", (_, written, markup, nano) => {
    expect(charged(written, markup)).toEqual(priced(nano));
    const estimate = estimateOf(price(written), two, priceMarkupSchema.parse(markup));
    expect(estimate).toEqual({ state: "priced", least: nano, most: nano });
  });

  test("is on what an upstream states, whatever the price says", () => {
    const markup = { times: 1.1, per_image_usd: 0.01 };
    for (const written of [{ per_image_usd: 9 }, { text_in_usd: 5 }])
      expect(charged(written, markup, 100)).toEqual(priced(20_000_110));
    expect(costOf(undefined, two, 100, markup)).toEqual(priced(20_000_110));
  });

  test("leaves what is free free, what was not made uncharged, and what is unknown unknown", () => {
    const markup = { times: 2, per_image_usd: 1 };
    expect(charged("free", markup)).toEqual({ state: "free" });
    expect(charged([{ free: true }], markup)).toEqual({ state: "free" });
    expect(costOf(price({ per_image_usd: 1 }), call({ pictures: [] }), undefined, markup)).toEqual(
      priced(0),
    );
    expect(costOf(undefined, two, undefined, markup)).toEqual(unknown());
    // Its bound is what a customer may be charged at most.
    expect(charged({ image_out_usd: 30, max_usd: 0.5 }, markup)).toEqual(unknown(4_000_000_000));
    expect(estimateOf(price({ image_out_usd: 30, max_usd: 0.5 }), two, markup).most).toBe(
      4_000_000_000,
    );
  });

  test("that leads beyond what can be counted is no number that is wrong", () => {
    expect(charged({ per_image_usd: 9_000_000 }, { times: 9_000_000 })).toEqual(unknown());
    expect(charged({ per_image_usd: 1 }, { times: 9_000_000 }, Number.MAX_SAFE_INTEGER)).toEqual(
      unknown(),
    );
  });

  test("is part of the version", () => {
    const one = price({ per_image_usd: 1 });
    const plain = versionOf(one);
    const marked = versionOf(one, { times: 2 });
    expect(marked?.version).not.toBe(plain?.version);
    expect(marked?.words).toBe(`{"price":{"per_image_usd":1},"markup":{"times":2}}`);
    expect(versionOf(one)).toBe(plain);
  });

  test.each([{}, { times: -1 }, { times: "1,2" }, { percent: 20 }, 1.2, { times: Infinity }])(
    "is not %j",
    (wrong) => {
      expect(priceMarkupSchema.safeParse(wrong).success).toBe(false);
    },
  );
});

const digits = (most: number) =>
  fc
    .tuple(fc.nat(most), fc.nat(999_999_999), fc.nat(999_999))
    .map(
      ([whole, nano, rest]) =>
        `${whole}.${String(nano).padStart(9, "0")}${String(rest).padStart(6, "0")}`,
    );
const markups = fc
  .record({ times: fc.option(digits(3), { nil: undefined }), per_image_usd: digits(1) })
  .map((words) => priceMarkupSchema.parse(words));
const sides = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 3000 })),
  {
    minLength: 1,
    maxLength: 4,
  },
);
const prices = fc
  .record({ image: digits(1), megapixel: digits(1), step: digits(0) })
  .map(({ image, megapixel, step }) =>
    priceSchema.parse({
      per_image_usd: image,
      per_megapixel_usd: megapixel,
      lines: [{ per: ["megapixel", "step"], rate: step, round_up: 0.25 }],
      steps: { default: 20 },
    }),
  );

/** The same in whole numbers of 10^-30 dollars. */
function exactly(text: string | number | undefined, otherwise: string): bigint {
  const [whole = "", part = ""] = String(text ?? otherwise).split(".");
  return BigInt(whole + part.padEnd(30, "0"));
}

describe("of any price", () => {
  test("what is charged is the exact cost times and plus, rounded once", () => {
    fc.assert(
      fc.property(digits(3), markups, fc.integer({ min: 1, max: 10 }), (rate, markup, n) => {
        const made = call({ pictures: Array.from({ length: n }, () => "64x64") });
        const usd = exactly(rate, "0") * BigInt(n);
        const marked =
          (usd * exactly(markup.times, "1")) / 10n ** 30n +
          exactly(markup.per_image_usd, "0") * BigInt(n);
        const nano = (2n * marked + 10n ** 21n) / (2n * 10n ** 21n);
        expect(nanoPerUsd).toBe(10 ** 9);
        expect(costOf(price({ per_image_usd: rate }), made, undefined, markup)).toEqual(
          priced(Number(nano)),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("an estimate bounds what is charged for pictures within it, with any markup", () => {
    fc.assert(
      fc.property(prices, markups, sides, fc.nat(500), (one, markup, sizes, doubt) => {
        const made = call({ pictures: sizes.map(([width, height]) => `${width}x${height}`) });
        const wider = ({ least, most }: Span): Span => ({
          least: Math.max(1, least - doubt),
          most: most + doubt,
        });
        const pictures = made.pictures.map((picture) => {
          const [width, height] = [wider(picture.width), wider(picture.height)];
          const pixels = { least: width.least * height.least, most: width.most * height.most };
          return { ...picture, width, height, pixels };
        });
        const cost = costOf(one, made, undefined, markup);
        const { least, most } = estimateOf(one, { ...made, pictures }, markup);
        if (cost.state !== "priced") throw new Error("all of it is known");
        expect(least).toBeLessThanOrEqual(cost.nano);
        expect(most).toBeGreaterThanOrEqual(cost.nano);
      }),
      { numRuns: 500 },
    );
  });
});
