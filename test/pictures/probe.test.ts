import { describe, expect, test } from "vitest";
import sharp from "sharp";
import { PinholeError } from "../../src/core/errors.ts";
import { createProbe, type ProbedFacts } from "../../src/pictures/probe.ts";
import {
  animation,
  apng,
  noise,
  noisy,
  plainRows,
  png,
  pngChunk,
  pngHeader,
  pngSignature,
  sidewaysWithPlace,
  webp,
} from "./samples.ts";

function probe(bytes: Uint8Array, chunkBytes = 65_536): ProbedFacts {
  const running = createProbe();
  for (let at = 0; at < bytes.length; at += chunkBytes)
    running.write(bytes.subarray(at, at + chunkBytes));
  return running.end();
}

function fault(bytes: Uint8Array, chunkBytes?: number): PinholeError {
  try {
    probe(bytes, chunkBytes);
  } catch (thrown) {
    if (thrown instanceof PinholeError) return thrown;
    throw thrown;
  }
  throw new Error("The probe took what it should refuse.");
}

const still = { frames: 1, orientation: 1, trailingBytes: 0 };

/** Every still format in its variants, with what the probe must say. */
const wholes: readonly (readonly [string, () => Promise<Buffer>, object])[] = [
  [
    "png rgba",
    () => noisy(61, 37).png().toBuffer(),
    { format: "png", alpha: true, decoding: { held: 0, pixel: 4 } },
  ],
  [
    "png rgb",
    () => noisy(61, 37, 3).png().toBuffer(),
    { format: "png", alpha: false, decoding: { held: 0, pixel: 4 } },
  ],
  [
    "png interlaced",
    () => noisy(61, 37, 3).png({ progressive: true }).toBuffer(),
    { format: "png", alpha: false, decoding: { held: 4, pixel: 4 } },
  ],
  [
    "png palette with tRNS",
    () => noisy(61, 37).png({ palette: true }).toBuffer(),
    { format: "png", alpha: true, decoding: { held: 0, pixel: 4 } },
  ],
  [
    "png palette",
    () => noisy(61, 37, 3).png({ palette: true }).toBuffer(),
    { format: "png", alpha: false, decoding: { held: 0, pixel: 4 } },
  ],
  [
    "png of 16 bits, interlaced",
    () => noisy(61, 37).toColourspace("rgb16").png({ progressive: true }).toBuffer(),
    { format: "png", alpha: true, decoding: { held: 8, pixel: 8 } },
  ],
  [
    "png grey",
    () => noisy(61, 37, 3).toColourspace("b-w").png().toBuffer(),
    { format: "png", alpha: false, decoding: { held: 0, pixel: 2 } },
  ],
  [
    "jpeg",
    () => noisy(61, 37, 3).jpeg().toBuffer(),
    { format: "jpeg", alpha: false, decoding: { held: 0, pixel: 3 } },
  ],
  [
    "jpeg progressive",
    () => noisy(61, 37, 3).jpeg({ progressive: true }).toBuffer(),
    { format: "jpeg", alpha: false, decoding: { held: 6, pixel: 3 } },
  ],
  [
    "jpeg cmyk",
    () => noisy(61, 37, 3).toColourspace("cmyk").jpeg().toBuffer(),
    { format: "jpeg", alpha: false, decoding: { held: 0, pixel: 4 } },
  ],
  [
    "webp lossy",
    () => noisy(61, 37, 3).webp().toBuffer(),
    { format: "webp", alpha: false, decoding: { held: 8, pixel: 4 } },
  ],
  [
    "webp lossy alpha",
    () => noisy(61, 37).webp().toBuffer(),
    { format: "webp", alpha: true, decoding: { held: 8, pixel: 4 } },
  ],
  [
    "webp lossless",
    () => noisy(61, 37, 3).webp({ lossless: true }).toBuffer(),
    { format: "webp", alpha: false, decoding: { held: 8, pixel: 4 } },
  ],
  [
    "webp lossless alpha",
    () => noisy(61, 37).webp({ lossless: true }).toBuffer(),
    { format: "webp", alpha: true, decoding: { held: 8, pixel: 4 } },
  ],
  [
    "gif",
    () => noisy(61, 37, 3).gif().toBuffer(),
    { format: "gif", alpha: false, decoding: { held: 0, pixel: 4 } },
  ],
];

