import { describe, expect, test } from "vitest";
import { call, cost, priced, price, totals, unknown, usage } from "./calls.ts";
import { estimateOf } from "../../src/money/price.ts";

const tokens = { text_in_usd: 5, image_in_usd: 8, image_out_usd: 30, max_usd: 1 };

describe("the words of the first release", () => {
  const pictures = ["1024x1024 png high", "512x512 png high"];

  test("the upstream's own statement rules", () => {
    expect(cost({ per_image_usd: 1 }, {}, 42)).toEqual(priced(42));
  });
  test("free is free", () => {
    expect(cost("free", {})).toEqual({ state: "free" });
  });
  test("per image, for each picture made", () => {
    expect(cost({ per_image_usd: 0.04 }, { pictures })).toEqual(priced(80_000_000));
  });
  test("by the first row that fits the measured size, the quality and the operation", () => {
    const table = [
      { size: "1024x1024", quality: "low", usd: 0.01 },
      { size: "1024x1024", quality: "high", operation: "edit", usd: 0.5 },
      { size: "1024x1024", quality: "high", usd: 0.2 },
      { size: "512x512", usd: 0.03 },
    ];
    expect(cost({ table }, { pictures })).toEqual(priced(230_000_000));
  });
  test("per megapixel of the measured picture", () => {
    const expected = priced(10_485_760 + 2_621_440);
    expect(cost({ per_megapixel_usd: 0.01 }, { pictures })).toEqual(expected);
  });
  test("per token, exact below a millionth of a dollar", () => {
    // 21 × 5,000 + 10 × 8,000 + 812 × 30,000 nano-dollars.
    const expected = priced(24_545_000);
    expect(cost(tokens, { inputs: ["64x64"], usage: usage(21, 10, 812) })).toEqual(expected);
  });
  test("parts add up", () => {
    const both = { per_image_usd: 0.01, per_megapixel_usd: 0.01, text_in_usd: 1 };
    // 0.01 + 0.01 × 1.048576 + 100 × 1,000 nano-dollars.
    expect(cost(both, { usage: usage(100, 0, 5) })).toEqual(priced(20_585_760));
  });
  test("a rate that is not written is nothing", () => {
    expect(cost({ image_out_usd: 30 }, { usage: usage(21, 0, 100, 50) })).toEqual(
      priced(3_000_000),
    );
  });
});

