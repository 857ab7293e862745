import { describe, expect, test } from "vitest";
import { parseSize, type Size } from "../../../src/core/request.ts";
import { nearestRatio } from "../../../src/core/nearest-ratio.ts";
import { fitsRule } from "../../../src/gateway/fit/nearest-size.ts";
import { type CardFields, card, type Options, picture, plan, refusal, warned } from "./fitting.ts";

const pixels = (text: string): Size => {
  const size = parseSize(text);
  if (size === undefined) throw new Error(`${text} is no size`);
  return size;
};

const rule = {
  multiple: 16,
  edge_min: 64,
  edge_max: 2048,
  pixels_min: 65_536,
  pixels_max: 1_048_576,
  aspect_max: 3,
};

describe("a free size", () => {
  test.each([
    ["1024x1024", true],
    ["256x256", true],
    ["1728x576", true],
    ["576x1728", true],
    ["1792x592", false],
    ["592x1792", false],
    ["1032x512", false],
    ["512x1032", false],
    ["240x272", false],
    ["1040x1024", false],
  ])("%s is within its bounds: %s", (text, fits) => {
    expect(fitsRule(pixels(text), rule)).toBe(fits);
  });

  test("each bound is itself within", () => {
    const wide = { ...rule, aspect_max: 100, pixels_min: 1 };
    expect(fitsRule(pixels("2048x64"), wide)).toBe(true);
    expect(fitsRule(pixels("64x2048"), wide)).toBe(true);
    expect(fitsRule(pixels("2064x64"), wide)).toBe(false);
    expect(fitsRule(pixels("2048x48"), wide)).toBe(false);
    expect(fitsRule(pixels("48x2048"), wide)).toBe(false);
  });
});

/** What a size becomes: asked upstream, made of it here, and the warnings. */
function sized(fields: CardFields, size: string | undefined, options: Options = {}): unknown[] {
  const asked = size === undefined || size === "auto" ? size : pixels(size);
  const made = plan({ size: asked }, { card: card(fields) }, options);
  return [made.request.size, made.output.size, ...warned(made)];
}

const listed = { sizes: ["1024x1024", "1536x1024", "1024x1536", "512x512", "auto"] };
const other = "size adjusted_value";

describe("a model with listed sizes", () => {
  test("is asked for one of them, and for a free size that it has beside them", () => {
    expect(sized(listed, "1536x1024")).toEqual([pixels("1536x1024"), undefined]);
    const both = { ...listed, size_rule: rule };
    expect(sized(both, "1536x1024")).toEqual([pixels("1536x1024"), undefined]);
    expect(sized(both, "256x512")).toEqual([pixels("256x512"), undefined]);
  });

  test.each([
    ["1000x1000", "1024x1024"],
    ["1500x1000", "1536x1024"],
    ["3000x2000", "1536x1024"],
    ["1000x1600", "1024x1536"],
    ["300x300", "512x512"],
    ["700x700", "512x512"],
    ["750x750", "1024x1024"],
    // The shape counts more than the area.
    ["1400x512", "1536x1024"],
  ])("is asked for the nearest: %s becomes %s", (asked, nearest) => {
    expect(sized(listed, asked)).toEqual([pixels(nearest), undefined, other]);
    expect(sized(listed, asked, { resample: true })).toEqual([pixels(nearest), pixels(asked)]);
  });

  test("the warning says both sizes", () => {
    const { warnings } = plan({ size: pixels("1000x1000") }, { card: card(listed) });
    expect(warnings[0]?.message).toBe(
      "painter does not make 1000x1000; it was asked for 1024x1024.",
    );
  });

  test("strict, it refuses others and says which it has", () => {
    const strict = { ...listed, strict: true };
    expect(sized(strict, "512x512")).toEqual([pixels("512x512"), undefined]);
    const to = { card: card({ ...strict, sizes: ["512x512", "256x256"] }) };
    const { code, param, message } = refusal({ size: pixels("64x64") }, to);
    expect([code, param]).toEqual(["invalid_value", "size"]);
    expect(message).toBe("`size` must be one of 512x512, 256x256 for painter; you sent 64x64.");
    expect(refusal({ size: "auto" }, to).message).toContain("you sent auto");
    const one = { card: card({ strict: true, sizes: ["512x512"], size_rule: rule }) };
    expect(refusal({ size: pixels("64x64") }, one).message).toBe(
      "`size` must be 512x512, or WIDTHxHEIGHT with both sides divisible by 16, edges up to 2048, an aspect of at most 3:1 and 65536 to 1048576 pixels for painter; you sent 64x64.",
    );
    const free = { card: card({ strict: true, size_rule: rule }) };
    expect(refusal({ size: pixels("64x64") }, free).message).toContain(
      "`size` must be WIDTHxHEIGHT with both",
    );
  });

  test("strict mode refuses what would only be warned of", () => {
    const to = { card: card(listed) };
    expect(refusal({ size: pixels("64x64") }, to, { strict: true })).toMatchObject({
      code: "invalid_value",
      param: "size",
    });
  });
});

