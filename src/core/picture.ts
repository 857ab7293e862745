import { PinholeError } from "./errors.ts";

/** Formats that an upstream may give. Inputs are png, jpeg or webp only. */
export const pictureFormats = ["png", "jpeg", "webp", "gif", "svg"] as const;
export type PictureFormat = (typeof pictureFormats)[number];

/** Formats the gateway reads, writes and hosts. */
export const outputFormats = ["png", "jpeg", "webp"] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** Pixels of the widths in which a hosted picture can be had: the bound on what anybody who has its URL can make us do. */
export const thumbnailWidths = [80, 320, 640, 1280] as const;

export const contentTypes: Readonly<Record<PictureFormat, string>> = {
  png: "image/png",
  jpeg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
  svg: "image/svg+xml",
};

/**
 * The bytes of a picture: in memory up to a limit shared by the process, else in a spool file.
 * They can be read any number of times until the spool that made them is disposed.
 */
export interface Bytes {
  readonly byteLength: number;
  /** The file that holds exactly these bytes, where they are in one. */
  readonly path: string | undefined;
  /** All bytes where they are in memory, for use before anything else runs; undefined: they are elsewhere. */
  inMemory?(): readonly Buffer[] | undefined;
  /**
   * The bytes from `start` (inclusive) to `end` (exclusive), in chunks of at most 256 KiB. `lent`: a chunk is
   * only read until the next one is asked for, so that its memory may be used again.
   */
  chunks(start?: number, end?: number, lent?: boolean): AsyncIterable<Buffer>;
  /** For reading without waiting; undefined: it might have to wait, so read the chunks. Close it at the end. */
  reader?(): BytesReader | undefined;
}

/** Copies bytes to where they are needed, at once. */
export interface BytesReader {
  /** Puts exactly `length` bytes from `position` on to the target's place `at`. Throws where there are fewer. */
  read(target: Buffer, at: number, length: number, position: number): void;
  close(): void;
}

/** The facts of a picture, read from its bytes and never from a name or header. */
export interface PictureFacts {
  readonly format: PictureFormat;
  /** Pixels as stored, before EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** The file has an alpha channel (or a transparent palette); it may still be fully opaque. */
  readonly alpha: boolean;
  /** 1 for a still image. */
  readonly frames: number;
  /** EXIF orientation 1 to 8; 1 where there is none. */
  readonly orientation: number;
  /** The cost of decoding it; undefined where it is not known. */
  readonly decoding?: DecodingCost | undefined;
}

/** Memory that a decoder needs, in bytes for each pixel. */
export interface DecodingCost {
  /** Held until the whole picture has been read; 0 where rows come one after the other. */
  readonly held: number;
  /** Of one decoded pixel. */
  readonly pixel: number;
}

/** One image in flight. Never a base64 string. */
export class Picture implements PictureFacts {
  readonly bytes: Bytes;
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
  readonly frames: number;
  readonly orientation: number;
  readonly decoding: DecodingCost | undefined;

  constructor(bytes: Bytes, facts: PictureFacts) {
    this.bytes = bytes;
    this.format = facts.format;
    this.width = facts.width;
    this.height = facts.height;
    this.alpha = facts.alpha;
    this.frames = facts.frames;
    this.orientation = facts.orientation;
    this.decoding = facts.decoding;
  }
}

/** Uncompressed pixels: rows of 8-bit RGBA, `width * height * 4` bytes. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/**
 * Takes bytes in as they arrive and ends as a picture. `write` is synchronous on purpose: it either
 * copies into memory or appends to the spool file (measured: asynchronous buffers triple the memory).
 */
export interface PictureWriter {
  /** Throws `PinholeError` (image_too_large) as soon as a limit is passed. The chunk may be reused by the caller afterwards. */
  write(chunk: Uint8Array): void;
  /** Throws `PinholeError` (invalid_image) where the bytes are no whole picture. */
  end(): Picture;
  /** The facts that are known by now; undefined until the header's dimensions are. */
  facts(): PictureFacts | undefined;
  /** Forgets the bytes. Safe to call at any time, more than once. */
  abort(): void;
  /** The bytes that stay of those written so far, for who passes them on as they come. Absent: all of them. */
  readonly kept?: KeptBytes;
}

/** The bytes of a picture that stay, while it is being written. */
export interface KeptBytes {
  /** The number of them by now. */
  readonly byteLength: number;
  /** True where they are no longer the ones that were written. */
  readonly isChanged: boolean;
  /** True where some of them will still be written over, so that nobody may have them before the end. */
  readonly isPatched: boolean;
  /** The number of bytes coming next that stay as they are, whatever they are. */
  readonly sure: number;
  /** From now on none of them is written over: what still has to go is blanked where it stands. */
  pin(): void;
  /** A copy of those from `start` on. Not after `abort`. */
  read(start: number): Buffer;
}

export interface PictureLimits {
  readonly bytesMax: number;
  readonly pixelsMax: number;
  /** Pixels of the longer side; no limit of its own where it is absent. */
  readonly edgeMax?: number | undefined;
  readonly framesMax: number;
  /** True: what is only said about the picture (texts, XMP, EXIF but its orientation, comments) is left out of its bytes. */
  readonly strip?: boolean | undefined;
  /** The request field that holds the picture, named in errors: `image[2]`, `mask`. */
  readonly param?: string | undefined;
  /**
   * The side whose fault a bad picture is: the caller's (invalid_image, image_too_large; the default) or the
   * upstream's (upstream_bad_answer, so that nobody is told to mend what they never sent).
   */
  readonly blame?: "caller" | "upstream";
}

/** One request's store of pictures. Everything in it goes when the request is over. */
export interface PictureSpool {
  /** The id of the key whose request it is, for queues that are fair to everybody. */
  readonly owner?: string | undefined;
  begin(limits: PictureLimits): PictureWriter;
  /** Deletes every spool file that was not moved away. */
  dispose(): void;
}

/** Reads all bytes into one buffer; for small pictures (masks) and for libraries that need a whole. */
export async function wholeBytes(bytes: Bytes, bytesMax: number): Promise<Buffer> {
  if (bytes.byteLength > bytesMax) {
    throw new PinholeError("image_too_large", {
      message: `The image has ${bytes.byteLength} bytes; at most ${bytesMax} can be processed.`,
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of bytes.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
