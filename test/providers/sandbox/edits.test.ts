import { describe, expect, test } from "vitest";
import type { Picture, Raster } from "../../../src/core/picture.ts";
import { difference, encode, events, picture, pictures } from "./tools.ts";

const [width, height] = [150, 110];

function raster(
  wide: number,
  high: number,
  pixel: (x: number, y: number) => readonly [number, number, number, number],
): Raster {
  const rgba = new Uint8Array(wide * high * 4);
  for (let at = 0; at < wide * high; at++) {
    rgba.set(pixel(at % wide, Math.floor(at / wide)), at * 4);
  }
  return { width: wide, height: high, rgba };
}

/** Every pixel different from its neighbours, with some transparency: a shifted copy would be noticed. */
const original = raster(width, height, (x, y) => [
  (x * 7) % 256,
  (y * 11) % 256,
  (x * y) % 256,
  x < 10 ? 120 : 255,
]);

/** Open (alpha 0) in a circle, half open round it, closed elsewhere. */
const maskAlpha = (x: number, y: number): number => {
  const distance = Math.hypot(x - 90, y - 55);
  return distance < 30 ? 0 : distance < 34 ? 128 : 255;
};
const mask = raster(width, height, (x, y) => [0, 0, 0, maskAlpha(x, y)]);

const edit = (images: readonly Picture[], more: object = {}) => ({
  request: {
    operation: "edit" as const,
    prompt: "a red moon",
    size: "auto" as const,
    images,
    ...more,
  },
});

function differsAt(one: Raster, two: Raster, at: number): boolean {
  return [0, 1, 2, 3].some((channel) => one.rgba[at + channel] !== two.rgba[at + channel]);
}

describe("with a mask", () => {
  test("only what the mask opens changes; all else keeps its four bytes", async () => {
    const made = await picture(edit([await encode(original)], { mask: await encode(mask) }));
    expect([made.width, made.height]).toEqual([width, height]);
    const changed = { open: 0, half: 0, closed: 0 };
    const all = { open: 0, half: 0, closed: 0 };
    for (let at = 0; at < made.rgba.length; at += 4) {
      const alpha = mask.rgba[at + 3];
      const kind = alpha === 0 ? "open" : alpha === 255 ? "closed" : "half";
      all[kind]++;
      if (differsAt(made, original, at)) changed[kind]++;
    }
    expect(changed.closed).toBe(0);
    expect(changed.open).toBeGreaterThan(all.open * 0.98);
    expect(changed.half).toBeGreaterThan(all.half * 0.9);
  });

  test("half-open pixels lie between the input and the new picture", async () => {
    const grey = raster(width, height, () => [255, 255, 255, 255]);
    const image = await encode(grey);
    const half = await encode(raster(width, height, () => [0, 0, 0, 128]));
    const open = await encode(raster(width, height, () => [0, 0, 0, 0]));
    const mixed = await picture(edit([image], { mask: half }));
    const fresh = await picture(edit([image], { mask: open }));
    let misses = 0;
    for (let at = 0; at < mixed.rgba.length; at++) {
      const expected = 255 * (128 / 255) + (fresh.rgba[at] ?? 0) * (127 / 255);
      // The scaled-down alphas and the colours are rounded once each.
      if (Math.abs((mixed.rgba[at] ?? 0) - expected) > 2) misses++;
    }
    expect(misses).toBe(0);
  });

  test("a mask that opens nothing gives the input back", async () => {
    const closed = await encode(raster(width, height, () => [0, 0, 0, 255]));
    const made = await picture(edit([await encode(original)], { mask: closed }));
    expect(difference(made, original)).toBe(0);
  });

  test("one open pixel is enough to paint and changes only itself", async () => {
    const one = await encode(
      raster(width, height, (x, y) => [0, 0, 0, x === 20 && y === 30 ? 0 : 255]),
    );
    const made = await picture(edit([await encode(original)], { mask: one }));
    expect(difference(made, original) * width * height).toBeLessThanOrEqual(1);
  });

  test("another size scales input and mask alike", async () => {
    const white = await encode(raster(width, height, () => [255, 255, 255, 255]));
    const size = { width: 300, height: 220 };
    const made = await picture(edit([white], { mask: await encode(mask), size }));
    expect([made.width, made.height]).toEqual([300, 220]);
    const at = (x: number, y: number) => [
      ...made.rgba.subarray((y * 300 + x) * 4, (y * 300 + x) * 4 + 4),
    ];
    expect(at(20, 20)).toEqual([255, 255, 255, 255]);
    expect(at(280, 200)).toEqual([255, 255, 255, 255]);
    expect(at(180, 70)).not.toEqual([255, 255, 255, 255]);
  });

  test("further pictures are shown inside the mask only", async () => {
    const images = [await encode(original), await encode(raster(40, 40, () => [255, 0, 0, 255]))];
    const alone = await picture(edit(images.slice(0, 1), { mask: await encode(mask) }));
    const both = await picture(edit(images, { mask: await encode(mask) }));
    expect(difference(alone, both)).toBeGreaterThan(0.02);
    for (let at = 0; at < both.rgba.length; at += 4) {
      if (mask.rgba[at + 3] === 255 && differsAt(both, original, at)) {
        throw new Error(`the closed pixel at ${at / 4} changed`);
      }
    }
  });
});