describe.each(wholes)("%s", (_name, make, facts) => {
  test.each([1, 7, 1_000, 65_536])("is read in chunks of %i", async (chunkBytes) => {
    expect(probe(await make(), chunkBytes)).toEqual({ width: 61, height: 37, ...still, ...facts });
  });

  test("cut at any tenth is refused with what to do", async () => {
    const bytes = await make();
    for (let tenth = 1; tenth < 10; tenth += 1) {
      const error = fault(bytes.subarray(0, Math.floor((bytes.length * tenth) / 10)));
      expect(error.code).toBe("invalid_image");
      expect(error.message).toMatch(/send/);
    }
  });

  test("without its last byte is refused", async () => {
    const bytes = await make();
    expect(fault(bytes.subarray(0, -1)).message).toMatch(/cut short|damaged/);
  });

  test("with a ZIP archive after its end is taken, and the rest is noted", async () => {
    const archive = Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(5_000, 7)]);
    const facts = probe(Buffer.concat([await make(), archive]), 777);
    expect(facts).toMatchObject({ width: 61, height: 37, trailingBytes: archive.length });
  });
});

describe("frames", () => {
  test("of an APNG", () => {
    expect(probe(apng(12))).toMatchObject({ format: "png", frames: 12 });
  });
  test("of an APNG that declares one and holds many", () => {
    const bytes = apng(5);
    bytes.writeUInt32BE(1, bytes.indexOf("acTL") + 4);
    expect(probe(bytes).frames).toBe(5);
  });
  test("of an animated WebP", async () => {
    expect(probe(await animation("webp"))).toMatchObject({ width: 20, height: 10, frames: 4 });
  });
  test("of an animated GIF", async () => {
    expect(probe(await animation("gif"))).toMatchObject({ width: 20, height: 10, frames: 4 });
  });
});

describe("orientation", () => {
  test.each(["png", "jpeg", "webp"] as const)("in %s", async (format) => {
    const facts = probe(await sidewaysWithPlace(format), 13);
    expect(facts).toMatchObject({ format, width: 40, height: 20, orientation: 6 });
  });

  test.each([
    ["no TIFF header", Buffer.from("nonsense that is long enough")],
    ["a directory beyond the end", Buffer.from("49492a00ffffff7f", "hex")],
    ["65,535 entries that are not there", Buffer.from("49492a0008000000ffff", "hex")],
    ["an orientation of 9", Buffer.from("49492a000800000001001201030001000000090000000000", "hex")],
    ["nothing", Buffer.alloc(0)],
  ])("is 1 where EXIF has %s", (_name, exif) => {
    const bytes = png(pngHeader(2, 2), plainRows(2, 2), [pngChunk("eXIf", exif)]);
    expect(probe(bytes).orientation).toBe(1);
  });

  test("is read in either byte order", () => {
    const little = "49492a000800000001001201030001000000080000000000";
    const big = "4d4d002a00000008000101120003000000010003000000000000";
    for (const [hex, orientation] of [
      [little, 8],
      [big, 3],
    ] as const) {
      const exif = pngChunk("eXIf", Buffer.from(hex, "hex"));
      expect(probe(png(pngHeader(2, 2), plainRows(2, 2), [exif])).orientation).toBe(orientation);
    }
  });
});

describe("metadata of any size is passed over", () => {
  test("20 MB of text in a PNG", () => {
    const text = pngChunk("tEXt", Buffer.alloc(20_000_000, 65));
    expect(probe(png(pngHeader(2, 2), plainRows(2, 2), [text]))).toMatchObject({ width: 2 });
  });
  test("a thousand full APP segments in a JPEG, with pictures inside", async () => {
    const jpeg = await noisy(61, 37, 3).jpeg().toBuffer();
    const segment = Buffer.alloc(65_537);
    segment.set([0xff, 0xe2, 0xff, 0xff]);
    // A small picture inside must not be mistaken for the picture.
    segment.set(await noisy(5, 5, 3).jpeg().toBuffer(), 4);
    const segments: Buffer[] = Array.from({ length: 1_000 }, () => segment);
    const bytes = Buffer.concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
    expect(probe(bytes)).toMatchObject({ width: 61, height: 37, trailingBytes: 0 });
  });
  test("a real picture's EXIF, profile and text", async () => {
    const bytes = await noisy(61, 37, 3)
      .withIccProfile("p3")
      .withExif({ IFD0: { Copyright: "x".repeat(20_000) } })
      .webp()
      .toBuffer();
    expect(probe(bytes)).toMatchObject({ format: "webp", width: 61, height: 37 });
  });
});

