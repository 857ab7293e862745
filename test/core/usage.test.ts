import { describe, expect, test } from "vitest";
import type { Usage } from "../../src/core/request.ts";
import { subtractUsage, sumUsage } from "../../src/core/usage.ts";

/** Usage whose every count is another one. */
const usage = (base: number, hasDetails = true): Usage => ({
  input_tokens: base + 1,
  output_tokens: base + 2,
  total_tokens: base + 3,
  input_tokens_details: { text_tokens: base + 4, image_tokens: base + 5 },
  ...(hasDetails
    ? {
        output_tokens_details: { text_tokens: base + 6, image_tokens: base + 7 },
        cached_tokens_details: { text_tokens: base + 8, image_tokens: base + 9 },
      }
    : {}),
});

describe("the sum of usages", () => {
  test("is the sum of each count", () => {
    expect(sumUsage([usage(0), usage(100)])).toEqual({
      input_tokens: 102,
      output_tokens: 104,
      total_tokens: 106,
      input_tokens_details: { text_tokens: 108, image_tokens: 110 },
      output_tokens_details: { text_tokens: 112, image_tokens: 114 },
      cached_tokens_details: { text_tokens: 116, image_tokens: 118 },
    });
    expect(sumUsage([usage(10)])).toEqual(usage(10));
  });

  test("passes over what was not told, and is nothing where nothing was", () => {
    expect(sumUsage([undefined, usage(5), undefined])).toEqual(usage(5));
    expect(sumUsage([undefined])).toBeUndefined();
    expect(sumUsage([])).toBeUndefined();
  });

  test("has details where any has them", () => {
    const details = ["output_tokens_details", "cached_tokens_details"] as const;
    const none = sumUsage([usage(0, false), usage(0, false)]);
    for (const name of details) expect(none).not.toHaveProperty(name);
    for (const pair of [
      [usage(0), usage(0, false)],
      [usage(0, false), usage(0)],
    ])
      for (const name of details) expect(sumUsage(pair)?.[name]).toEqual(usage(0)[name]);
  });
});

describe("what a later reading has beyond an earlier", () => {
  test("is the difference of each count", () => {
    expect(subtractUsage(usage(200), usage(50))).toEqual({
      input_tokens: 150,
      output_tokens: 150,
      total_tokens: 150,
      input_tokens_details: { text_tokens: 150, image_tokens: 150 },
      output_tokens_details: { text_tokens: 150, image_tokens: 150 },
      cached_tokens_details: { text_tokens: 150, image_tokens: 150 },
    });
  });

  test("is all of it where there was none before, and nothing where there is none", () => {
    expect(subtractUsage(usage(3), undefined)).toEqual(usage(3));
    expect(subtractUsage(undefined, usage(3))).toBeUndefined();
    expect(subtractUsage(undefined, undefined)).toBeUndefined();
  });

  test("has the details of the later one, and never less than nothing", () => {
    const first = subtractUsage(usage(9), usage(2, false));
    const lost = subtractUsage(usage(9, false), usage(2));
    for (const name of ["output_tokens_details", "cached_tokens_details"] as const) {
      expect(first?.[name]).toEqual(usage(9)[name]);
      expect(lost?.[name]).toBeUndefined();
    }
    expect(lost?.total_tokens).toBe(7);
  });
});
