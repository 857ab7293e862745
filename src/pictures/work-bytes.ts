import type { OutputFormat, PictureFacts } from "../core/picture.ts";
import type { Size } from "../core/request.ts";

/**
 * Bytes that all work on pictures may hold at once: with them and all else that it has, the process stays
 * below 512 MiB. One picture that needs more is not worked on.
 */
export const workBytesMax = 216 * 1024 * 1024;

/** Above so many pixels a JPEG is written without optimal codes, for which its whole picture would be held. */
export const optimalJpegPixelsMax = 16_000_000;

/** Bytes a pixel that writing holds at most, as measured with libvips 8.18 on 50 megapixels. */
const writing: Readonly<Record<OutputFormat, number>> = { png: 0, jpeg: 6.5, webp: 14 };

/** The memory that any work holds besides, mostly rows in buffers and the code's own. */
const fixedBytes = 24 * 1024 * 1024;

/** Of a picture about which nothing is known: 16 bits for each of four channels, held while it is read. */
const unknownDecoding = { held: 8, pixel: 8 };

/** One piece of work on a picture. */
export interface Work {
  readonly picture: PictureFacts;
  /** The format that is written; undefined: nothing is, as for raw pixels. */
  readonly format: OutputFormat | undefined;
  /** Of the result, where it is another one. Pixels. */
  readonly size?: Size | undefined;
  /** Bytes a pixel that are held as raw pixels beside. */
  readonly raw?: number | undefined;
}

/**
 * Bytes that the work holds at most: what the decoder keeps until it has the whole picture (progressive
 * JPEG, interlaced PNG, WebP), the pixels where the picture is turned, and what writing keeps.
 */
export function workBytes({ picture, format, size, raw = 0 }: Work): number {
  const pixels = picture.width * picture.height;
  const { held, pixel } = picture.decoding ?? unknownDecoding;
  const turned = picture.orientation === 1 ? 0 : pixel;
  const written = size === undefined ? pixels : size.width * size.height;
  const isFrugal = format === "jpeg" && written > optimalJpegPixelsMax;
  const write = format === undefined || isFrugal ? 0 : writing[format];
  return fixedBytes + pixels * (held + turned + raw) + written * write;
}
