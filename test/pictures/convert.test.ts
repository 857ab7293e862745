import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import sharp, { type Sharp } from "sharp";
import type { OutputFormat } from "../../src/core/picture.ts";
import { createConverter, needsNormalising } from "../../src/pictures/convert.ts";
import {
  animation,
  apng,
  bytesOf,
  noise,
  noisy,
  openBench,
  pixelsOf,
  plainRows,
  png,
  pngHeader,
  redAndBlue,
  sidewaysWithPlace,
  take,
} from "./samples.ts";

const formats = ["png", "jpeg", "webp"] as const;

/** Bytes of a picture of one format. */
function make(format: OutputFormat): Promise<Buffer> {
  const image = redAndBlue();
  return format === "webp"
    ? image.webp({ lossless: true }).toBuffer()
    : image.toFormat(format, { quality: 100 }).toBuffer();
}

const pairs = formats.flatMap((from) => formats.map((to) => [from, to] as const));

describe.each([
  ["memory", 64 * 1024 * 1024],
  ["files", 0],
] as const)("in %s", (_name, memoryBytesMax) => {
  test.each(pairs)("%s becomes %s of the same pixels", async (from, to) => {
    const { spool, converter, directory } = openBench(memoryBytesMax);
    const picture = take(spool, await make(from));
    const converted = await converter.convert(picture, { format: to }, spool);
    expect(converted).toMatchObject({ format: to, width: 40, height: 20, orientation: 1 });
    const { rgba } = await pixelsOf(await bytesOf(converted));
    expect(near(rgba, 5, 10, [255, 0, 0])).toBe(true);
    expect(near(rgba, 35, 10, [0, 0, 255])).toBe(true);
    spool.dispose();
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each(formats)(
    "normalising a sideways %s turns it upright and forgets the place",
    async (format) => {
      const { spool, converter } = openBench(memoryBytesMax);
      const bytes = await sidewaysWithPlace(format);
      const before = await sharp(bytes).metadata();
      expect(before.orientation).toBe(6);
      expect(before.exif?.includes("Camera-Maker-X")).toBe(true);
      const picture = take(spool, bytes);
      expect(needsNormalising(picture)).toBe(true);
      const upright = await converter.normalise(picture, spool);
      expect(upright).toMatchObject({ format, width: 20, height: 40, orientation: 1 });
      const made = await bytesOf(upright);
      const after = await sharp(made).metadata();
      expect(after.exif).toBeUndefined();
      expect(after.icc).toBeUndefined();
      expect(made.includes("Camera-Maker-X")).toBe(false);
      // Turned right: what was left is at the top.
      const { rgba } = await pixelsOf(made);
      expect(near(rgba, 10, 5, [255, 0, 0], 20)).toBe(true);
      expect(near(rgba, 10, 35, [0, 0, 255], 20)).toBe(true);
    },
  );
});

test("a picture that is upright already is passed on, byte for byte", async () => {
  const { spool, converter } = openBench();
  const picture = take(spool, await make("jpeg"));
  expect(await converter.normalise(picture, spool)).toBe(picture);
});

describe("convert", () => {
  test("resizes to exactly the size", async () => {
    const { spool, converter } = openBench();
    const picture = take(spool, await make("png"));
    const made = await converter.convert(
      picture,
      { format: "webp", size: { width: 33, height: 77 } },
      spool,
    );
    expect(made).toMatchObject({ format: "webp", width: 33, height: 77 });
    const { rgba } = await pixelsOf(await bytesOf(made));
    expect(near(rgba, 3, 40, [255, 0, 0], 33)).toBe(true);
    expect(near(rgba, 30, 40, [0, 0, 255], 33)).toBe(true);
  });

  test("sizes are those of the upright picture", async () => {
    const { spool, converter } = openBench();
    const picture = take(spool, await sidewaysWithPlace("jpeg"));
    const made = await converter.convert(
      picture,
      { format: "png", size: { width: 10, height: 20 } },
      spool,
    );
    expect(made).toMatchObject({ width: 10, height: 20, orientation: 1 });
    const { rgba } = await pixelsOf(await bytesOf(made));
    expect(near(rgba, 5, 2, [255, 0, 0], 10)).toBe(true);
  });

  test("transparency stays in png and webp, and is white in jpeg", async () => {
    const { spool, converter } = openBench();
    const clear = take(spool, png(pngHeader(8, 8), plainRows(8, 8, 0)));
    for (const format of formats) {
      const { rgba } = await pixelsOf(
        await bytesOf(await converter.convert(clear, { format }, spool)),
      );
      const [red, , , alpha] = rgba;
      expect(format === "jpeg" ? [red, alpha] : [0, alpha]).toEqual(
        format === "jpeg" ? [255, 255] : [0, 0],
      );
    }
  });

  test("lays a background under the picture where one is given", async () => {
    const { spool, converter } = openBench();
    const clear = take(spool, png(pngHeader(8, 8), plainRows(8, 8, 0)));
    const made = await converter.convert(clear, { format: "png", background: "#00ff00" }, spool);
    const { rgba } = await pixelsOf(await bytesOf(made));
    expect([...rgba.subarray(0, 4)]).toEqual([0, 255, 0, 255]);
  });

  test.each(["jpeg", "webp"] as const)("compression of %s goes from 0 to 100", async (format) => {
    const { spool, converter } = openBench();
    const picture = take(spool, await noisy(64, 64, 3).png().toBuffer());
    const sizes: number[] = [];
    for (const compression of [0, 1, 50, 100])
      sizes.push(
        (await converter.convert(picture, { format, compression }, spool)).bytes.byteLength,
      );
    const unsaid = await converter.convert(picture, { format }, spool);
    expect(sizes[0]).toBe(sizes[1]);
    expect(sizes[1]).toBeLessThan(sizes[2] ?? 0);
    expect(sizes[2]).toBeLessThan(sizes[3] ?? 0);
    expect(unsaid.bytes.byteLength).toBe(sizes[3]);
  });

  test("colours of a wide profile are converted, not relabelled", async () => {
    const { spool, converter } = openBench();
    // The same numbers mean a stronger green in P3 than in sRGB.
    const green = { r: 60, g: 180, b: 60 };
    const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: green } })
      .withIccProfile("p3", { attach: true })
      .png()
      .toBuffer();
    const meant = await sharp(bytes).toColourspace("srgb").raw().toBuffer();
    const made = await bytesOf(
      await converter.convert(take(spool, bytes), { format: "png" }, spool),
    );
    expect((await sharp(made).metadata()).icc).toBeUndefined();
    const { rgba } = await pixelsOf(made);
    expect([...rgba.subarray(0, 3)]).toEqual([...meant.subarray(0, 3)]);
  });

  test("CMYK and 16-bit pictures become 8-bit sRGB", async () => {
    const { spool, converter } = openBench();
    const cmyk = await redAndBlue().toColourspace("cmyk").jpeg({ quality: 100 }).toBuffer();
    const deep = png(pngHeader(4, 4, 6, 16), deepRows(4, 4, 0xff40));
    for (const bytes of [cmyk, deep]) {
      const made = await bytesOf(
        await converter.convert(take(spool, bytes), { format: "png" }, spool),
      );
      expect(await sharp(made).metadata()).toMatchObject({ space: "srgb", depth: "uchar" });
    }
  });

  test("the first frame of an animation is taken", async () => {
    const { spool, converter } = openBench();
    for (const bytes of [apng(3), await animation("webp")]) {
      const made = await converter.convert(take(spool, bytes), { format: "png" }, spool);
      expect(made.frames).toBe(1);
    }
  });
});

