import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { upstreamImageLimits } from "../../src/pictures/limits.ts";
import {
  bytesOf,
  noisy,
  openBench,
  plainRows,
  png,
  pngChunk,
  pngHeader,
  redAndBlue,
  take,
  webp,
} from "./samples.ts";

const limits = { ...upstreamImageLimits, strip: true };

/** What is kept of a picture that comes in chunks of this length. */
async function stripped(bytes: Buffer, chunkBytes = 65_536, memoryBytesMax?: number) {
  const picture = take(openBench(memoryBytesMax).spool, bytes, limits, chunkBytes);
  return { picture, kept: await bytesOf(picture) };
}

const cuts = [1, 2, 3, 7, 13, 64, 1_000, 65_536];

/** A word that is in every piece of metadata here, and must be in no picture that was stripped. */
const words = "a fox, steps: 20, seed: 42";
const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>${words}</rdf:RDF></x:xmpmeta>`;

/** EXIF with words, and an orientation where it is not 1. */
function exif(orientation = 1): Buffer {
  const text = Buffer.from(`ASCII\0\0\0${words}\0`, "latin1");
  const tiff = Buffer.alloc(38);
  tiff.write("II*\0", 0, "latin1");
  tiff.writeUInt32LE(8, 4);
  tiff.writeUInt16LE(2, 8);
  tiff.writeUInt16LE(0x0112, 10);
  tiff.writeUInt16LE(3, 12);
  tiff.writeUInt32LE(1, 14);
  tiff.writeUInt16LE(orientation, 18);
  tiff.writeUInt16LE(0x010e, 22);
  tiff.writeUInt16LE(2, 24);
  tiff.writeUInt32LE(text.length, 26);
  tiff.writeUInt32LE(38, 30);
  return Buffer.concat([tiff, text]);
}

function chunkTypes(bytes: Buffer): string[] {
  const types: string[] = [];
  for (let at = 8; at < bytes.length; at += bytes.readUInt32BE(at) + 12) {
    const length = bytes.readUInt32BE(at);
    types.push(bytes.toString("latin1", at + 4, at + 8));
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(
      crc32(bytes.subarray(at + 4, at + 8 + length)),
    );
  }
  return types;
}

describe("of a PNG", () => {
  const text = Buffer.from(`parameters\0${words}`, "latin1");
  const long = Buffer.from(`workflow\0${words.repeat(10_000)}`, "latin1");
  const zipped = Buffer.concat([Buffer.from("prompt\0\0"), deflateSync(words)]);
  const international = Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`, "latin1");
  const profile = pngChunk(
    "iCCP",
    Buffer.concat([Buffer.from("p\0\0"), deflateSync(Buffer.alloc(128))]),
  );
  const provenance = pngChunk("caBX", Buffer.from("C2PA manifest"));
  const colours = [
    pngChunk("gAMA", Buffer.from([0, 0, 0xb1, 0x8f])),
    pngChunk("pHYs", Buffer.alloc(9)),
    pngChunk("tIME", Buffer.alloc(7)),
    pngChunk("prVt", Buffer.from("nobody knows what this is")),
    pngChunk("prVt", Buffer.alloc(0)),
  ];
  const noise = [
    pngChunk("tEXt", text),
    pngChunk("zTXt", zipped),
    pngChunk("iTXt", international),
    pngChunk("tEXt", Buffer.alloc(0)),
    pngChunk("tEXt", long),
  ];
  const plain = png(pngHeader(4, 4), plainRows(4, 4), [profile, provenance, ...colours]);

  test.each(cuts)("words before and behind its pixels go, in chunks of %i", async (length) => {
    const full = png(
      pngHeader(4, 4),
      plainRows(4, 4),
      [...noise, profile, provenance, ...noise, ...colours],
      noise,
    );
    for (const memoryBytesMax of [0, 64 * 1024 * 1024]) {
      const { kept, picture } = await stripped(full, length, memoryBytesMax);
      expect(kept.equals(plain)).toBe(true);
      expect(picture.bytes.byteLength).toBe(plain.length);
      expect(kept.includes("fox")).toBe(false);
    }
  });

  test.each([1, 3, 6, 8])("of EXIF the orientation %i stays", async (orientation) => {
    const full = png(pngHeader(4, 4), plainRows(4, 4), [pngChunk("eXIf", exif(orientation))]);
    const { kept, picture } = await stripped(full, 5);
    expect(picture.orientation).toBe(orientation);
    const types = ["IHDR", ...(orientation === 1 ? [] : ["eXIf"]), "IDAT", "IEND"];
    expect(chunkTypes(kept)).toEqual(types);
    expect(kept.includes("fox")).toBe(false);
    const read = await sharp(kept).metadata();
    expect(read.orientation ?? 1).toBe(orientation);
  });

  test("what stands behind its end goes", async () => {
    const full = Buffer.concat([plain, Buffer.from(words)]);
    expect((await stripped(full, 9)).kept.equals(plain)).toBe(true);
  });

  test("nothing else changes", async () => {
    const bytes = await noisy(200, 150).png().toBuffer();
    for (const length of cuts)
      expect((await stripped(bytes, length)).kept.equals(bytes)).toBe(true);
  });

  test("without the option all of it stays", async () => {
    const full = png(pngHeader(4, 4), plainRows(4, 4), noise);
    const picture = take(openBench().spool, full, upstreamImageLimits, 50);
    expect((await bytesOf(picture)).equals(full)).toBe(true);
  });
});

