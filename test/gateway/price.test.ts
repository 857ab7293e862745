import { describe, expect, test } from "vitest";
import { holdOf, priceOf } from "../../src/money/price.ts";

const made = {
  operation: "generation",
  quality: "high",
  pictures: [
    { width: 1024, height: 1024 },
    { width: 512, height: 512 },
  ],
  usage: undefined,
  charge: undefined,
} as const;
const usage = {
  input_tokens: 31,
  output_tokens: 812,
  total_tokens: 843,
  input_tokens_details: { text_tokens: 21, image_tokens: 10 },
};

describe("what was made, in nano-dollars", () => {
  test("the upstream's own statement rules", () => {
    expect(priceOf({ per_image_usd: 1 }, { ...made, charge: 42 })).toBe(42);
  });
  test("no price is unknown, not free; free is nothing", () => {
    expect(priceOf(undefined, made)).toBeUndefined();
    expect(priceOf("free", made)).toBe(0);
  });
  test("per image, for each picture made", () => {
    expect(priceOf({ per_image_usd: 0.04 }, made)).toBe(80_000_000);
  });
  test("by the first row that fits the measured size, the quality and the operation", () => {
    const price = {
      table: [
        { size: "1024x1024", quality: "low", usd: 0.01 },
        { size: "1024x1024", quality: "high", operation: "edit" as const, usd: 0.5 },
        { size: "1024x1024", quality: "high", usd: 0.2 },
        { size: "512x512", usd: 0.03 },
      ],
    };
    expect(priceOf(price, made)).toBe(230_000_000);
  });
  test("per megapixel of the measured picture", () => {
    expect(priceOf({ per_megapixel_usd: 0.01 }, made)).toBe(10_485_760 + 2_621_440);
  });
  test("per token, exact below a millionth of a dollar", () => {
    const price = { text_in_usd: 5, image_in_usd: 8, image_out_usd: 30 };
    // 21 × 5,000 + 10 × 8,000 + 812 × 30,000 nano-dollars.
    expect(priceOf(price, { ...made, usage })).toBe(24_545_000);
  });
  test("a price per token without usage is unknown", () => {
    expect(priceOf({ image_out_usd: 30 }, made)).toBeUndefined();
  });
});

describe("the worst case to hold", () => {
  const asked = {
    operation: "generation",
    quality: "high",
    n: 3,
    size: { width: 1000, height: 1000 },
  } as const;
  test("the stated bound, times n", () => {
    expect(holdOf({ image_out_usd: 30, max_usd: 0.5 }, asked)).toBe(1_500_000_000);
  });
  test("the dearest row, since the upstream may make another size or quality", () => {
    const price = {
      table: [
        { size: "1024x1024", usd: 0.04 },
        { usd: 0.08 },
        { operation: "edit" as const, usd: 9 },
      ],
    };
    expect(holdOf(price, asked)).toBe(240_000_000);
  });
  test("per megapixel at the expected size", () => {
    expect(holdOf({ per_megapixel_usd: 0.01 }, asked)).toBe(30_000_000);
  });
  test("unknown where the table gives no bound", () => {
    expect(holdOf({ image_out_usd: 30 }, asked)).toBeUndefined();
    expect(holdOf(undefined, asked)).toBeUndefined();
  });
});