describe("refused", () => {
  test("nothing at all", () => {
    expect(fault(Buffer.alloc(0)).message).toMatch(/empty/);
  });
  test.each([1, 2, 3, 7, 11])("%i zero bytes", (count) => {
    expect(fault(Buffer.alloc(count)).code).toBe("invalid_image");
  });
  test("a file made of millions of empty parts", () => {
    const empty = pngChunk("teSt", Buffer.alloc(0));
    const many: Buffer = Buffer.alloc(empty.length * 1_100_000, empty);
    const bytes = Buffer.concat([pngSignature, pngHeader(2, 2), many]);
    expect(fault(bytes).message).toMatch(/parts/);
  });

  const damagedFiles: readonly (readonly [string, () => Buffer | Promise<Buffer>, RegExp])[] = [
    ["a PNG of no width", () => png(pngHeader(0, 5), plainRows(1, 5)), /0x5 pixels/],
    [
      "a PNG whose header was changed",
      () => patched(png(pngHeader(9, 9), plainRows(9, 9)), 19, 200),
      /checksum/,
    ],
    [
      "a PNG without data",
      () => Buffer.concat([pngSignature, pngHeader(2, 2), pngChunk("IEND", Buffer.alloc(0))]),
      /no image data/,
    ],
    [
      "a PNG with two headers",
      () => png(pngHeader(2, 2), plainRows(2, 2), [pngHeader(3, 3)]),
      /second header/,
    ],
    [
      "a PNG of an unknown colour type",
      () => png(pngHeader(2, 2, 5), plainRows(2, 2)),
      /colour type/,
    ],
    [
      "a PNG that begins with another chunk",
      () => Buffer.concat([pngSignature, pngChunk("tEXt", Buffer.alloc(13)), pngHeader(2, 2)]),
      /no header/,
    ],
    [
      "a JPEG of nothing but markers",
      () => Buffer.from("ffd8ffd9ffd9ffd9ffd9ffd9", "hex"),
      /no image data/,
    ],
    [
      "a JPEG segment without length",
      () => Buffer.from("ffd8ffe000010000000000000000", "hex"),
      /segment/,
    ],
    [
      "a JPEG of no height",
      () => Buffer.from("ffd8ffc0000b080000000501011100ffd9", "hex"),
      /5x0 pixels/,
    ],
    [
      "a WebP chunk longer than the file",
      async () => patched(await noisy(9, 9, 3).webp().toBuffer(), 19, 0x7f),
      /longer/,
    ],
    ["a WebP of another size than its header says", () => lyingWebp(), /another size/],
    ["a WebP canvas without a picture", () => webp([["VP8X", canvas(10, 10)]]), /no image data/],
    [
      "a GIF of no width",
      async () => patched(await noisy(9, 9, 3).gif().toBuffer(), 6, 0),
      /0x9 pixels/,
    ],
  ];
  test.each(damagedFiles)("%s", async (_name, make, message) => {
    const error = fault(await make());
    expect(error.code).toBe("invalid_image");
    expect(error.message).toMatch(message);
  });

  test.each([
    ["a HEIC image", Buffer.from("\0\0\0\x18ftypheic\0\0\0\0", "latin1")],
    ["an AVIF image", Buffer.from("\0\0\0\x18ftypavif\0\0\0\0", "latin1")],
    ["a PDF document", Buffer.from("%PDF-1.7 and so on")],
    ["an HTML or XML document", Buffer.from("<!doctype html><title>Not found</title>")],
    ["a JSON document", Buffer.from('{"error": "not found"}')],
  ])("%s, by name", (name, bytes) => {
    expect(fault(bytes).message).toContain(name);
  });
});

describe("SVG is recognised and measured, for upstreams that make it", () => {
  test.each([
    ['<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30px"></svg>', 40, 30],
    ['<?xml version="1.0"?>\n<!-- x --><svg viewBox="0 0 64 48.2">\n</svg>\n', 64, 48],
    ['\uFEFF <svg width="100%"><g/></svg>', 300, 150],
  ])("%s", (text, width, height) => {
    expect(probe(Buffer.from(text), 3)).toMatchObject({ format: "svg", width, height });
  });
  test("cut short", () => {
    expect(fault(Buffer.from('<svg width="4" height="4"><g>')).message).toMatch(/cut short/);
  });
});

test("facts are there as soon as the header is", async () => {
  const running = createProbe();
  running.write(
    (
      await sharp(noise(500, 400, 4), { raw: { width: 500, height: 400, channels: 4 } })
        .png()
        .toBuffer()
    ).subarray(0, 40),
  );
  expect(running.facts()).toMatchObject({ format: "png", width: 500, height: 400 });
});

function patched(bytes: Buffer, at: number, value: number): Buffer {
  bytes[at] = value;
  return bytes;
}

function canvas(width: number, height: number): Buffer {
  const body = Buffer.alloc(10);
  body.writeUIntLE(width - 1, 4, 3);
  body.writeUIntLE(height - 1, 7, 3);
  return body;
}

/** A canvas of 4x4 around a picture of 9x9. */
async function lyingWebp(): Promise<Buffer> {
  const simple = await noisy(9, 9, 3).webp().toBuffer();
  return webp([
    ["VP8X", canvas(4, 4)],
    ["VP8 ", simple.subarray(20)],
  ]);
}
