import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkedNano,
  type Cost,
  knownNano,
  mostOf,
  nanoOf,
  statedNano,
  sumCosts,
  usdText,
} from "../../src/core/money.ts";
import {
  add,
  compare,
  divide,
  fraction,
  multiply,
  readDecimal,
  roundHalfUp,
  roundUpTo,
  subtract,
  zero,
} from "../../src/core/rational.ts";

const free: Cost = { state: "free" };
const priced = (nano: number): Cost => ({ state: "priced", nano });
const unknown = (bound?: number): Cost => ({ state: "unknown", bound });
const most = Number.MAX_SAFE_INTEGER;

describe("the sum of costs", () => {
  test.each([
    ["free where all are", [free, free], free],
    ["priced where any is and none is unknown", [free, priced(3), priced(4)], priced(7)],
    ["priced where it is nothing but not free", [priced(0)], priced(0)],
    ["unknown where one is, whatever the others are", [priced(3), unknown(), free], unknown()],
    ["bounded where all that is unknown is", [priced(3), unknown(5)], unknown(8)],
    ["of unknown bounds bounded by their sum", [unknown(1), unknown(5), free], unknown(6)],
    ["not bounded where one is not", [unknown(1), unknown()], unknown()],
    ["unknown where it is beyond what is exact", [priced(most), priced(1)], unknown()],
    ["exact up to there", [priced(most - 1), priced(1)], priced(most)],
    ["nothing to pay of nothing", [], priced(0)],
  ] as const)("is %s", (_, costs, sum) => {
    expect(sumCosts(costs)).toEqual(sum);
  });
});

test("an unknown cost has a bound at the most, a known one its amount", () => {
  expect([free, priced(7), unknown(9), unknown()].map(mostOf)).toEqual([0, 7, 9, undefined]);
  expect([free, priced(7), unknown(9)].map(knownNano)).toEqual([0, 7, undefined]);
});

test.each([
  [0, "0"],
  [1, "0.000000001"],
  [40_000_000, "0.04"],
  [1_000_000_000, "1"],
  [12_345_678_900, "12.3456789"],
  [-1_500_000_000, "-1.5"],
  [-5, "-0.000000005"],
  [most, "9007199.254740991"],
])("%d nano-dollars are written %s", (nano, text) => {
  expect(usdText(nano)).toBe(text);
});

describe("what somebody else states", () => {
  test.each([
    [0.04, 1, 40_000_000],
    ["0.04", 1, 40_000_000],
    [3, "0.01", 30_000_000],
    [0.000_000_000_4, 1, 0],
    [0.000_000_000_5, 1, 1],
    [1e-9, 1, 1],
    [0, 1, 0],
  ])("%s at %s a unit is %d nano-dollars", (amount, unit, nano) => {
    expect(statedNano(amount, unit)).toBe(nano);
  });

  test.each([[-1], ["free"], [null], [undefined], [NaN], [Infinity], [{}], ["1e400"], ["9007200"]])(
    "is no amount: %s",
    (amount) => {
      expect(statedNano(amount)).toBeUndefined();
    },
  );

  test("in a unit that is none is no amount", () => {
    expect(statedNano(1, "a credit")).toBeUndefined();
  });
});

test("an amount beyond the exact range is none, and never rounded in silence", () => {
  expect(nanoOf(fraction(9_007_199_254_740_991n, 1_000_000_000n))).toBe(most);
  expect(nanoOf(fraction(9_007_199_254_740_992n, 1_000_000_000n))).toBeUndefined();
  expect(checkedNano(most)).toBe(most);
  for (const nano of [most + 1, 0.5, NaN]) expect(() => checkedNano(nano)).toThrow(RangeError);
});

describe("an exact fraction", () => {
  test.each([
    ["0.1", 1n, 10n],
    ["12.50", 1250n, 100n],
    [3, 3n, 1n],
    [2.5e-7, 25n, 100_000_000n],
    ["2e3", 2000n, 1n],
    ["2.5e1", 25n, 1n],
    ["1e+2", 100n, 1n],
  ])("of %s is read digit by digit", (written, above, below) => {
    const read = readDecimal(written) ?? zero;
    expect(compare(read, fraction(above, below))).toBe(0);
  });

  test.each(["", "-1", "1.", ".5", "1e", "1e1000", "1e331", "1e-331", "0x1", "1 ", "NaN"])(
    "is none of %j",
    (written) => {
      expect(readDecimal(written)).toBeUndefined();
    },
  );

  test("far away from one is read up to 330 places", () => {
    expect(readDecimal("1e330")?.above).toBe(10n ** 330n);
    expect(readDecimal("1e-330")?.below).toBe(10n ** 330n);
  });

  const numbers = fc
    .tuple(fc.nat({ max: 1_000_000 }), fc.integer({ min: 1, max: 10_000 }))
    .map(([above, below]) => fraction(above, below));
  const same = (a: Parameters<typeof compare>[0], b: typeof a): boolean => compare(a, b) === 0;

  test("adds, multiplies, divides and takes away as fractions do", () => {
    fc.assert(
      fc.property(numbers, numbers, numbers, (a, b, c) => {
        expect(same(add(a, b), add(b, a))).toBe(true);
        expect(same(subtract(add(a, b), b), a)).toBe(true);
        expect(same(multiply(a, add(b, c)), add(multiply(a, b), multiply(a, c)))).toBe(true);
        if (b.above > 0n) expect(same(multiply(divide(a, b), b), a)).toBe(true);
        if (compare(a, b) < 0) expect(subtract(a, b)).toEqual(zero);
        expect(compare(a, b)).toBe(-compare(b, a) + 0);
      }),
    );
    expect(add(fraction(1, 3), fraction(1, 6))).toEqual(fraction(9, 18));
    expect(add(fraction(1, 3), fraction(1, 3))).toEqual(fraction(2, 3));
    expect(multiply(fraction(2, 3), fraction(5, 7))).toEqual(fraction(10, 21));
    expect([compare(zero, fraction(1)), compare(fraction(1), zero)]).toEqual([-1, 1]);
  });

  test.each([
    [0n, 1n, 0n],
    [1n, 2n, 1n],
    [49n, 100n, 0n],
    [3n, 2n, 2n],
    [5n, 3n, 2n],
    [4n, 3n, 1n],
    [7n, 1n, 7n],
  ])("%d/%d is rounded half up to %d", (above, below, whole) => {
    expect(roundHalfUp(fraction(above, below))).toBe(whole);
  });

  test.each([
    [0, 5, 5],
    [1, 5, 5],
    [5, 5, 5],
    [6, 5, 10],
    [10, 5, 10],
    [11, 5, 15],
  ])("%d in steps of %d is %d", (value, step, rounded) => {
    expect(compare(roundUpTo(fraction(value), fraction(step)), fraction(rounded))).toBe(0);
  });
});
