import { describe, expect, test } from "vitest";
import { type CardFields, card, plan, refusal, warned } from "./fitting.ts";

const fitted = (fields: CardFields, quality?: string): unknown[] => {
  const made = plan({ quality }, { card: card(fields) });
  return [made.request.quality, ...warned(made)];
};
const other = "quality adjusted_value";

describe("a model with tiers", () => {
  const three = { qualities: ["low", "medium", "high"], quality_default: "medium" };

  test.each(["low", "medium", "high"])("is asked for its own word: %s", (word) => {
    expect(fitted(three, word)).toEqual([word]);
  });

  test("is asked for its default where none is said, and for auto", () => {
    expect(fitted(three)).toEqual(["medium"]);
    expect(fitted(three, "auto")).toEqual(["medium"]);
    expect(fitted({ qualities: ["low", "high"] })).toEqual([undefined]);
    expect(fitted({ ...three, qualities: ["auto", "low"] }, "auto")).toEqual(["auto"]);
  });

  test.each([
    ["standard", "medium", false],
    ["hd", "high", false],
    ["xhigh", "high", true],
    ["max", "high", true],
  ])("%s is its %s, with a warning: %s", (asked, word, warns) => {
    expect(fitted(three, asked)).toEqual(warns ? [word, other] : [word]);
  });

  test.each([
    [["standard", "hd"], "low", "standard", true],
    [["standard", "hd"], "medium", "standard", false],
    [["standard", "hd"], "high", "hd", false],
    [["low", "max"], "medium", "low", true],
    [["low", "max"], "high", "low", true],
    [["max", "low"], "high", "max", true],
    [["low", "max"], "xhigh", "max", true],
    [["fancy", "low"], "max", "low", true],
  ])("of %j the nearest to %s is %s, with a warning: %s", (qualities, asked, word, warns) => {
    expect(fitted({ qualities }, asked)).toEqual(warns ? [word, other] : [word]);
  });

  test("the warning says what became of it", () => {
    const { warnings } = plan({ quality: "max" }, { card: card(three) });
    expect(warnings[0]?.message).toBe("painter has no quality max; high was used.");
  });

  test("a word of nobody's is refused, with those that there are", () => {
    for (const quality of ["fancy", "constructor", "__proto__"]) {
      const refused = refusal({ quality }, { card: card(three) });
      expect(refused).toEqual({
        code: "invalid_value",
        param: "quality",
        message: `\`quality\` must be one of low, medium, high for painter; you sent ${quality}.`,
      });
    }
    const odd = { card: card({ qualities: ["fancy", "toString"] }) };
    expect(refusal({ quality: "high" }, odd).code).toBe("invalid_value");
  });

  test("strict, it takes its own words alone", () => {
    const strict = { ...three, strict: true };
    expect(fitted(strict, "high")).toEqual(["high"]);
    for (const quality of ["hd", "auto", "fancy"])
      expect(refusal({ quality }, { card: card(strict) }).message).toContain("low, medium, high");
    expect(refusal({ quality: "max" }, { card: card(three) }, { strict: true }).code).toBe(
      "invalid_value",
    );
  });
});

describe("a model without tiers", () => {
  test("makes what is standard, and says what it left out", () => {
    for (const fields of [{}, { qualities: [] }, { strict: true }]) {
      expect(fitted(fields)).toEqual([undefined]);
      expect(fitted(fields, "standard")).toEqual([undefined]);
      expect(fitted(fields, "auto")).toEqual([undefined]);
      for (const word of ["high", "medium", "fancy"])
        expect(fitted(fields, word)).toEqual([undefined, "quality unsupported_parameter"]);
    }
    const { warnings } = plan({ quality: "hd" }, { card: card() });
    expect(warnings[0]?.message).toBe("painter has no quality tiers; `quality` was left out.");
    expect(refusal({ quality: "hd" }, { card: card() }, { strict: true })).toMatchObject({
      code: "unsupported_parameter",
      param: "quality",
    });
  });
});

test("a model without a card gets the word as it came, where the channel takes it", () => {
  expect(plan({ quality: "fancy" }, {})).toMatchObject({
    request: { quality: "fancy" },
    warnings: [],
  });
  const made = plan({ quality: "high" }, { without: ["quality"] });
  expect([made.request.quality, ...warned(made)]).toEqual([
    undefined,
    "quality unsupported_parameter",
  ]);
  expect(warned(plan({ quality: "standard" }, { without: ["quality"] }))).toEqual([]);
});