describe("a size that is not said", () => {
  test("is the card's default; auto is asked for where the model knows the word", () => {
    const fields = { ...listed, size_default: "512x512" };
    expect(sized(fields, undefined)).toEqual([pixels("512x512"), undefined]);
    expect(sized(fields, "auto")).toEqual(["auto", undefined]);
    const without = { sizes: ["512x512"], size_default: "512x512" };
    expect(sized(without, "auto")).toEqual([pixels("512x512"), undefined]);
    expect(sized({ ...listed, size_default: "auto" }, undefined)).toEqual([undefined, undefined]);
    expect(sized(listed, undefined)).toEqual([pixels("1024x1024"), undefined]);
    expect(sized(without, undefined)).toEqual([pixels("512x512"), undefined]);
    expect(sized({ sizes: ["512x512"] }, undefined)).toEqual([undefined, undefined]);
  });

  test("is on edits the card's default where they take it, else the input's", () => {
    const edited = (fields: CardFields, size?: "auto") =>
      plan(
        { operation: "edit", images: [picture()], size },
        {
          card: card({
            operations: ["edit"],
            images: { max: 1 },
            sizes: ["512x512"],
            size_default: "512x512",
            ...fields,
          }),
        },
      ).request.size;
    const { width, height } = picture();
    expect(edited({})).toEqual(pixels("512x512"));
    expect(edited({ edit_sizes: ["512x512"] })).toEqual(pixels("512x512"));
    expect(edited({ edit_sizes: ["auto"] })).toBeUndefined();
    expect(edited({ edit_sizes: ["256x256", "2048x2048"] })).toEqual(pixels("256x256"));
    const free = { size_default: undefined, sizes: undefined };
    const size_rule = { ...rule, multiple: 1, edge_min: 1, pixels_min: 1 };
    expect(edited({ ...free, size_rule })).toEqual({ width, height });
    expect(edited(free)).toBeUndefined();
    expect(edited({ strict: true })).toEqual(pixels("512x512"));
    expect(edited({ edit_sizes: ["auto"] }, "auto")).toBe("auto");
  });
});

test("edits have sizes of their own where the card has them", () => {
  const fields = { operations: ["generation", "edit"] as const, images: { max: 1 }, strict: true };
  const to = {
    card: card({
      ...fields,
      operations: [...fields.operations],
      sizes: ["512x512"],
      edit_sizes: ["256x256"],
    }),
  };
  const edit = { operation: "edit", images: [picture()] } as const;
  expect(plan({ ...edit, size: pixels("256x256") }, to).request.size).toEqual(pixels("256x256"));
  expect(refusal({ ...edit, size: pixels("512x512") }, to).message).toContain("must be 256x256");
  expect(refusal({ size: pixels("256x256") }, to).message).toContain("must be 512x512");
  const shared = {
    card: card({ ...fields, operations: [...fields.operations], sizes: ["512x512"] }),
  };
  expect(plan({ ...edit, size: pixels("512x512") }, shared).request.size).toEqual(
    pixels("512x512"),
  );
});

describe("a model with a free size only", () => {
  const free = { size_rule: rule };
  test.each([
    // Rounded to the multiple.
    ["1000x1000", "1008x1008"],
    ["300x250", "304x256"],
    // Made smaller or larger in shape.
    ["2000x2000", "1024x1024"],
    ["100x100", "256x256"],
    ["4000x2000", "1456x720"],
    // Into the widest shape.
    ["3000x300", "1632x544"],
    ["300x3000", "544x1632"],
  ])("is asked for %s as %s", (asked, nearest) => {
    const [size] = sized(free, asked);
    expect(size).toEqual(pixels(nearest));
    expect(fitsRule(pixels(nearest), rule)).toBe(true);
  });

  test("edges bound it too", () => {
    const long = { size_rule: { ...rule, aspect_max: 100, edge_max: 1024, pixels_min: 1 } };
    expect(sized(long, "4096x256")[0]).toEqual(pixels("1024x64"));
    expect(sized(long, "256x4096")[0]).toEqual(pixels("64x1024"));
    const short = { size_rule: { ...rule, aspect_max: 100, edge_min: 128, pixels_min: 1 } };
    expect(sized(short, "1024x64")[0]).toEqual(pixels("2048x128"));
  });

  test("where none can be found in its bounds, a listed size is", () => {
    const narrow = { multiple: 512, edge_max: 600, pixels_min: 400_000, pixels_max: 500_000 };
    const fields = { size_rule: { ...rule, ...narrow }, sizes: ["512x512"] };
    expect(sized(fields, "100x100")[0]).toEqual(pixels("512x512"));
    expect(sized({ size_rule: { ...rule, ...narrow } }, "100x100")).toEqual([
      undefined,
      undefined,
      other,
    ]);
  });
});

