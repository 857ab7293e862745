import sharp from "sharp";
import { crc32, deflateSync } from "node:zlib";

/** A file that must be refused, or taken without harm. */
export interface HostileUpload {
  readonly name: string;
  readonly bytes: Buffer;
  /** Absent: must be refused with a 4xx. `harmless`: may be taken, and must do no harm. */
  readonly harmless?: true;
}

const pngMagic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, data: Buffer, lie: { length?: number; crc?: number } = {}): Buffer {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(lie.length ?? data.length, 0);
  out.write(type, 4, "latin1");
  data.copy(out, 8);
  out.writeUInt32BE(lie.crc ?? crc32(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}

function header(width: number, height: number, depth = 8, colour = 6): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([depth, colour, 0, 0, 0], 8);
  return chunk("IHDR", data);
}

const end = chunk("IEND", Buffer.alloc(0));

function png(...chunks: Buffer[]): Buffer {
  return Buffer.concat([pngMagic, ...chunks, end]);
}

/** Zeros that unpack to `count` bytes. */
function zeros(count: number): Buffer {
  return chunk("IDAT", deflateSync(Buffer.alloc(count), { level: 9 }));
}

function apng(frames: number): Buffer {
  const control = Buffer.alloc(8);
  control.writeUInt32BE(frames, 0);
  return png(header(8, 8), chunk("acTL", control), zeros(8 * 33));
}

function webp(...parts: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from("WEBP", "latin1"), ...parts]);
  const head = Buffer.alloc(8);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

function riff(type: string, data: Buffer, length = data.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 0, "latin1");
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

/** WebP's extended header: flags and a canvas in pixels. */
function extended(flags: number, width: number, height: number): Buffer {
  const data = Buffer.alloc(10);
  data[0] = flags;
  data.writeUIntLE(width - 1, 4, 3);
  data.writeUIntLE(height - 1, 7, 3);
  return riff("VP8X", data);
}

function jpegFrame(width: number, height: number): Buffer {
  const data = Buffer.from([
    0xff, 0xc0, 0, 17, 8, 0, 0, 0, 0, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1,
  ]);
  data.writeUInt16BE(height, 5);
  data.writeUInt16BE(width, 7);
  return data;
}

const jpegStart = Buffer.from([0xff, 0xd8]);
const jpegEnd = Buffer.from([0xff, 0xd9]);

function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(data.length + 2, 2);
  return Buffer.concat([head, data]);
}

const bombs = (): HostileUpload[] => [
  {
    name: "PNG of 14,000 x 14,000 in half a megabyte",
    bytes: png(header(14_000, 14_000), zeros(1_000_000)),
  },
  { name: "PNG of 2^31-1 square", bytes: png(header(0x7fffffff, 0x7fffffff), zeros(100)) },
  { name: "PNG one pixel high and 60 million wide", bytes: png(header(60_000_000, 1), zeros(100)) },
  { name: "PNG of no width", bytes: png(header(0, 8), zeros(100)) },
  { name: "PNG whose width has the sign bit", bytes: png(header(0x80000001, 8), zeros(100)) },
  {
    name: "WebP canvas of 16,384 square",
    bytes: webp(extended(0, 16_384, 16_384), riff("VP8 ", Buffer.alloc(20))),
  },
  {
    name: "WebP canvas of 2^24 square",
    bytes: webp(extended(0, 1 << 24, 1 << 24), riff("VP8 ", Buffer.alloc(20))),
  },
  {
    name: "JPEG of 65,500 square",
    bytes: Buffer.concat([jpegStart, jpegFrame(65_500, 65_500), jpegEnd]),
  },
  { name: "JPEG of no height", bytes: Buffer.concat([jpegStart, jpegFrame(8, 0), jpegEnd]) },
  { name: "APNG of 2 frames", bytes: apng(2) },
  { name: "APNG of 2^32-1 frames", bytes: apng(0xffffffff) },
  {
    name: "animated WebP",
    bytes: webp(
      extended(2, 8, 8),
      riff("ANIM", Buffer.alloc(6)),
      ...Array.from({ length: 500 }, () => riff("ANMF", Buffer.alloc(16))),
    ),
  },
];

const liars = (): HostileUpload[] => [
  {
    name: "PNG whose first chunk claims 4 GB",
    bytes: png(chunk("IHDR", Buffer.alloc(13), { length: 0xffffffff })),
  },
  {
    name: "PNG with a chunk that claims 2 GB",
    bytes: png(header(8, 8), chunk("tEXt", Buffer.alloc(5), { length: 0x7fffffff })),
  },
  { name: "PNG without a header", bytes: png(zeros(100)) },
  { name: "PNG without data", bytes: png(header(8, 8)) },
  { name: "PNG with two headers", bytes: png(header(8, 8), header(9_000, 9_000), zeros(8 * 33)) },
  { name: "PNG of an impossible colour type", bytes: png(header(8, 8, 3, 7), zeros(100)) },
  { name: "PNG that is only its magic", bytes: pngMagic },
  { name: "JPEG that is only its start", bytes: jpegStart },
  {
    name: "JPEG segment longer than the file",
    bytes: Buffer.concat([jpegStart, Buffer.from([0xff, 0xe1, 0xff, 0xff, 1, 2])]),
  },
  {
    name: "JPEG segment of length 0",
    bytes: Buffer.concat([jpegStart, Buffer.from([0xff, 0xe1, 0, 0]), jpegFrame(8, 8), jpegEnd]),
  },
  {
    name: "JPEG without a frame",
    bytes: Buffer.concat([jpegStart, segment(0xe0, Buffer.alloc(14)), jpegEnd]),
  },
  {
    name: "WebP whose RIFF claims 4 GB",
    bytes: Buffer.concat([
      Buffer.from("RIFF"),
      Buffer.from([255, 255, 255, 255]),
      Buffer.from("WEBPVP8 "),
    ]),
  },
  {
    name: "WebP with a chunk that claims 4 GB",
    bytes: webp(riff("VP8 ", Buffer.alloc(20), 0xffffffff)),
  },
  {
    name: "RIFF that is a WAV",
    bytes: Buffer.concat([
      Buffer.from("RIFF"),
      Buffer.from([36, 0, 0, 0]),
      Buffer.from("WAVEfmt "),
    ]),
  },
  { name: "a mebibyte of FF", bytes: Buffer.alloc(1 << 20, 0xff) },
  { name: "a mebibyte of zeros", bytes: Buffer.alloc(1 << 20) },
];