describe("unknown is never nothing", () => {
  test("without a price", () => {
    expect(cost([{ when: { from: "2027-01-01" }, per_image_usd: 1 }], {})).toEqual(unknown());
  });
  test("a block that says nothing, or nothing of such a call", () => {
    expect(cost({}, {})).toEqual(unknown());
    const onlyEdits = { lines: [{ per: "image", rate: 0.04, when: { operation: "edit" } }] };
    expect(cost(onlyEdits, {})).toEqual(unknown());
    expect(cost({ max_usd: 0.5 }, { pictures: ["8x8", "8x8"] })).toEqual(unknown(1_000_000_000));
  });
  test("output details that name text alone: the rest is image", () => {
    const partly = {
      ...totals(10, 1000),
      output_tokens_details: { text_tokens: 100, image_tokens: 0 },
    };
    // 10 × 5,000 + 900 × 30,000 + 100 × 10,000.
    const withText = { ...tokens, text_out_usd: 10 };
    expect(cost(withText, { usage: partly })).toEqual(priced(28_050_000));
  });
  test("a usage of zeros beside a picture", () => {
    expect(cost(tokens, { usage: totals(0, 0) })).toEqual(unknown(1_000_000_000));
    expect(cost(tokens, { usage: usage(0, 0, 0) })).toEqual(unknown(1_000_000_000));
  });
  test("a usage whose output is zero, or all text, beside a picture", () => {
    expect(cost(tokens, { usage: totals(30, 0) })).toEqual(unknown(1_000_000_000));
    expect(cost(tokens, { usage: usage(30, 0, 0, 200) })).toEqual(unknown(1_000_000_000));
  });
  test("no usage at all", () => {
    expect(cost(tokens, {})).toEqual(unknown(1_000_000_000));
    expect(cost({ image_out_usd: 30 }, {})).toEqual(unknown());
    expect(cost({ per_image_usd: 0.04, text_in_usd: 5 }, {})).toEqual(unknown());
  });
  test("totals without details: input is text where no picture was sent, output is image", () => {
    // 42 × 5,000 + 1,353 × 30,000.
    expect(cost(tokens, { usage: totals(42, 1353) })).toEqual(priced(40_800_000));
  });
  test("totals without details where a picture was sent: which kind is not known", () => {
    const edit = { inputs: ["1024x1024"], usage: totals(1145, 1120) };
    expect(cost(tokens, edit)).toEqual(unknown(1_000_000_000));
    // At one rate for both kinds it does not matter: 1,145 × 1,500 + 1,120 × 30,000.
    const alike = { text_in_usd: 1.5, image_in_usd: 1.5, image_out_usd: 30 };
    expect(cost(alike, edit)).toEqual(priced(35_317_500));
    // Without a bound of its own it is bounded by the dearer reading: 1,145 × 8,000 + 1,120 × 30,000.
    const { max_usd: _, ...unbounded } = tokens;
    expect(cost(unbounded, edit)).toEqual(unknown(42_760_000));
  });
  test("input details that name one kind: the rest is the other", () => {
    const inputs = ["1024x1024"];
    const text = {
      ...totals(1145, 100),
      input_tokens_details: { text_tokens: 25, image_tokens: 0 },
    };
    // 25 × 5,000 + 1,120 × 8,000 + 100 × 30,000.
    expect(cost(tokens, { inputs, usage: text })).toEqual(priced(12_085_000));
    const image = {
      ...totals(1145, 100),
      input_tokens_details: { text_tokens: 0, image_tokens: 1120 },
    };
    expect(cost(tokens, { inputs, usage: image })).toEqual(priced(12_085_000));
  });
  test("one picture of several without a row", () => {
    const table = [{ size: "1024x1024", usd: 0.04 }];
    expect(cost({ table }, { pictures: ["1024x1024", "512x512"] })).toEqual(unknown());
    expect(cost({ table }, { pictures: ["1024x1024", "1024x1024"] })).toEqual(priced(80_000_000));
  });
  test("a figure that nobody has found out counts only where it counts", () => {
    const partly = { text_in_usd: "unknown", image_in_usd: 8, image_out_usd: 34 };
    expect(cost(partly, { usage: usage(10, 0, 100) })).toEqual(unknown());
    expect(cost(partly, { usage: usage(0, 10, 100) })).toEqual(priced(3_480_000));
  });
  test.each([
    ["a fraction of a token", { ...totals(0.5, 10) }],
    ["a negative count", { ...totals(-1, 10) }],
    ["a count beyond all reason", { ...totals(1e300, 10) }],
  ])("counts that are none: %s", (_what, odd) => {
    expect(cost({ text_in_usd: 5, image_out_usd: 30 }, { usage: odd })).toEqual(unknown());
  });
  test("an amount beyond what is exact", () => {
    const dear = { text_in_usd: 0, image_out_usd: 9_000_000 };
    expect(cost(dear, { usage: totals(0, 2_000_000) })).toEqual(unknown());
  });
  test.each([NaN, -1, 0.5, Infinity, 2 ** 53])(
    "an upstream's nonsense %d is no charge",
    (charge) => {
      expect(cost({ per_image_usd: 0.04 }, {}, charge)).toEqual(priced(40_000_000));
    },
  );
  test("a call that made nothing costs the customer nothing, whatever it used", () => {
    expect(cost(tokens, { pictures: [], usage: usage(500, 0, 0) })).toEqual(priced(0));
  });
});