describe("a model that takes shapes", () => {
  const ratios = ["1:1", "3:2", "16:9", "9:16"];
  const shaped = { ratios };

  test.each([
    ["1024x1024", "1:1"],
    ["1500x1000", "3:2"],
    ["1920x1080", "16:9"],
    ["1080x1920", "9:16"],
    ["1000x3000", "9:16"],
    ["1250x1000", "3:2"],
    ["1200x1000", "1:1"],
  ])("%s is asked for as %s", (asked, ratio) => {
    expect(plan({ size: pixels(asked) }, { card: card(shaped) }).request).toMatchObject({
      ratio,
      size: pixels(asked),
    });
  });

  test("is warned of only where the shape is another one", () => {
    expect(sized(shaped, "1500x1000")).toEqual([pixels("1500x1000"), undefined]);
    expect(sized(shaped, "1504x1000")).toEqual([pixels("1504x1000"), undefined]);
    expect(sized(shaped, "1510x1000")).toEqual([pixels("1510x1000"), undefined, other]);
    expect(sized(shaped, "1510x1000", { resample: true })).toEqual([
      pixels("1510x1000"),
      pixels("1510x1000"),
    ]);
    const { warnings } = plan({ size: pixels("1000x600") }, { card: card(shaped) });
    expect(warnings[0]?.message).toBe(
      "painter does not make 1000x600; it was asked for aspect ratio 16:9.",
    );
  });

  test("has no shape where no size is said", () => {
    expect(plan({}, { card: card(shaped) }).request).toMatchObject({
      ratio: undefined,
      tier: undefined,
    });
  });

  test("takes the nearest resolution with it", () => {
    const tiers = [
      { word: "4K", megapixels: 16 },
      { word: "1K", megapixels: 1 },
      { word: "2K", megapixels: 4 },
    ];
    const tierOf = (asked: string) =>
      plan({ size: pixels(asked) }, { card: card({ ratios, tiers }) }).request.tier;
    expect(
      ["1024x1024", "300x300", "1400x1400", "1500x1500", "2048x2048", "4096x4096"].map(tierOf),
    ).toEqual(["1K", "1K", "1K", "2K", "2K", "4K"]);
  });

  test("a word that is no shape is never the nearest; of equals the first is", () => {
    const size = pixels("1000x1000");
    expect(nearestRatio(size, ["match_input_image", "2:1", "1:2"])).toBe("2:1");
    expect(nearestRatio(size, ["1:2", "2:1"])).toBe("1:2");
    expect(nearestRatio(size, ["2.5:1", "1.5:1"])).toBe("1.5:1");
    expect(nearestRatio(size, ["auto"])).toBeUndefined();
    expect(nearestRatio(size, [])).toBeUndefined();
  });
});

describe("a model without a card", () => {
  test("is asked for any size, and for none where the channel takes none", () => {
    const size = pixels("777x555");
    expect(plan({ size }, {})).toMatchObject({
      request: { size, ratio: undefined },
      output: { size: undefined },
      warnings: [],
    });
    expect(plan({ size: "auto" }, {}).request.size).toBe("auto");
    const without = { without: ["size"] };
    expect(plan({ size: "auto" }, without).request.size).toBe("auto");
    expect(plan({}, without)).toMatchObject({ request: { size: undefined }, warnings: [] });
    const made = plan({ size }, without);
    expect([made.request.size, made.output.size, ...warned(made)]).toEqual([
      undefined,
      undefined,
      other,
    ]);
    const resampled = plan({ size }, without, { resample: true });
    expect([resampled.request.size, resampled.output.size, ...warned(resampled)]).toEqual([
      undefined,
      size,
    ]);
  });
});