/** A JPEG segment. */
function segment(code: number, content: string | Buffer): Buffer {
  const body = Buffer.from(content as string, "latin1");
  const head = Buffer.from([0xff, code, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

describe("of a JPEG", () => {
  const noise = [
    segment(0xe1, `http://ns.adobe.com/xap/1.0/\0${xmp}`),
    segment(0xe1, `http://ns.adobe.com/xmp/extension/\0${words}`),
    segment(0xed, `Photoshop 3.0\0${words}`),
    segment(0xfe, words),
    segment(0xe2, `MPF\0${words}`),
    segment(0xec, `Ducky ${words}`),
    segment(0xe3, `Meta\0\0${words}`),
    segment(0xed, words),
    segment(0xfe, ""),
  ];
  const profile = segment(0xe2, `ICC_PROFILE\0\x01\x01${"x".repeat(300)}`);
  const provenance = segment(0xeb, "JP\0\x01 C2PA manifest");
  const unknown = [segment(0xe5, ""), segment(0xe1, "FLIR"), segment(0xe0, "JFXX\0\x10")];

  const inserted = (base: Buffer, segments: readonly Buffer[]): Buffer =>
    Buffer.concat([base.subarray(0, 2), ...segments, base.subarray(2)]);

  test.each(cuts)("words go and its colours stay, in chunks of %i", async (length) => {
    const base = await noisy(61, 37, 3).jpeg().toBuffer();
    const full = inserted(base, [
      ...noise,
      profile,
      ...noise,
      provenance,
      ...unknown,
      segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), exif()])),
      ...noise,
    ]);
    const { kept } = await stripped(full, length);
    expect(kept.equals(inserted(base, [profile, provenance, ...unknown]))).toBe(true);
    expect((await sharp(kept).raw().toBuffer()).equals(await sharp(base).raw().toBuffer())).toBe(
      true,
    );
  });

  test.each([2, 6])("of EXIF the orientation %i stays", async (orientation) => {
    const base = await noisy(61, 37, 3).jpeg().toBuffer();
    const full = inserted(base, [
      segment(0xe1, Buffer.concat([Buffer.from("Exif\0\0"), exif(orientation)])),
    ]);
    const { kept, picture } = await stripped(full, 11);
    expect(picture.orientation).toBe(orientation);
    expect(await sharp(kept).metadata()).toMatchObject({ orientation });
    expect(kept.includes("fox")).toBe(false);
  });

  test("a comment between two scans goes, and what stands behind the end", async () => {
    const base = await noisy(61, 37, 3).jpeg({ progressive: true }).toBuffer();
    const scan = base.lastIndexOf(Buffer.from([0xff, 0xda]));
    const full = Buffer.concat([
      base.subarray(0, scan),
      segment(0xfe, words),
      base.subarray(scan),
      Buffer.from(words),
    ]);
    for (const length of [1, 17, 65_536]) {
      expect((await stripped(full, length)).kept.equals(base)).toBe(true);
    }
  });

  test("nothing else changes", async () => {
    for (const options of [{}, { progressive: true }, { optimiseCoding: false }]) {
      const bytes = await noisy(300, 200, 3).jpeg(options).toBuffer();
      for (const length of cuts) {
        expect((await stripped(bytes, length)).kept.equals(bytes)).toBe(true);
      }
    }
  });
});

/** The chunks of a WebP. */
function chunksOfWebp(bytes: Buffer): [type: string, body: Buffer][] {
  const chunks: [string, Buffer][] = [];
  for (let at = 12; at < bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    chunks.push([bytes.toString("latin1", at, at + 4), bytes.subarray(at + 8, at + 8 + length)]);
    at += 8 + length + (length % 2);
  }
  return chunks;
}

