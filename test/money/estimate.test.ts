import { describe, expect, test } from "vitest";
import { anyEstimate, type Estimate, sumEstimates } from "../../src/money/estimate.ts";
import { cost, priced } from "./calls.ts";

const free: Estimate = { state: "free", least: 0, most: 0 };
const of = (least: number, most?: number): Estimate => ({ state: "priced", least, most });
const unknown: Estimate = { state: "unknown", least: 0, most: undefined };
const limit = Number.MAX_SAFE_INTEGER;

describe("the estimate of several things together", () => {
  test.each([
    ["the sum of both bounds", [of(1, 5), of(2, 7)], of(3, 12)],
    ["free where all are", [free, free], free],
    ["priced where any is", [free, of(1, 2)], of(1, 2)],
    ["not bounded where one is not", [of(1, 5), of(2)], of(3)],
    ["unknown where one is", [of(1, 5), unknown], { ...unknown, least: 1 }],
    ["not bounded beyond what is exact", [of(1, limit), of(2, 1)], of(3)],
    ["at least the most that is exact", [of(limit), of(2)], of(limit)],
  ] as const)("is %s", (_, estimates, expected) => {
    expect(sumEstimates(estimates)).toEqual(expected);
  });
});

describe("the estimate of whichever of several happens", () => {
  test.each([
    ["between the least and the most of all", [of(3, 5), of(2, 4), of(4, 9)], of(2, 9)],
    ["free where all are", [free, free], free],
    ["priced where any is", [free, of(1, 2)], of(0, 2)],
    ["not bounded where one is not", [of(1, 5), of(2)], of(1)],
    ["unknown where one is", [unknown, of(1, 5)], unknown],
  ] as const)("is %s", (_, estimates, expected) => {
    expect(anyEstimate(estimates)).toEqual(expected);
  });
});

describe("the rate of the first", () => {
  const image = { lines: [{ per: "image", rate: 0.02, first_rate: 0.05 }] };
  const megapixel = {
    lines: [{ per: "megapixel", rate: 0.01, first_rate: 0.03, round_up: 1, megapixel: 1_048_576 }],
  };

  test("image counts once in a call", () => {
    expect(cost(image, {})).toEqual(priced(50_000_000));
    expect(cost(image, { pictures: ["8x8", "8x8", "8x8"] })).toEqual(priced(90_000_000));
  });

  test("megapixel counts once in each picture", () => {
    expect(cost(megapixel, {})).toEqual(priced(30_000_000));
    const two = ["1024x1024", "2048x1024"];
    expect(cost(megapixel, { pictures: two })).toEqual(priced(70_000_000));
  });
});
