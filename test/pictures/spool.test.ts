import { randomUUID } from "node:crypto";
import {
  existsSync,
  linkSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PinholeError } from "../../src/core/errors.ts";
import type { Bytes } from "../../src/core/picture.ts";
import { inputImageLimits, upstreamImageLimits } from "../../src/pictures/limits.ts";
import { createSpools } from "../../src/pictures/spool.ts";
import {
  animation,
  apng,
  bytesOf,
  noisy,
  openBench,
  plainRows,
  png,
  pngHeader,
  pngSignature,
  scratchDirectory,
  take,
} from "./samples.ts";

/** A PNG that does not compress: 4 bytes a pixel. */
const large = () => noisy(300, 300).png().toBuffer();
const small = () => noisy(20, 20).png().toBuffer();

function code(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof PinholeError) return thrown.code;
    throw thrown;
  }
  throw new Error("It should have thrown.");
}

async function part(bytes: Bytes, start?: number, end?: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes.chunks(start, end)) {
    expect(chunk.length).toBeLessThanOrEqual(65_536);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

test("chunks of a file that are lent come in one buffer, others in one each", async () => {
  const picture = await large();
  const { bytes } = take(openBench(0).spool, picture);
  for (const lent of [true, false]) {
    const buffers = new Set<ArrayBufferLike>();
    const copies: Buffer[] = [];
    for await (const chunk of bytes.chunks(0, undefined, lent)) {
      buffers.add(chunk.buffer);
      copies.push(Buffer.from(chunk));
    }
    expect(Buffer.concat(copies).equals(picture)).toBe(true);
    expect(buffers.size).toBe(lent ? 1 : Math.ceil(picture.length / 65_536));
  }
});

describe.each([
  ["in memory", 64 * 1024 * 1024, false],
  ["in a file from the first byte", 0, true],
  ["spilled in mid-picture", 3 * 65_536, true],
] as const)("a picture %s", (_name, memoryBytesMax, inFile) => {
  test.each([1_000, 40_000, 65_536, 200_000])(
    "comes back whole from chunks of %i",
    async (chunkBytes) => {
      const { spool } = openBench(memoryBytesMax);
      const bytes = await large();
      const picture = take(spool, bytes, undefined, chunkBytes);
      expect(picture).toMatchObject({
        format: "png",
        width: 300,
        height: 300,
        alpha: true,
        frames: 1,
      });
      expect(picture.bytes.byteLength).toBe(bytes.length);
      expect(picture.bytes.path !== undefined).toBe(inFile);
      expect((await bytesOf(picture)).equals(bytes)).toBe(true);
      // Any number of times.
      expect((await bytesOf(picture)).equals(bytes)).toBe(true);
    },
  );

  test("can be read in parts", async () => {
    const { spool } = openBench(memoryBytesMax);
    const bytes = await large();
    const picture = take(spool, bytes);
    for (const [start, end] of [
      [0, 1],
      [65_535, 65_537],
      [100_000, 250_000],
      [bytes.length - 1, bytes.length],
      [5, 5],
      [bytes.length, bytes.length + 10],
      [-5, 3],
    ] as const) {
      const wanted = bytes.subarray(Math.max(0, start), end);
      expect((await part(picture.bytes, start, end)).equals(wanted)).toBe(true);
    }
    expect((await part(picture.bytes, 200_000)).equals(bytes.subarray(200_000))).toBe(true);
  });

  test("may be written from one buffer that is used again", async () => {
    const { spool } = openBench(memoryBytesMax);
    const bytes = await large();
    const writer = spool.begin(upstreamImageLimits);
    const buffer = Buffer.alloc(10_000);
    for (let at = 0; at < bytes.length; at += buffer.length) {
      const count = bytes.copy(buffer, 0, at);
      writer.write(buffer.subarray(0, count));
      buffer.fill(0);
    }
    expect((await bytesOf(writer.end())).equals(bytes)).toBe(true);
  });

  test("is gone with its spool, and memory is free again", async () => {
    const { spools, spool, directory } = openBench(memoryBytesMax);
    const picture = take(spool, await large());
    const unfinished = spool.begin(upstreamImageLimits);
    unfinished.write((await large()).subarray(0, 300_000));
    expect(readdirSync(directory).length > 0).toBe(inFile);
    spool.dispose();
    spool.dispose();
    expect(readdirSync(directory)).toEqual([]);
    expect(spools.memoryInUse()).toBe(0);
    await expect(bytesOf(picture)).rejects.toThrow(/disposed|ENOENT/);
    expect(() => unfinished.write(Buffer.alloc(100_000))).toThrow(PinholeError);
    expect(spools.memoryInUse()).toBe(0);
    expect(readdirSync(directory)).toEqual([]);
  });

  test("is gone when its writer is aborted", async () => {
    const { spools, spool, directory } = openBench(memoryBytesMax);
    const writer = spool.begin(upstreamImageLimits);
    writer.write((await large()).subarray(0, 300_000));
    writer.abort();
    writer.abort();
    expect(spools.memoryInUse()).toBe(0);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe("memory", () => {
  test("is shared by all spools and never passes its limit", async () => {
    const limit = 10 * 65_536;
    const { spools } = openBench(limit);
    const bytes = await large();
    const pictures = [];
    for (let index = 0; index < 6; index += 1) {
      pictures.push(take(spools.open(), bytes, undefined, 5_000));
      expect(spools.memoryInUse()).toBeLessThanOrEqual(limit);
    }
    expect(pictures.filter(({ bytes }) => bytes.path === undefined)).toHaveLength(1);
    for (const picture of pictures) expect((await bytesOf(picture)).equals(bytes)).toBe(true);
  });

  test("counts a small picture as small", async () => {
    const { spools, spool } = openBench();
    const bytes = await small();
    take(spool, bytes);
    expect(spools.memoryInUse()).toBe(bytes.length);
  });

  test("has a limit for one picture too", async () => {
    const directory = scratchDirectory();
    const spools = createSpools({
      directory,
      memoryBytesMax: 1_000_000_000,
      perPictureMemoryMax: 100_000,
      randomName: randomUUID,
    });
    const spool = spools.open();
    expect(take(spool, await large()).bytes.path).toBeDefined();
    expect(take(spool, await small()).bytes.path).toBeUndefined();
    spool.dispose();
  });

  test("that somebody was shown is never written to again", async () => {
    const { spools } = openBench();
    const first = spools.open();
    const shown: Buffer[] = [];
    for await (const chunk of take(first, await large()).bytes.chunks()) shown.push(chunk);
    const before = Buffer.concat(shown);
    first.dispose();
    take(spools.open(), await noisy(310, 310).png({ compressionLevel: 0 }).toBuffer());
    expect(Buffer.concat(shown).equals(before)).toBe(true);
  });
});

describe("files", () => {
  test("are readable by nobody else", async () => {
    const directory = join(scratchDirectory(), "deep", "spool");
    const spool = createSpools({ directory, memoryBytesMax: 0, randomName: randomUUID }).open();
    const { path } = take(spool, await small()).bytes;
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(path ?? "").mode & 0o777).toBe(0o600);
    spool.dispose();
  });

  test("that were moved or linked away stay where they went", async () => {
    const { spool, directory } = openBench(0);
    const bytes = await small();
    const [moved, linked] = [take(spool, bytes), take(spool, bytes)];
    renameSync(moved.bytes.path ?? "", join(directory, "moved"));
    linkSync(linked.bytes.path ?? "", join(directory, "linked"));
    spool.dispose();
    expect(readdirSync(directory).toSorted()).toEqual(["linked", "moved"]);
    expect(readFileSync(join(directory, "linked")).equals(bytes)).toBe(true);
  });

  test("left by a process before are swept; others' files and those in use are not", async () => {
    const { spools, spool, directory } = openBench(0);
    const { path } = take(spool, await small()).bytes;
    writeFileSync(join(directory, "left-1.spool"), "x");
    writeFileSync(join(directory, "left-2.spool"), "x");
    writeFileSync(join(directory, "a-letter.txt"), "x");
    expect(await spools.sweepLeftovers()).toBe(2);
    expect(existsSync(path ?? "")).toBe(true);
    expect(existsSync(join(directory, "a-letter.txt"))).toBe(true);
    expect(await spools.sweepLeftovers()).toBe(0);
  });

  test("on a full disk are storage_full, and nothing of them is left", async () => {
    const { directory } = openBench(0);
    // Opening this name fails the way a full inode table does, without filling a disk.
    const spools = createSpools({
      directory,
      memoryBytesMax: 0,
      randomName: () => {
        throw Object.assign(new Error("ENOSPC: no space left on device, open"), { code: "ENOSPC" });
      },
    });
    const bytes = await small();
    expect(code(() => take(spools.open(), bytes))).toBe("storage_full");
    expect(spools.memoryInUse()).toBe(0);
  });
});

describe("limits", () => {
  test("bytes are refused as they pass the limit, not at the end", async () => {
    const { spools, spool } = openBench();
    const writer = spool.begin({ ...inputImageLimits, bytesMax: 150_000 });
    const bytes = await large();
    writer.write(bytes.subarray(0, 150_000));
    expect(code(() => writer.write(bytes.subarray(150_000, 150_001)))).toBe("image_too_large");
    expect(spools.memoryInUse()).toBe(0);
  });

  test("exactly the limit is taken", async () => {
    const { spool } = openBench();
    const bytes = await small();
    expect(take(spool, bytes, { ...inputImageLimits, bytesMax: bytes.length }).width).toBe(20);
    expect(take(spool, bytes, { ...inputImageLimits, pixelsMax: 400 }).width).toBe(20);
    expect(code(() => take(spool, bytes, { ...inputImageLimits, pixelsMax: 399 }))).toBe(
      "image_too_large",
    );
  });

  test("a tiny file of 196 megapixels is refused with its header", () => {
    const { spool } = openBench();
    const writer = spool.begin(inputImageLimits);
    const bytes = Buffer.concat([pngSignature, pngHeader(14_000, 14_000)]);
    expect(code(() => writer.write(bytes))).toBe("image_too_large");
  });

  test("animations are refused where one frame is the limit", async () => {
    const { spool } = openBench();
    expect(code(() => take(spool, apng(2), inputImageLimits))).toBe("image_too_large");
    const animated = await animation("webp");
    expect(code(() => take(spool, animated, inputImageLimits))).toBe("image_too_large");
    expect(take(spool, animated, upstreamImageLimits).frames).toBe(4);
    expect(take(spool, apng(1), inputImageLimits).frames).toBe(1);
  });

  test("the message names the field, the size and the limit", () => {
    const { spool } = openBench();
    const writer = spool.begin({ ...inputImageLimits, param: "image[2]" });
    const bytes = png(pngHeader(20_000, 10_000), plainRows(1, 1));
    expect(() => writer.write(bytes)).toThrow(
      expect.objectContaining({
        param: "image[2]",
        message:
          "The image has 20000x10000 pixels, 200000000 in all; send one with at most 50000000.",
      }),
    );
  });

  test.each([
    [16_385, 1],
    [1, 16_385],
    [50_000_000, 1],
  ])("a picture of %i x %i is too long for what callers send", (width, height) => {
    const { spool } = openBench();
    const writer = spool.begin({ ...inputImageLimits, param: "image" });
    expect(() => writer.write(png(pngHeader(width, height), plainRows(1, 1)))).toThrow(
      expect.objectContaining({
        code: "image_too_large",
        message: `The image has ${width}x${height} pixels; send one with at most 16384 on each side.`,
      }),
    );
    // One that an upstream made has been paid for.
    spool.begin(upstreamImageLimits).write(png(pngHeader(width, height), plainRows(1, 1)));
    spool.begin(inputImageLimits).write(png(pngHeader(16_384, 1), plainRows(1, 1)));
  });

  test("an upstream's bad picture is never the caller's fault", () => {
    const { spool } = openBench();
    for (const [bytes, detail] of [
      [
        Buffer.from("<html>oops</html>"),
        "The file is an HTML or XML document; send a PNG, JPEG or WebP file.",
      ],
      [
        png(pngHeader(20_000, 10_000), Buffer.alloc(1)),
        "The image has 20000x10000 pixels, 200000000 in all; send one with at most 100000000.",
      ],
    ] as const) {
      expect(() => take(spool, bytes, { ...upstreamImageLimits, param: "image" })).toThrow(
        expect.objectContaining({ code: "upstream_bad_answer", detail }),
      );
    }
  });
});

test("a JPEG named PNG is a JPEG: nothing but the bytes is asked", async () => {
  const { spool } = openBench();
  expect(take(spool, await noisy(8, 8, 3).jpeg().toBuffer()).format).toBe("jpeg");
});
