import { describe, expect, test } from "vitest";
import sharp from "sharp";
import { PinholeError } from "../../src/core/errors.ts";
import type { Picture } from "../../src/core/picture.ts";
import { checkMask, fitMask, uprightSize } from "../../src/pictures/masks.ts";
import {
  bytesOf,
  noisy,
  openBench,
  png,
  pngHeader,
  redAndBlue,
  sidewaysWithPlace,
  take,
  type Bench,
} from "./samples.ts";

const width = 32;
const height = 16;
/** Every alpha there is, in a picture of noisy colours. */
const alphaAt = (index: number): number => index % 256;

function maskPixels(): Buffer {
  const pixels = Buffer.alloc(width * height * 4);
  for (let index = 0; index < width * height; index += 1)
    pixels.set([index % 7, index % 200, index % 31, alphaAt(index)], index * 4);
  return pixels;
}

const eightBit = () =>
  sharp(maskPixels(), { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();

/** The same mask with 16 bits a sample: each byte twice, which is how 8 bits are widened. */
function sixteenBit(): Promise<Buffer> {
  const source = maskPixels();
  const row = width * 8 + 1;
  const rows = Buffer.alloc(row * height);
  for (let sample = 0; sample < source.length; sample += 1) {
    const at = Math.floor(sample / (width * 4)) * row + 1 + (sample % (width * 4)) * 2;
    rows[at] = source[sample] ?? 0;
    rows[at + 1] = source[sample] ?? 0;
  }
  return Promise.resolve(png(pngHeader(width, height, 6, 16), rows));
}

async function greyOf(picture: Picture): Promise<Buffer> {
  const bytes = await bytesOf(picture);
  // Colour type 0, 8 bits, in the header itself.
  expect([bytes[24], bytes[25]]).toEqual([8, 0]);
  expect(picture).toMatchObject({ format: "png", alpha: false, orientation: 1 });
  return sharp(bytes).toColourspace("b-w").raw().toBuffer();
}

describe.each([
  ["8-bit", eightBit],
  ["16-bit", sixteenBit],
] as const)("a %s mask", (_name, make) => {
  test.each([
    ["white", false, (alpha: number) => 255 - alpha],
    ["black", false, (alpha: number) => alpha],
    ["white", true, (alpha: number) => (alpha >= 128 ? 0 : 255)],
    ["black", true, (alpha: number) => (alpha >= 128 ? 255 : 0)],
  ] as const)("becomes %s (binary: %s), pixel by pixel", async (polarity, binary, expected) => {
    const bench = openBench();
    const made = await fit(bench, await make(), { polarity, binary });
    expect(made).toMatchObject({ width, height });
    const grey = await greyOf(made);
    expect(grey).toHaveLength(width * height);
    for (let index = 0; index < grey.length; index += 1)
      expect(grey[index]).toBe(expected(alphaAt(index)));
  });

  test("becomes transparent and binary, pixel by pixel", async () => {
    const bench = openBench();
    const made = await fit(bench, await make(), { polarity: "transparent", binary: true });
    expect(made).toMatchObject({ format: "png", alpha: true, width, height });
    const rgba = await sharp(await bytesOf(made))
      .ensureAlpha()
      .toColourspace("srgb")
      .raw()
      .toBuffer();
    for (let index = 0; index < width * height; index += 1)
      expect(rgba[index * 4 + 3]).toBe(alphaAt(index) >= 128 ? 255 : 0);
  });
});

test("a transparent mask is passed on as it is", async () => {
  const { spool, converter } = openBench();
  const mask = take(spool, await eightBit());
  expect(await fitMask(mask, { polarity: "transparent", binary: false }, spool, converter)).toBe(
    mask,
  );
  const size = { width, height };
  expect(
    await fitMask(mask, { polarity: "transparent", binary: false }, spool, converter, size),
  ).toBe(mask);
});

test.each(["transparent", "white", "black"] as const)(
  "%s: another size takes the nearest pixel, no grey in between",
  async (polarity) => {
    const bench = openBench();
    // Left half kept, right half open.
    const pixels = Buffer.alloc(8 * 4 * 4);
    for (let index = 0; index < 32; index += 1) pixels[index * 4 + 3] = index % 8 < 4 ? 255 : 0;
    const bytes = await sharp(pixels, { raw: { width: 8, height: 4, channels: 4 } })
      .png()
      .toBuffer();
    const made = await fit(bench, bytes, { polarity, binary: false }, { width: 24, height: 20 });
    expect(made).toMatchObject({ width: 24, height: 20 });
    const channel = polarity === "transparent" ? "alpha" : 0;
    const values = await sharp(await bytesOf(made))
      .extractChannel(channel)
      .raw()
      .toBuffer();
    for (let index = 0; index < 24 * 20; index += 1) {
      const keeps = index % 24 < 12;
      expect(values[index]).toBe((polarity === "white" ? !keeps : keeps) ? 255 : 0);
    }
  },
);

test("palette and grey masks with transparency are read like any other", async () => {
  const bench = openBench();
  const grey = await sharp(Buffer.from([9, 0, 9, 255, 9, 100, 9, 200]), {
    raw: { width: 4, height: 1, channels: 2 },
  })
    .png()
    .toBuffer();
  expect([...(await greyOf(await fit(bench, grey, { polarity: "white", binary: false })))]).toEqual(
    [255, 0, 155, 55],
  );
  const clear = Buffer.alloc(4 * 4 * 4);
  clear.fill(255, 0, 32);
  const palette = await sharp(clear, { raw: { width: 4, height: 4, channels: 4 } })
    .png({ palette: true })
    .toBuffer();
  expect(palette[25]).toBe(3);
  const white = await greyOf(await fit(bench, palette, { polarity: "white", binary: false }));
  expect([...white]).toEqual([...Buffer.alloc(8, 0), ...Buffer.alloc(8, 255)]);
});

describe("checkMask", () => {
  test("takes a mask of the first image's size", async () => {
    const { spool } = openBench();
    const mask = take(spool, await noisy(40, 20).png().toBuffer());
    checkMask(mask, take(spool, await redAndBlue().jpeg().toBuffer()));
    expect(mask.alpha).toBe(true);
  });

  test("compares sizes as they are seen", async () => {
    const { spool } = openBench();
    const sideways = take(spool, await sidewaysWithPlace("jpeg"));
    expect(uprightSize(sideways)).toEqual({ width: 20, height: 40 });
    checkMask(take(spool, await noisy(20, 40).png().toBuffer()), sideways);
    const mask = take(spool, await noisy(40, 20).png().toBuffer());
    expect(() => checkMask(mask, sideways)).toThrow(PinholeError);
  });

  test.each([
    [
      "of another size",
      () => noisy(41, 20).png().toBuffer(),
      "mask_size_mismatch",
      "The mask is 41x20 and the first image is 40x20; send a mask of the image's size.",
    ],
    [
      "without alpha",
      () => noisy(40, 20, 3).png().toBuffer(),
      "invalid_image",
      "The mask has no alpha channel; send a PNG that is transparent where the image may change.",
    ],
    [
      "that is a WebP",
      () => noisy(40, 20).webp().toBuffer(),
      "invalid_image",
      "The mask is a webp file; send a PNG with an alpha channel, transparent where the image may change.",
    ],
  ] as const)("refuses a mask %s", async (_name, make, code, message) => {
    const { spool } = openBench();
    const mask = take(spool, await make());
    const first = take(spool, await redAndBlue().png().toBuffer());
    expect(() => checkMask(mask, first)).toThrow(
      expect.objectContaining({ code, message, param: "mask" }),
    );
  });
});

function fit(
  { spool, converter }: Bench,
  bytes: Buffer,
  rule: Parameters<typeof fitMask>[1],
  size?: { width: number; height: number },
): Promise<Picture> {
  return fitMask(take(spool, bytes), rule, spool, converter, size);
}
