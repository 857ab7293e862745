import { describe, expect, test } from "vitest";
import { priceSchema } from "../../src/core/price.ts";
import { priceWords } from "../../src/core/price-words.ts";
import { estimateOf } from "../../src/money/price.ts";
import { changesOf, versionOf } from "../../src/money/price-version.ts";
import { call, cost, price, priced, unknown } from "./calls.ts";

const newYear = "2027-01-01T00:00:00+01:00";
const written = [
  { valid_until: newYear, per_image_usd: 0.04 },
  { valid_from: newYear, valid_until: "2027-02-01", per_image_usd: 0.05 },
  { valid_from: "2027-03-01", free: true },
];

describe("a price with times", () => {
  test.each([
    ["2026-12-31T22:59:59.999Z", priced(40_000_000)],
    ["2026-12-31T23:00:00.000Z", priced(50_000_000)],
    ["2027-01-31T23:59:59.999Z", priced(50_000_000)],
    ["2027-02-01T00:00:00.000Z", unknown()],
    ["2027-03-01T00:00:00.000Z", { state: "free" }],
  ])("is at %s what it is then", (day, expected) => {
    expect(cost(written, { day })).toEqual(expected);
    const { state } = estimateOf(price(written), call({ day }));
    expect(state).toBe(expected.state);
  });

  test("is free for nothing made, and what is stated rules", () => {
    expect(cost(written, { day: "2027-03-02", pictures: [] })).toEqual({ state: "free" });
    expect(cost(written, { day: "2027-03-02" }, 7)).toEqual(priced(7));
  });

  test("changes at those times, in order and each once", () => {
    expect(changesOf([price(written), "free", undefined, price(written)])).toEqual(
      [newYear, "2027-02-01", "2027-03-01"].map((moment) => Date.parse(moment)),
    );
    expect(changesOf([price({ per_image_usd: 1 })])).toEqual([]);
  });

  test("is told with them", () => {
    expect(priceWords(price(written))).toEqual([
      `until ${newYear}: $0.04 an image`,
      `from ${newYear} until 2027-02-01: $0.05 an image`,
      "from 2027-03-01: free",
    ]);
  });

  test.each([
    [{ valid_from: "2027-02-01", valid_until: "2027-02-01", per_image_usd: 1 }, /later than/],
    [{ valid_from: "next year", per_image_usd: 1 }, /must be a day such as/],
    [{ valid_from: "2027-02-01T00:00:00", per_image_usd: 1 }, /must be a day such as/],
    [{ free: true, per_image_usd: 1 }, /has no figures/],
    [{ free: true, lines: [{ per: "image", rate: 1 }] }, /has no figures/],
    [{ free: false }, /expected true/],
  ])("is refused where it contradicts itself: %j", (wrong, said) => {
    const read = priceSchema.safeParse([wrong, { per_image_usd: 1 }]);
    expect(JSON.stringify(read.error?.issues)).toMatch(said);
  });
});

describe("a version", () => {
  test("is the same for the same words, and another for others", () => {
    const one = versionOf(price({ per_image_usd: 0.04, version: "a" }));
    expect(one).toEqual({
      version: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
      words: `{"price":{"per_image_usd":0.04,"version":"a"}}`,
    });
    expect(versionOf(price({ version: "a", per_image_usd: 0.04 }))).toEqual(one);
    const others = [{ per_image_usd: 0.04 }, { per_image_usd: 0.05, version: "a" }];
    for (const other of others) expect(versionOf(price(other))?.version).not.toBe(one?.version);
  });

  test("is kept of nothing that is free or has no price", () => {
    expect(versionOf("free")).toBeUndefined();
    expect(versionOf(undefined)).toBeUndefined();
  });
});