describe("exact decimals, rounded once, half up", () => {
  test("a megapixel rate is multiplied before it is rounded", () => {
    // 0.05 dollars a million pixels are 50 nano a pixel; at a hundredth of a millionth half a nano a pixel.
    const fine = { lines: [{ per: "megapixel", rate: "0.0000000005" }] };
    expect(cost(fine, { pictures: ["3000x1000"] })).toEqual(priced(2));
    const perPixel = { lines: [{ per: "megapixel", rate: "0.00000005", unit: "0.000001" }] };
    expect(cost(perPixel, { pictures: ["1024x1024"] })).toEqual(priced(52_428_800));
  });
  test.each([
    // By floats each of these comes out one off.
    [{ per_image_usd: 0.1, lines: [{ per: "call", rate: 0.2 }] }, 300_000_000],
    [{ per_image_usd: 1.0000000005 }, 1_000_000_001],
    [{ per_image_usd: "0.0000000014999999999999" }, 1],
    [{ per_image_usd: "0.0000000015" }, 2],
    [{ per_image_usd: 1.1e-7 }, 110],
    [{ per_megapixel_usd: 0.0000105 }, 11_010],
  ])("%j", (written, nano) => {
    expect(cost(written, {})).toEqual(priced(nano));
  });
  test("halves of several lines are added before they are rounded", () => {
    const halves = { lines: [0, 1, 2].map(() => ({ per: "call", rate: "0.0000000005" })) };
    expect(cost(halves, {})).toEqual(priced(2));
  });
  test("tokens at rates without a float", () => {
    // 3 × 0.1 + 7 × 0.7 dollars a million: 300 + 4,900 nano-dollars.
    const odd = { text_in_usd: 0.1, image_out_usd: 0.7 };
    expect(cost(odd, { usage: usage(3, 0, 7) })).toEqual(priced(5_200));
  });
});

describe("estimates", () => {
  const asked = call({
    pictures: ["1000x1000 png high", "1000x1000 png high", "1000x1000 png high"],
  });
  const estimate = (written: unknown) => estimateOf(price(written), asked);

  test("the stated bound, times n, where usage is only known afterwards", () => {
    expect(estimate({ image_out_usd: 30, max_usd: 0.5 })).toEqual({
      state: "priced",
      least: 0,
      most: 1_500_000_000,
    });
  });
  test("what is known exactly is bounded by itself", () => {
    const exact = { state: "priced", least: 120_000_000, most: 120_000_000 };
    expect(estimate({ per_image_usd: 0.04 })).toEqual(exact);
    expect(estimate({ per_image_usd: 0.04, max_usd: 1 })).toEqual(exact);
    expect(estimate({ per_megapixel_usd: 0.04 })).toEqual(exact);
  });
  test("bounds by quality", () => {
    const bounds = [
      { quality: "low", max_usd: 0.01 },
      { quality: ["medium", "high"], min_usd: 0.1, max_usd: 0.3 },
    ];
    const byToken = price({ image_out_usd: 30, bounds, max_usd: 1 });
    const most = (quality: string | null) => {
      const [picture] = asked.pictures;
      const pictures = picture === undefined ? [] : [{ ...picture, quality }];
      const { least, most: dearest } = estimateOf(byToken, { ...asked, pictures });
      return [least, dearest];
    };
    expect(most("low")).toEqual([0, 10_000_000]);
    expect(most("high")).toEqual([100_000_000, 300_000_000]);
    expect(most("xhigh")).toEqual([0, 1_000_000_000]);
    expect(most(null)).toEqual([0, 1_000_000_000]);
  });
  test("all rows that may be the one, where it is not known yet", () => {
    const table = [
      { quality: "low", usd: 0.01 },
      { quality: "high", usd: 0.2 },
      { pixels_max: 500_000, usd: 0.03 },
      { usd: 0.05 },
      { usd: 9 },
    ];
    const span = { least: 600, most: 1000 };
    const open = {
      ...asked,
      pictures: [
        {
          width: span,
          height: span,
          pixels: { least: 360_000, most: 1_000_000 },
          quality: null,
          format: null,
          resolution: undefined,
        },
      ],
    };
    expect(estimateOf(price({ table }), open)).toEqual({
      state: "priced",
      least: 10_000_000,
      most: 200_000_000,
    });
  });
  test("nothing bounds it", () => {
    expect(estimate({ image_out_usd: 30 })).toMatchObject({ state: "priced", most: undefined });
    expect(estimateOf(undefined, asked)).toEqual({ state: "unknown", least: 0, most: undefined });
    expect(estimate("free")).toEqual({ state: "free", least: 0, most: 0 });
  });
  test("seconds within what the line reckons with", () => {
    const line = { per: "second", rate: 3.6, unit: 3600, round_up: 1, most: 120 };
    expect(estimate({ lines: [line] })).toEqual({
      state: "priced",
      least: 1_000_000,
      most: 120_000_000,
    });
  });
});