describe("raster", () => {
  test("decodes upright RGBA, and encodes it back without a change", async () => {
    const { spool, converter } = openBench();
    const raster = { width: 17, height: 9, rgba: noise(17, 9, 4) };
    const picture = await converter.encode(raster, "png", undefined, spool);
    expect(picture).toMatchObject({ format: "png", width: 17, height: 9, alpha: true });
    const back = await converter.decode(picture);
    expect(Buffer.from(back.rgba).equals(raster.rgba)).toBe(true);
    const upright = await converter.decode(take(spool, await sidewaysWithPlace("png")));
    expect(upright).toMatchObject({ width: 20, height: 40 });
    expect([...upright.rgba.subarray(0, 4)]).toEqual([255, 0, 0, 255]);
  });

  test.each([
    ["grey", () => redAndBlue().toColourspace("b-w").png().toBuffer()],
    ["palette", () => redAndBlue().png({ palette: true }).toBuffer()],
    ["jpeg", () => redAndBlue().jpeg().toBuffer()],
  ])("of a %s picture has four bytes a pixel", async (_name, bytes) => {
    const { spool, converter } = openBench();
    expect((await converter.decode(take(spool, await bytes()))).rgba).toHaveLength(40 * 20 * 4);
  });
});

describe("refused", () => {
  test("a picture whose data is damaged, naming whoever must mend it", async () => {
    const { spool, converter, directory } = openBench();
    const bytes = await noisy(64, 64).png().toBuffer();
    // Within the first chunk of data, so that the structure stays whole.
    bytes.fill(0x55, 2_000, 7_000);
    const picture = take(spool, bytes);
    for (const [blame, code] of [
      ["caller", "invalid_image"],
      ["upstream", "upstream_bad_answer"],
    ] as const) {
      await expect(
        converter.convert(picture, { format: "webp", blame }, spool),
      ).rejects.toMatchObject({ code });
    }
    await expect(converter.decode(picture)).rejects.toMatchObject({ code: "invalid_image" });
    expect(readdirSync(directory)).toEqual([]);
  });

  test("formats whose decoders are blocked", async () => {
    const { spool, converter } = openBench();
    for (const bytes of [
      await noisy(8, 8, 3).gif().toBuffer(),
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"></svg>'),
    ]) {
      await expect(
        converter.convert(take(spool, bytes), { format: "png" }, spool),
      ).rejects.toMatchObject({
        code: "invalid_image",
      });
    }
  });

  test("more pixels than the limit", async () => {
    const { spool, directory } = openBench();
    const converter = createConverter({ directory, randomName: () => "x", pixelsMax: 799 });
    const picture = take(spool, await make("png"));
    await expect(converter.convert(picture, { format: "webp" }, spool)).rejects.toMatchObject({
      code: "image_too_large",
    });
  });
});

