import { invalidImage } from "./picture-fault.ts";

/**
 * What a format's reader wants next:
 * - `take`: that many bytes, in one buffer that is valid until the next step (at most 64 KiB, the largest JPEG segment);
 * - `skip`: to go on after that many bytes;
 * - `marker`: to go on after the next JPEG marker, whose code comes as one byte.
 */
export type Step =
  | { readonly take: number }
  | { readonly skip: number }
  | { readonly marker: true };

/** A format's grammar, read top to bottom. It returns after the picture's last byte. */
export type Reader = Generator<Step, void, Buffer>;

/** What readers find out as they go. Width 0: not known yet. */
export interface Draft {
  width: number;
  height: number;
  alpha: boolean;
  frames: number;
  orientation: number;
  /** Bytes of one decoded pixel, and bytes a pixel that a decoder holds until it has all of them. */
  decoding: { held: number; pixel: number };
}

/** Drives one format over bytes as they arrive. */
export interface Feed {
  /** Throws invalid_image at the first byte that breaks the format. The chunk is not kept. */
  write(chunk: Uint8Array): void;
  /** The picture's last byte was seen. */
  done(): boolean;
  /** Bytes that came after the picture's last. */
  trailingBytes(): number;
}

/** Steps before a picture is refused. A real 256 MB PNG of 8 KiB chunks takes 65,000; a made-up one could take 20 million. */
const stepsMax = 2_000_000;

const nothing = Buffer.alloc(0);
/** So many bytes are copied out of their chunk, which a waiting reader would otherwise keep alive. */
const copiedBytesMax = 64;

/** Cuts parts out of chunks; each is valid until the next. */
function createCutter(): (bytes: Buffer, at: number, length: number) => Buffer {
  let copy: Buffer | undefined;
  return (bytes, at, length) => {
    if (length > copiedBytesMax) return bytes.subarray(at, at + length);
    copy ??= Buffer.allocUnsafeSlow(copiedBytesMax);
    bytes.copy(copy, 0, at, at + length);
    return copy.subarray(0, length);
  };
}

/** A feed for a reader. `name` is the format's, for messages. */
export function createFeed(name: string, reader: Reader): Feed {
  let steps = 0;
  let next = reader.next();
  let gathered: Buffer | undefined;
  const partOf = createCutter();
  let filled = 0;
  let skipped = 0;
  const scan: MarkerScan = { afterFf: false, found: false };
  let trailing = 0;
  const advance = (value: Buffer): void => {
    filled = 0;
    gathered = undefined;
    skipped = 0;
    next = reader.next(value);
    steps += 1;
    if (steps > stepsMax) {
      throw invalidImage(
        `The ${name} file is made of more than ${stepsMax} parts; save it again with an ordinary image program.`,
      );
    }
  };

  const take = (bytes: Buffer, at: number, wanted: number): number => {
    const count = Math.min(wanted - filled, bytes.length - at);
    if (count === wanted) {
      advance(partOf(bytes, at, wanted));
      return at + wanted;
    }
    gathered ??= Buffer.alloc(wanted);
    bytes.copy(gathered, filled, at, at + count);
    filled += count;
    if (filled === wanted) advance(gathered);
    return at + count;
  };

  const skip = (bytes: Buffer, at: number, wanted: number): number => {
    const count = Math.min(wanted - skipped, bytes.length - at);
    skipped += count;
    if (skipped === wanted) advance(nothing);
    return at + count;
  };

  const marker = (bytes: Buffer, from: number): number => {
    const at = endOfMarker(bytes, from, scan);
    if (scan.found) advance(partOf(bytes, at - 1, 1));
    return at;
  };

  /** Nothing has to arrive for a skip of nothing. */
  const settle = (): void => {
    while (next.done !== true && "skip" in next.value && next.value.skip === 0) advance(nothing);
  };

  return {
    write(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let at = 0;
      while (next.done !== true && at < bytes.length) {
        const step = next.value;
        if ("take" in step) at = take(bytes, at, step.take);
        else if ("skip" in step) at = skip(bytes, at, step.skip);
        else at = marker(bytes, at);
        settle();
      }
      trailing += bytes.length - at;
    },
    done: () => next.done === true,
    trailingBytes: () => trailing,
  };
}

/** How far a search for a marker has come; a marker may lie across two chunks. */
interface MarkerScan {
  afterFf: boolean;
  found: boolean;
}

/** Where the next marker's code ends; the end of the bytes where there is none in them. */
function endOfMarker(bytes: Buffer, from: number, scan: MarkerScan): number {
  scan.found = false;
  let at = from;
  while (at < bytes.length) {
    if (!scan.afterFf) {
      const found = bytes.indexOf(0xff, at);
      if (found < 0) return bytes.length;
      scan.afterFf = true;
      at = found + 1;
      continue;
    }
    const code = bytes[at];
    at += 1;
    // Fill bytes may stand before a code.
    if (code === 0xff) continue;
    scan.afterFf = false;
    if (code === undefined || isDataCode(code)) continue;
    scan.found = true;
    return at;
  }
  return at;
}

/** Inside a JPEG's compressed data: a stuffed zero, a restart marker, or TEM, none of which begins a segment. */
function isDataCode(code: number): boolean {
  return code === 0x00 || code === 0x01 || (code >= 0xd0 && code <= 0xd7);
}

/** Takes a header's dimensions over; refuses zero. */
export function setSize(draft: Draft, name: string, width: number, height: number): void {
  if (width === 0 || height === 0) {
    throw invalidImage(
      `The ${name} header says ${width}x${height} pixels; send an image with at least one pixel each way.`,
    );
  }
  draft.width = width;
  draft.height = height;
}

/** The error for bytes that break the format. */
export function damaged(name: string, what: string): Error {
  return invalidImage(`The ${name} file is damaged (${what}); save it again and send that.`);
}