describe("without a mask", () => {
  /** Black left, white right. */
  const halves = raster(width, height, (x) =>
    x < width / 2 ? [0, 0, 0, 255] : [255, 255, 255, 255],
  );

  test("the whole picture is repainted and still shows the input", async () => {
    const made = await picture(edit([await encode(halves)]));
    expect([made.width, made.height]).toEqual([width, height]);
    expect(difference(made, halves)).toBeGreaterThan(0.95);
    const level = (x: number) => made.rgba[(40 * width + x) * 4 + 1] ?? 0;
    expect(level(115)).toBeGreaterThan(level(35) + 60);
  });

  test("high input fidelity stays nearer to the input", async () => {
    const distance = async (input_fidelity: string) => {
      const made = await picture(edit([await encode(original)], { more: { input_fidelity } }));
      return made.rgba.reduce(
        (sum, value, at) => sum + Math.abs(value - (original.rgba[at] ?? 0)),
        0,
      );
    };
    expect(await distance("high")).toBeLessThan((await distance("low")) * 0.9);
  });

  test.each([2, 5, 16])("%i pictures make a collage in the first one's size", async (count) => {
    const images = await Promise.all(
      Array.from({ length: count }, (_, index) =>
        encode(index === 0 ? halves : raster(60, 90, () => [255, 0, index * 10, 255])),
      ),
    );
    const made = await picture(edit(images));
    expect([made.width, made.height]).toEqual([width, height]);
    const other = await picture(edit(images.slice(0, count - 1)));
    expect(difference(made, other)).toBeGreaterThan(0.05);
  });

  test("jpeg and webp inputs are taken, a huge one is brought inside the limits", async () => {
    for (const format of ["jpeg", "webp"] as const) {
      const made = await picture(edit([await encode(halves, format)]));
      expect([made.width, made.height]).toEqual([width, height]);
    }
    const huge = await encode(raster(4000, 500, () => [90, 90, 90, 255]));
    const made = await picture(edit([huge]));
    expect([made.width, made.height]).toEqual([3840, 480]);
  });

  test("reference pictures of a generation come into it", async () => {
    const plain = await picture({ request: {} });
    const shown = await picture({ request: { images: [await encode(halves)] } });
    expect([shown.width, shown.height]).toEqual([160, 120]);
    expect(difference(plain, shown)).toBeGreaterThan(0.2);
  });
});

test("variations differ from the input and from each other, in its size", async () => {
  const request = { operation: "variation" as const, prompt: "", n: 2, size: undefined };
  const [one, two] = await pictures({ request: { ...request, images: [await encode(original)] } });
  if (!one || !two) throw new Error("two variations were asked");
  expect([one.width, one.height]).toEqual([width, height]);
  expect(difference(one, original)).toBeGreaterThan(0.9);
  expect(difference(one, two)).toBeGreaterThan(0.5);
});

test("usage counts text by characters and pictures by size and quality", async () => {
  const made = await events({
    request: {
      operation: "edit",
      prompt: "🦊🦊🦊🦊🦊",
      quality: "medium",
      n: 2,
      size: { width: 1024, height: 512 },
      images: [await encode(raster(64, 64, () => [1, 2, 3, 255]))],
    },
  });
  expect(made.at(-1)).toEqual({
    usage: {
      input_tokens: 2 + 68,
      output_tokens: 1056,
      total_tokens: 70 + 1056,
      input_tokens_details: { text_tokens: 2, image_tokens: 68 },
      output_tokens_details: { text_tokens: 0, image_tokens: 1056 },
    },
  });
});