test("after the first use sharp itself reads nothing but PNG, JPEG and WebP", async () => {
  const { spool, converter } = openBench();
  await converter.decode(take(spool, await make("png")));
  const blocked = [
    Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'),
    await noisy(4, 4, 3).gif().toBuffer(),
    await noisy(4, 4, 3).tiff().toBuffer(),
    await noisy(4, 4, 3).heif({ compression: "av1" }).toBuffer(),
  ];
  for (const bytes of blocked) await expect(sharp(bytes).metadata()).rejects.toThrow(/unsupported/);
  for (const format of formats)
    expect((await sharp(await make(format)).metadata()).format).toBe(format);
  expect(sharp.concurrency()).toBe(1);
});

/** Is the pixel at (x, y) of a picture this wide the colour, as near as a lossy format keeps it? */
function near(rgba: Buffer, x: number, y: number, colour: readonly number[], width = 40): boolean {
  const at = (y * width + x) * 4;
  return colour.every((value, channel) => Math.abs((rgba[at + channel] ?? -1) - value) <= 6);
}

/** Rows of a 16-bit RGBA picture of one sample value. */
function deepRows(width: number, height: number, value: number): Buffer {
  const rows = Buffer.alloc((width * 8 + 1) * height);
  for (let at = 0; at < rows.length; at += 1) {
    const inRow = at % (width * 8 + 1);
    rows[at] = inRow === 0 ? 0 : inRow % 2 === 1 ? value >> 8 : value & 0xff;
  }
  return rows;
}

describe("what is not worked on", () => {
  test("a picture with a longer side than any format has is passed on, never converted", async () => {
    const { spool, converter } = openBench();
    const picture = take(spool, await plain(17_000, 4).png().toBuffer());
    await expect(converter.convert(picture, { format: "jpeg" }, spool)).rejects.toMatchObject({
      code: "image_too_large",
    });
  });

  test("nor is what nobody waits for", async () => {
    const { spool, converter } = openBench();
    const picture = take(spool, await sidewaysWithPlace("jpeg"));
    let asked = 0;
    const leave = (): boolean => {
      asked += 1;
      return false;
    };
    const busy = Array.from({ length: 2 }, () => converter.normalise(picture, spool));
    const waiting = converter.normalise(picture, spool, leave);
    await expect(waiting).rejects.toMatchObject({ code: "request_timeout" });
    expect(asked).toBe(1);
    await Promise.all(busy);
  });
});

function plain(width: number, height: number): Sharp {
  return sharp({ create: { width, height, channels: 3, background: "#305070" } });
}