const strangers = (): HostileUpload[] => {
  const magic = (name: string, ...bytes: (number | string)[]): HostileUpload => ({
    name,
    bytes: Buffer.concat([
      ...bytes.map((part) =>
        typeof part === "number" ? Buffer.from([part]) : Buffer.from(part, "latin1"),
      ),
      Buffer.alloc(64),
    ]),
  });
  return [
    magic("GIF", "GIF89a", 8, 0, 8, 0, 0, 0, 0, ";"),
    magic("BMP", "BM"),
    magic("TIFF, little-endian", "II", 42, 0),
    magic("TIFF, big-endian", "MM", 0, 42),
    magic("ICO", 0, 0, 1, 0, 1, 0),
    magic("AVIF", 0, 0, 0, 28, "ftypavif"),
    magic("HEIC", 0, 0, 0, 24, "ftypheic"),
    magic("JPEG XL", 0xff, 0x0a),
    magic("PDF", "%PDF-1.7\n"),
    magic("PSD", "8BPS"),
    magic("zip", "PK", 3, 4),
    magic("gzip", 0x1f, 0x8b),
    magic("ELF", 0x7f, "ELF"),
    magic("SVG", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    magic(
      "SVG with an external entity",
      '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
    ),
    magic("HTML", "<!doctype html><script>alert(1)</script>"),
    magic("ImageMagick script", "push graphic-context\nfill 'url(https://example.com/x)'"),
    magic("PostScript", "%!PS-Adobe-3.0"),
  ];
};

/** All uploads of the corpus. Made by code, so that nothing hostile lies in the repository. */
export async function hostileUploads(): Promise<HostileUpload[]> {
  const plain = sharp({ create: { width: 64, height: 64, channels: 4, background: "#fa8" } });
  const whole = {
    png: await plain.clone().png().toBuffer(),
    jpeg: await plain.clone().jpeg().toBuffer(),
    webp: await plain.clone().webp().toBuffer(),
  };
  const truncated = Object.entries(whole).flatMap(([format, bytes]) =>
    [0.1, 0.3, 0.5, 0.7, 0.9].map((part) => ({
      name: `${format} cut at ${part * 100} %`,
      bytes: bytes.subarray(0, Math.floor(bytes.length * part)),
    })),
  );
  const metadata = deflateSync(Buffer.alloc(20_000_000));
  const harmless: HostileUpload[] = [
    {
      name: "PNG with HTML behind it",
      bytes: Buffer.concat([whole.png, Buffer.from("<script>alert(1)</script>")]),
      harmless: true,
    },
    {
      name: "JPEG with a zip behind it",
      bytes: Buffer.concat([whole.jpeg, Buffer.from("PK\u0003\u0004"), Buffer.alloc(1000)]),
      harmless: true,
    },
    {
      name: "PNG with a text chunk that unpacks to 20 MB",
      bytes: Buffer.concat([
        pngMagic,
        whole.png.subarray(8, 33),
        chunk("zTXt", Buffer.concat([Buffer.from("a\0\0"), metadata])),
        whole.png.subarray(33),
      ]),
      harmless: true,
    },
    {
      name: "PNG of 100,000 empty chunks",
      bytes: Buffer.concat([
        pngMagic,
        whole.png.subarray(8, 33),
        ...Array.from({ length: 100_000 }, () => chunk("teSt", Buffer.alloc(0))),
        whole.png.subarray(33),
      ]),
      harmless: true,
    },
    {
      name: "JPEG with 300 segments of metadata",
      bytes: Buffer.concat([
        jpegStart,
        ...Array.from({ length: 300 }, () => segment(0xe1, Buffer.alloc(60_000))),
        whole.jpeg.subarray(2),
      ]),
      harmless: true,
    },
    {
      name: "PNG whose data unpacks to a gigabyte",
      bytes: png(
        header(64, 64),
        chunk("IDAT", deflateSync(Buffer.alloc(200_000_000), { level: 9 })),
      ),
      harmless: true,
    },
    {
      name: "PNG with a wrong checksum",
      bytes: png(header(8, 8), chunk("IDAT", deflateSync(Buffer.alloc(8 * 33)), { crc: 1 })),
      harmless: true,
    },
  ];
  return [...bombs(), ...liars(), ...strangers(), ...truncated, ...harmless];
}
