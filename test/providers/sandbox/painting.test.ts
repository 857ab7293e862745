import { describe, expect, test } from "vitest";
import type { Raster } from "../../../src/core/picture.ts";
import { isLegible, lettersOf } from "../../../src/providers/sandbox/paint/lettering.ts";
import { compositions } from "../../../src/providers/sandbox/paint/words.ts";
import { difference, events, picture, pictures, type Run } from "./tools.ts";

const sameBytes = (one: Raster, two: Raster): boolean => Buffer.compare(one.rgba, two.rgba) === 0;

function alphas(raster: Raster): Set<number> {
  return new Set(raster.rgba.filter((_, at) => at % 4 === 3));
}

/** Mean distance of the channels from their pixel's mean: 0 is grey. */
function colourfulness(raster: Raster): number {
  let sum = 0;
  for (let at = 0; at < raster.rgba.length; at += 4) {
    const [red = 0, green = 0, blue = 0] = raster.rgba.subarray(at, at + 3);
    sum += Math.max(red, green, blue) - Math.min(red, green, blue);
  }
  return sum / (raster.rgba.length / 4);
}

describe("what decides a picture", () => {
  test("the same request gives the same pixels", async () => {
    expect(sameBytes(await picture({}), await picture({}))).toBe(true);
  });

  test.each<[string, Run]>([
    ["prompt", { request: { prompt: "a fox in the snow." } }],
    ["seed", { request: { more: { seed: 7 } } }],
    ["a large seed", { request: { more: { seed: 2 ** 40 } } }],
    ["quality", { request: { quality: "low" } }],
    ["style", { request: { style: "natural" } }],
    ["negative prompt", { request: { more: { negative_prompt: "fox" } } }],
    ["palette option", { options: { palette: "ember" } }],
    ["composition option", { options: { composition: "tiles" } }],
    ["hue option", { options: { hue: 120 } }],
    ["lettering option", { options: { lettering: false } }],
  ])("another %s gives another picture", async (_, change) => {
    expect(difference(await picture({}), await picture(change))).toBeGreaterThan(0.02);
  });

  test("low, medium and high are three pictures, and auto is high", async () => {
    const [low, medium, high, auto] = await Promise.all(
      ["low", "medium", "high", "auto"].map((quality) => picture({ request: { quality } })),
    );
    if (!low || !medium || !high || !auto) throw new Error("four pictures were asked");
    expect(difference(low, medium)).toBeGreaterThan(0.1);
    expect(difference(medium, high)).toBeGreaterThan(0.1);
    expect(sameBytes(high, auto)).toBe(true);
  });

  test("natural is greyer than vivid", async () => {
    const vivid = await picture({ request: { style: "vivid" } });
    const natural = await picture({ request: { style: "natural" } });
    expect(colourfulness(natural)).toBeLessThan(colourfulness(vivid) * 0.9);
  });

  test("words steer the colours: night is darker than snow", async () => {
    const light = (raster: Raster) => raster.rgba.reduce((sum, value) => sum + value, 0);
    const night = await picture({ request: { prompt: "hills at night" } });
    const snow = await picture({ request: { prompt: "hills in snow" } });
    expect(light(night)).toBeLessThan(light(snow) * 0.7);
  });
});

describe("several pictures", () => {
  test("all of one call differ, and each can be had again by its seed", async () => {
    const made = await events({ request: { n: 3, more: { seed: 40 } } });
    const shown = made.flatMap((event) => ("picture" in event ? [event] : []));
    expect(shown.map((event) => [event.index, event.seed])).toEqual([
      [0, 40],
      [1, 41],
      [2, 42],
    ]);
    const [first, second, third] = await pictures({ request: { n: 3, more: { seed: 40 } } });
    if (!first || !second || !third) throw new Error("three pictures were asked");
    expect(difference(first, second)).toBeGreaterThan(0.1);
    expect(difference(second, third)).toBeGreaterThan(0.1);
    expect(sameBytes(third, await picture({ request: { more: { seed: 42 } } }))).toBe(true);
  });

  test("a later call of the same request goes on where the first one ended", async () => {
    const [, second] = await pictures({ request: { n: 2, more: { seed: 7 } } });
    const later = await picture({ request: { more: { seed: 8 } } });
    expect(second !== undefined && sameBytes(second, later)).toBe(true);
  });
});