function chunkOfWebp(type: string, body: Buffer): Buffer {
  return webp([[type, body]]).subarray(12);
}

/** EXIF that says the orientation and nothing else. */
function minimalExif(orientation: number): Buffer {
  const entry =
    "4d4d002a00000008" +
    "0001" +
    `01120003000000010${orientation.toString(16).padStart(3, "0")}0000`;
  return Buffer.from(`${entry}00000000`, "hex");
}

describe("of a WebP", () => {
  test.each(cuts)("words go, and its head says so, in chunks of %i", async (length) => {
    const full = await redAndBlue()
      .webp({ lossless: true })
      .withExifMerge({ IFD0: { ImageDescription: words } })
      .withXmp(xmp)
      .toBuffer();
    expect(full.includes("fox")).toBe(true);
    for (const memoryBytesMax of [0, 64 * 1024 * 1024]) {
      const { kept } = await stripped(full, length, memoryBytesMax);
      expect(kept.includes("fox")).toBe(false);
      expect(kept.readUInt32LE(4)).toBe(kept.length - 8);
      const read = await sharp(kept).metadata();
      expect(read).not.toHaveProperty("exif");
      expect(read).not.toHaveProperty("xmp");
      expect((await sharp(kept).raw().toBuffer()).equals(await redAndBlue().raw().toBuffer())).toBe(
        true,
      );
      // What is whole and right is taken once more, and nothing is left to cut.
      expect((await stripped(kept, length)).kept.equals(kept)).toBe(true);
    }
  });

  test("the profile and the orientation stay", async () => {
    const full = await redAndBlue()
      .withIccProfile("p3")
      .withMetadata({ orientation: 6, icc: "p3" })
      .withExifMerge({ IFD0: { ImageDescription: words } })
      .webp()
      .toBuffer();
    const { kept, picture } = await stripped(full, 10);
    expect(picture.orientation).toBe(6);
    const read = await sharp(kept).metadata();
    expect(read.orientation).toBe(6);
    expect(read.icc).toBeDefined();
    expect(kept.includes("fox")).toBe(false);
  });

  describe("whose head does not announce them", () => {
    const unannounced = async (words: readonly (readonly [string, Buffer])[]) => {
      const simple = await redAndBlue().webp({ lossless: true }).toBuffer();
      return webp([["VP8L", simple.subarray(20, 20 + simple.readUInt32LE(16))], ...words]);
    };
    const unknown = ["aBcD", Buffer.from("nobody knows this")] as const;
    const announcedNowhere = [["XMP ", Buffer.from(xmp)], unknown, ["EXIF", exif(6)]] as const;

    test("they go as well, and unknown chunks stay", async () => {
      const full = await unannounced(announcedNowhere);
      const plain = await unannounced([unknown]);
      for (const length of cuts) {
        const { kept, picture } = await stripped(full, length);
        expect(kept.includes("fox")).toBe(false);
        expect(picture.orientation).toBe(6);
        expect(kept.readUInt32LE(4)).toBe(kept.length - 8);
        expect(kept.subarray(8, plain.length).equals(plain.subarray(8))).toBe(true);
        expect(kept.subarray(plain.length).equals(chunkOfWebp("EXIF", minimalExif(6)))).toBe(true);
        const again = await stripped(kept, length);
        expect(again.kept.equals(kept)).toBe(true);
      }
    });

    test("they are blanked where the head has gone already", async () => {
      const full = await unannounced(announcedNowhere);
      const headBytes = (await unannounced([])).length;
      for (const length of cuts) {
        const writer = openBench().spool.begin(limits);
        writer.write(full.subarray(0, headBytes));
        expect(writer.kept?.isPatched).toBe(false);
        writer.kept?.pin();
        for (let at = headBytes; at < full.length; at += length)
          writer.write(full.subarray(at, at + length));
        const picture = writer.end();
        const kept = await bytesOf(picture);
        expect(kept.length).toBe(full.length);
        expect(kept.includes("fox")).toBe(false);
        expect(kept.includes("nobody knows this")).toBe(true);
        expect(picture.orientation).toBe(6);
        expect((await sharp(kept).raw().toBuffer()).length).toBe(40 * 20 * 3);
      }
    });
  });

  test("flags are mended wherever VP8X stands", async () => {
    const full = await redAndBlue().webp({ lossless: true }).withXmp(xmp).toBuffer();
    const chunks = [["abcd", Buffer.from("odd")] as const, ...chunksOfWebp(full)];
    const { kept } = await stripped(webp(chunks), 7);
    expect(kept.includes("fox")).toBe(false);
    expect(kept.readUInt32LE(4)).toBe(kept.length - 8);
    const [first, header] = chunksOfWebp(kept);
    expect(first?.[1].toString()).toBe("odd");
    expect(header?.[0]).toBe("VP8X");
    expect((header?.[1].readUInt8(0) ?? 0xff) & 0x0c).toBe(0);
  });

  test("without the option all of it stays", async () => {
    const full = await redAndBlue().webp().withMetadata({ orientation: 6 }).withXmp(xmp).toBuffer();
    const picture = take(openBench().spool, full, upstreamImageLimits, 50);
    expect((await bytesOf(picture)).equals(full)).toBe(true);
  });

  test("an animation keeps its frames", async () => {
    const frames = Buffer.concat([1, 2, 3].map((seed) => Buffer.alloc(16 * 16 * 3, seed * 60)));
    const animated = sharp(frames, { raw: { width: 16, height: 48, channels: 3, pageHeight: 16 } });
    const full = await animated
      .webp({ lossless: true, loop: 2 })
      .withXmp(xmp)
      .withExifMerge({ IFD0: { ImageDescription: words } })
      .toBuffer();
    for (const length of cuts) {
      const { kept, picture } = await stripped(full, length);
      expect(picture.frames).toBe(3);
      expect(kept.includes("fox")).toBe(false);
      const pixels = (bytes: Buffer) => sharp(bytes, { animated: true }).raw().toBuffer();
      expect((await pixels(kept)).equals(await pixels(full))).toBe(true);
      expect(await sharp(kept).metadata()).toMatchObject({ pages: 3, loop: 2 });
    }
  });

  test("nothing else changes", async () => {
    for (const options of [{}, { lossless: true }]) {
      const bytes = await noisy(120, 90).webp(options).toBuffer();
      for (const length of cuts) {
        expect((await stripped(bytes, length)).kept.equals(bytes)).toBe(true);
      }
    }
  });
});

