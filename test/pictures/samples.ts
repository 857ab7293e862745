import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { onTestFinished } from "vitest";
import type { Picture, PictureLimits, PictureSpool } from "../../src/core/picture.ts";
import { wholeBytes } from "../../src/core/picture.ts";
import { createConverter, type Converter } from "../../src/pictures/convert.ts";
import { upstreamImageLimits } from "../../src/pictures/limits.ts";
import { createSpools, type Spools } from "../../src/pictures/spool.ts";

/** A directory that goes when the test is over. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "pinhole-test-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Bench {
  readonly directory: string;
  readonly spools: Spools;
  readonly spool: PictureSpool;
  readonly converter: Converter;
}

/** Spools and a converter of a test's own. */
export function openBench(memoryBytesMax = 64 * 1024 * 1024): Bench {
  const directory = scratchDirectory();
  const spools = createSpools({ directory, memoryBytesMax, randomName: randomUUID });
  const spool = spools.open();
  onTestFinished(() => spool.dispose());
  const converter = createConverter({ directory, randomName: randomUUID });
  return { directory, spools, spool, converter };
}

/** Spools bytes in chunks of a size. */
export function take(
  spool: PictureSpool,
  bytes: Uint8Array,
  limits: PictureLimits = { ...upstreamImageLimits, blame: "caller" },
  chunkBytes = 65_536,
): Picture {
  const writer = spool.begin(limits);
  for (let at = 0; at < bytes.length; at += chunkBytes)
    writer.write(bytes.subarray(at, at + chunkBytes));
  return writer.end();
}

export function bytesOf(picture: Picture): Promise<Buffer> {
  return wholeBytes(picture.bytes, 1_000_000_000);
}

/** Pixels as sharp reads them, 8-bit RGBA. */
export async function pixelsOf(
  bytes: Buffer,
): Promise<{ width: number; height: number; rgba: Buffer }> {
  const { data, info } = await sharp(bytes)
    .ensureAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgba: data };
}

/** Pixels that look like noise, the same each time: they do not compress, so files are large. */
export function noise(width: number, height: number, channels: 3 | 4): Buffer {
  const pixels = Buffer.alloc(width * height * channels);
  let state = 12345;
  for (let at = 0; at < pixels.length; at += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    pixels[at] = state >>> 24;
  }
  return pixels;
}

/** A sharp pipeline over noise. */
export function noisy(width: number, height: number, channels: 3 | 4 = 4): Sharp {
  return sharp(noise(width, height, channels), { raw: { width, height, channels } });
}

/** One PNG chunk, whole. */
export function pngChunk(type: string, body: Uint8Array): Buffer {
  const chunk = Buffer.alloc(body.length + 12);
  chunk.writeUInt32BE(body.length, 0);
  chunk.write(type, 4, "latin1");
  chunk.set(body, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, body.length + 8)), body.length + 8);
  return chunk;
}

export const pngSignature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/** IHDR of an RGBA picture, 8 bits a sample unless said. */
export function pngHeader(width: number, height: number, colourType = 6, depth = 8): Buffer {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  body[8] = depth;
  body[9] = colourType;
  return pngChunk("IHDR", body);
}

/** A PNG from its parts, with whatever chunks stand between header and data. */
export function png(
  header: Buffer,
  rows: Uint8Array,
  between: readonly Buffer[] = [],
  after: readonly Buffer[] = [],
): Buffer {
  return Buffer.concat([
    pngSignature,
    header,
    ...between,
    pngChunk("IDAT", deflateSync(rows)),
    ...after,
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Rows of an RGBA picture of one byte value, each with its filter byte. */
export function plainRows(width: number, height: number, value = 200): Buffer {
  const rows = Buffer.alloc((width * 4 + 1) * height, value);
  for (let row = 0; row < height; row += 1) rows[row * (width * 4 + 1)] = 0;
  return rows;
}

/** An animated PNG of as many equal frames. */
export function apng(frames: number): Buffer {
  const control = Buffer.alloc(8);
  control.writeUInt32BE(frames, 0);
  const frameControls = Array.from({ length: frames }, () => pngChunk("fcTL", Buffer.alloc(26)));
  return png(
    pngHeader(4, 4),
    plainRows(4, 4),
    [pngChunk("acTL", control), ...frameControls.slice(0, 1)],
    frameControls.slice(1),
  );
}

/** An animated WebP or GIF of four frames of 20x10. */
export function animation(format: "webp" | "gif"): Promise<Buffer> {
  const frames = sharp(noise(20, 40, 4), {
    raw: { width: 20, height: 40, channels: 4, pageHeight: 10 },
  });
  return format === "webp" ? frames.webp({ loop: 0 }).toBuffer() : frames.gif().toBuffer();
}

/** A RIFF file of WebP chunks. */
export function webp(chunks: readonly (readonly [string, Uint8Array])[]): Buffer {
  const parts = chunks.map(([type, body]) => {
    const head = Buffer.alloc(8);
    head.write(type, 0, "latin1");
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
  });
  const content = Buffer.concat([Buffer.from("WEBP"), ...parts]);
  const riff = Buffer.alloc(8);
  riff.write("RIFF", 0, "latin1");
  riff.writeUInt32LE(content.length, 4);
  return Buffer.concat([riff, content]);
}

/** 40x20, left half red, right half blue: where red ends up shows how the picture was turned. */
export function redAndBlue(): Sharp {
  const pixels = Buffer.alloc(40 * 20 * 3);
  for (let index = 0; index < 40 * 20; index += 1)
    pixels[index * 3 + (index % 40 < 20 ? 0 : 2)] = 255;
  return sharp(pixels, { raw: { width: 40, height: 20, channels: 3 } });
}

/** `redAndBlue` lying on its side (orientation 6: turn right to see it), with a place and a camera in its EXIF. */
export function sidewaysWithPlace(format: "png" | "jpeg" | "webp"): Promise<Buffer> {
  const image = redAndBlue()
    .withMetadata({ orientation: 6 })
    .withExifMerge({
      IFD0: { Make: "Camera-Maker-X" },
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "51/1 30/1 3230/100" },
    });
  switch (format) {
    case "png":
      return image.png().toBuffer();
    case "jpeg":
      return image.jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
    case "webp":
      return image.webp({ lossless: true }).toBuffer();
    default:
      return format satisfies never;
  }
}
