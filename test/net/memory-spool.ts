import { PinholeError } from "../../src/core/errors.ts";
import {
  type Bytes,
  Picture,
  type PictureFormat,
  type PictureLimits,
  type PictureSpool,
  type PictureWriter,
} from "../../src/core/picture.ts";

/** A spool in memory that behaves as core/picture.ts says: sniffs PNG and JPEG by their magic, keeps the limits. */
export interface MemorySpool extends PictureSpool {
  readonly begun: number;
  readonly aborted: number;
  readonly ended: number;
  /** Length of the longest chunk that a writer was given. */
  readonly longestChunk: number;
}

/** `keep: false` counts and hashes nothing but the first bytes, so that a test can watch memory. */
export function memorySpool(keep = true): MemorySpool {
  const counts = { begun: 0, aborted: 0, ended: 0, longestChunk: 0 };
  return {
    get begun() {
      return counts.begun;
    },
    get aborted() {
      return counts.aborted;
    },
    get ended() {
      return counts.ended;
    },
    get longestChunk() {
      return counts.longestChunk;
    },
    begin(limits) {
      counts.begun += 1;
      return createWriter(limits, counts, keep);
    },
    dispose() {},
  };
}

function createWriter(
  limits: PictureLimits,
  counts: { aborted: number; ended: number; longestChunk: number },
  keep: boolean,
): PictureWriter {
  const chunks: Buffer[] = [];
  let length = 0;
  let over = false;
  const refuse = (code: "invalid_image" | "image_too_large", message: string): PinholeError =>
    new PinholeError(limits.blame === "upstream" ? "upstream_bad_answer" : code, {
      message,
      param: limits.param,
    });
  return {
    facts: () => undefined,
    write(chunk) {
      counts.longestChunk = Math.max(counts.longestChunk, chunk.length);
      if (length + chunk.length > limits.bytesMax) {
        throw refuse("image_too_large", `The image has more than ${limits.bytesMax} bytes.`);
      }
      if (keep || length < 8) chunks.push(Buffer.from(chunk));
      length += chunk.length;
    },
    end() {
      const format = sniff(Buffer.concat(chunks));
      if (format === undefined) throw refuse("invalid_image", "The image is no PNG or JPEG.");
      over = true;
      counts.ended += 1;
      return new Picture(bytesOf(Buffer.concat(chunks), length), {
        format,
        width: 1,
        height: 1,
        alpha: false,
        frames: 1,
        orientation: 1,
      });
    },
    abort() {
      if (over) return;
      over = true;
      counts.aborted += 1;
    },
  };
}

function sniff(bytes: Buffer): PictureFormat | undefined {
  if (bytes.subarray(0, 4).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47]))) return "png";
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return "jpeg";
  return undefined;
}

function bytesOf(bytes: Buffer, byteLength: number): Bytes {
  return {
    byteLength,
    path: undefined,
    async *chunks(start = 0, end = bytes.length) {
      for (let at = start; at < end; at += 65_536) {
        yield bytes.subarray(at, Math.min(end, at + 65_536));
      }
    },
  };
}

/** Bytes that the spool takes for a PNG. */
export function pngBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 131 + (at >> 7)) & 0xff;
  bytes.set([0x89, 0x50, 0x4e, 0x47]);
  return bytes;
}

/** A picture made of such bytes. */
export function pngPicture(length: number): Picture {
  const writer = memorySpool().begin(wideLimits);
  writer.write(pngBytes(length));
  return writer.end();
}

export const wideLimits: PictureLimits = {
  bytesMax: 200_000_000,
  pixelsMax: 100_000_000,
  framesMax: 1,
};

export async function pictureBytes(picture: unknown): Promise<Buffer> {
  if (!(picture instanceof Picture)) throw new Error(`no picture: ${String(picture)}`);
  const chunks: Buffer[] = [];
  for await (const chunk of picture.bytes.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