describe("sizes and formats", () => {
  test.each([
    [64, 64],
    [101, 67],
    [480, 64],
    [3840, 2160],
  ])("%i by %i comes exactly so", async (width, height) => {
    const made = await picture({ request: { size: { width, height } } });
    expect([made.width, made.height]).toEqual([width, height]);
    expect(new Set(made.rgba).size).toBeGreaterThan(50);
  });

  test("auto is 1024 by 1024", async () => {
    const made = await picture({ request: { size: "auto" } });
    expect([made.width, made.height]).toEqual([1024, 1024]);
  });

  test.each(["png", "jpeg", "webp"] as const)("%s is really made", async (format) => {
    const [first] = await events({ request: { output_format: format } });
    expect(first).toMatchObject({ picture: { format, width: 160, height: 120 } });
  });

  test("compression makes jpeg and webp smaller", async () => {
    for (const output_format of ["jpeg", "webp"] as const) {
      const sizes: number[] = [];
      for (const output_compression of [20, 95]) {
        const [first] = await events({ request: { output_format, output_compression } });
        sizes.push(
          first !== undefined && "picture" in first ? first.picture.bytes.byteLength : NaN,
        );
      }
      expect(sizes[0]).toBeLessThan(sizes[1] ?? 0);
    }
  });

  test.each(compositions)("every composition paints every pixel: %s", async (composition) => {
    const made = await picture({ options: { composition }, request: { prompt: "x" } });
    expect([...alphas(made)]).toEqual([255]);
    expect(new Set(made.rgba).size).toBeGreaterThan(50);
  });
});

describe("transparency, mark and lettering", () => {
  test("a transparent background has clear corners, a solid middle and soft edges between", async () => {
    const request = { background: "transparent", watermark: false } as const;
    const made = await picture({ request, options: { lettering: false } });
    expect(made.rgba[3]).toBe(0);
    expect(made.rgba[(60 * 160 + 80) * 4 + 3]).toBe(255);
    expect(alphas(made).size).toBeGreaterThan(3);
    const [event] = await events({ request });
    expect(event).toMatchObject({ background: "transparent" });
  });

  test("the mark is in the upper right and nowhere else, and goes with watermark: false", async () => {
    const size = { width: 400, height: 300 };
    const marked = await picture({ request: { size } });
    const plain = await picture({ request: { size, watermark: false } });
    let [left, bottom, count] = [400, 0, 0];
    for (let at = 0; at < marked.rgba.length; at += 4) {
      if (marked.rgba[at] === plain.rgba[at] && marked.rgba[at + 1] === plain.rgba[at + 1])
        continue;
      left = Math.min(left, (at / 4) % 400);
      bottom = Math.max(bottom, Math.floor(at / 4 / 400));
      count++;
    }
    expect(count).toBeGreaterThan(400);
    expect(left).toBeGreaterThan(200);
    expect(bottom).toBeLessThan(80);
  });

  test("lettering is dark on light or light on dark, never lost in the picture", async () => {
    for (const palette of ["night", "dawn"]) {
      const size = { width: 600, height: 400 };
      const request = { size, prompt: "MMMM WWWW", watermark: false };
      const made = await picture({ request, options: { palette, composition: "ribbons" } });
      const levels: number[] = [];
      // The panel's left half at the lower left, well inside its border.
      for (let y = 310; y < 380; y++) {
        for (let x = 40; x < 140; x++) levels.push(made.rgba[(y * 600 + x) * 4 + 1] ?? 0);
      }
      expect(Math.max(...levels) - Math.min(...levels)).toBeGreaterThan(140);
    }
  });

  test.each([
    ["emoji and CJK", "🦊👩‍👩‍👧‍👦 雪の中の狐 여우 ثعلب"],
    ["accents", "Ünïcödé çafé naïve – “ł” ø ß ñ Å ȩ"],
    ["all of ASCII", String.fromCharCode(...Array.from({ length: 126 }, (_, index) => index + 1))],
    ["one long word", "x".repeat(5000)],
    ["32,000 characters", "a very long story ".repeat(1778).slice(0, 32_000)],
    ["lone surrogates", "a\ud800b\udc00"],
    ["nothing visible", "\u200b\u200b"],
  ])("%s in the prompt are no trouble", async (_, prompt) => {
    for (const size of [
      { width: 64, height: 64 },
      { width: 512, height: 300 },
    ]) {
      const made = await picture({ request: { prompt, size } });
      expect([made.width, made.height]).toEqual([size.width, size.height]);
    }
  });
});

test.each([
  ["A fox in the snow", true],
  ["Füchse im Schnee 🦊", true],
  ["雪中的狐狸，黄昏", false],
  ["눈 속의 여우", false],
  ["", false],
])("%j is lettered on the picture only where it can be read: %j", (prompt, expected) => {
  expect(isLegible(lettersOf(prompt))).toBe(expected);
});