describe("of a GIF", () => {
  const blocks = (text: string): Buffer =>
    Buffer.concat([Buffer.of(text.length), Buffer.from(text), Buffer.of(0)]);
  const extension = (label: number, ...content: Buffer[]): Buffer =>
    Buffer.concat([Buffer.of(0x21, label), ...content]);

  test.each(cuts)("comments and XMP go, its loop stays, in chunks of %i", async (length) => {
    const frames = noisy(20, 20, 3);
    const base = await frames.gif({ loop: 3 }).toBuffer();
    const palette = 3 * 2 ** ((base.readUInt8(10) & 7) + 1);
    const at = 13 + ((base.readUInt8(10) & 0x80) === 0 ? 0 : palette);
    const loop = extension(
      0xff,
      blocks("NETSCAPE2.0").subarray(0, -1),
      Buffer.from([3, 1, 3, 0, 0]),
    );
    const unknown = [
      extension(0x01, blocks("plain text").subarray(0, -1), blocks("drawn as text")),
      extension(0xff, blocks("ICCRGBG1012").subarray(0, -1), blocks("a profile")),
      extension(0xff, Buffer.of(0)),
    ];
    const full = Buffer.concat([
      base.subarray(0, at),
      extension(0xfe, blocks(words)),
      loop,
      extension(0xff, blocks("XMP DataXMP").subarray(0, -1), blocks(words)),
      extension(0xfe, Buffer.of(0)),
      extension(0xff, blocks("MGKIPTC0000").subarray(0, -1), blocks(words)),
      ...unknown,
      base.subarray(at),
      Buffer.from(words),
    ]);
    const { kept } = await stripped(full, length);
    expect(
      kept.equals(Buffer.concat([base.subarray(0, at), loop, ...unknown, base.subarray(at)])),
    ).toBe(true);
  });
});

test("chunks cut anywhere come to the same", async () => {
  const full = png(
    pngHeader(4, 4),
    plainRows(4, 4),
    [pngChunk("tEXt", Buffer.from(words)), pngChunk("eXIf", exif(6))],
    [pngChunk("iTXt", Buffer.from(words))],
  );
  const { kept: wanted } = await stripped(full);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      async (lengths) => {
        const { spool } = openBench();
        const writer = spool.begin(limits);
        for (let at = 0, index = 0; at < full.length; index += 1) {
          const length = lengths[index % lengths.length] ?? 1;
          // One buffer for all, written over after each: nothing may be kept of it.
          const chunk = Buffer.from(full.subarray(at, at + length));
          writer.write(chunk);
          chunk.fill(0x21);
          const { byteLength = 0 } = writer.kept ?? {};
          expect(writer.kept?.read(0).length).toBe(byteLength);
          at += length;
        }
        expect((await bytesOf(writer.end())).equals(wanted)).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});
