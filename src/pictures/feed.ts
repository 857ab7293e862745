import { exifOrientation } from "./exif.ts";
import { Keeper } from "./keeper.ts";
import { invalidImage } from "./picture-fault.ts";

/**
 * One step that a format's reader asks for:
 * - `take`: that many bytes, in one buffer that is valid until the next step (at most 64 KiB, the largest JPEG segment);
 * - `skip`: to go on after that many bytes;
 * - `marker`: to go on after the next JPEG marker, whose code comes as one byte.
 *
 * Where metadata is cut out of the file: `hold` says that it is not known yet whether these bytes stay, which a
 * marker's own always are; `cut` leaves out these bytes and what is held, and puts `instead` there (`blank`: and
 * zeros for the bytes of the step). Any other step keeps what is held.
 */
export type Step =
  | ({ readonly take: number; readonly hold?: true } & Cut)
  | ({ readonly skip: number } & Cut)
  | { readonly marker: true };

interface Cut {
  readonly cut?: true;
  readonly instead?: Buffer | undefined;
  readonly blank?: boolean;
}

/** A format's grammar, read top to bottom. It returns after the picture's last byte. */
export type Reader = Generator<Step, void, Buffer>;

/** Facts that readers find out as they go. Width 0: not known yet. */
export interface Draft {
  width: number;
  height: number;
  alpha: boolean;
  frames: number;
  orientation: number;
  /** EXIF has been read; what further EXIF says counts for nothing. */
  hasExif: boolean;
  /** Bytes of one decoded pixel, and bytes a pixel that a decoder holds until it has all of them. */
  decoding: { held: number; pixel: number };
  /** Bytes of what is kept that are to be written over once all has come, since a header counts what follows it. */
  patches: Patch[];
  /** There will be such patches. */
  isPatched: boolean;
  /** True where what is kept already has been passed on, so that nothing of it may be written over any more. */
  isPinned: boolean;
}

/** Bytes that belong at a place of what is kept. */
export interface Patch {
  readonly at: number;
  readonly bytes: Buffer;
}

/** Drives one format over bytes as they arrive. */
export interface Feed {
  /** Throws invalid_image at the first byte that breaks the format. The chunk is not kept. */
  write(chunk: Uint8Array): void;
  /** The picture's last byte was seen. */
  done(): boolean;
  /** Bytes that came after the picture's last. */
  trailingBytes(): number;
  /** True once something was cut out or put in. */
  isChanged(): boolean;
  /** So many of the bytes that come next stay as they are, whatever they are. */
  sure(): number;
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

/** A feed for a reader. `name` is the format's, for messages; `put` is handed what is kept of the file, to copy it. */
export function createFeed(name: string, reader: Reader, put?: (bytes: Buffer) => void): Feed {
  return new ReaderFeed(name, reader, put);
}

class ReaderFeed implements Feed {
  readonly #name: string;
  readonly #reader: Reader;
  readonly #keeper: Keeper | undefined;
  readonly #partOf = createCutter();
  readonly #scan: MarkerScan = { afterFf: false, found: false };
  #steps = 0;
  #next: IteratorResult<Step, void>;
  #gathered: Buffer | undefined;
  /** Bytes of the current step that have come. */
  #count = 0;
  #trailing = 0;

  constructor(name: string, reader: Reader, put: ((bytes: Buffer) => void) | undefined) {
    this.#name = name;
    this.#reader = reader;
    this.#keeper = put === undefined ? undefined : new Keeper(put);
    this.#next = reader.next();
    this.#enter(0);
  }

  write(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#keeper?.begin(bytes);
    let at = 0;
    while (this.#next.done !== true && at < bytes.length) at = this.#step(bytes, at);
    this.#trailing += bytes.length - at;
    // Behind a picture's end anything may stand.
    if (this.#next.done === true) this.#keeper?.last(at);
    this.#keeper?.end();
  }

  done(): boolean {
    return this.#next.done === true;
  }

  trailingBytes(): number {
    return this.#trailing;
  }

  isChanged(): boolean {
    return this.#keeper?.isChanged === true;
  }

  sure(): number {
    if (this.#keeper === undefined) return Number.POSITIVE_INFINITY;
    if (this.#next.done === true || !("skip" in this.#next.value)) return 0;
    const { skip, cut } = this.#next.value;
    return cut === true ? 0 : skip - this.#count;
  }

  /** Reads as much of the current step as the bytes have; returns where to go on. */
  #step(bytes: Buffer, at: number): number {
    const step = this.#next.done === true ? undefined : this.#next.value;
    if (step === undefined) return at;
    if ("marker" in step) return this.#marker(bytes, at);
    const wanted = "take" in step ? step.take : step.skip;
    const count = Math.min(wanted - this.#count, bytes.length - at);
    const end = at + count;
    if (step.cut === true) this.#keeper?.drop(end, step.blank);
    if ("take" in step) this.#take(bytes, at, step.take, count);
    this.#count += count;
    if (this.#count === wanted) this.#advance(this.#taken("take" in step, bytes, at, wanted), end);
    return end;
  }

  /** Copies what has come of a part that lies in several chunks. */
  #take(bytes: Buffer, at: number, wanted: number, count: number): void {
    if (count === wanted) return;
    this.#gathered ??= Buffer.alloc(wanted);
    bytes.copy(this.#gathered, this.#count, at, at + count);
  }

  #taken(isTaken: boolean, bytes: Buffer, at: number, wanted: number): Buffer {
    if (!isTaken) return nothing;
    return this.#gathered ?? this.#partOf(bytes, at, wanted);
  }

  #marker(bytes: Buffer, from: number): number {
    const at = endOfMarker(bytes, from, this.#scan, this.#keeper);
    if (this.#scan.found) this.#advance(this.#partOf(bytes, at - 1, 1), at);
    return at;
  }

  #advance(value: Buffer, at: number): void {
    this.#count = 0;
    this.#gathered = undefined;
    this.#next = this.#reader.next(value);
    this.#steps += 1;
    if (this.#steps > stepsMax) {
      throw invalidImage(
        `The ${this.#name} file is made of more than ${stepsMax} parts; save it again with an ordinary image program.`,
      );
    }
    this.#enter(at);
  }

  /** Says what the step that begins means for the bytes, and goes on where nothing has to arrive for it. */
  #enter(at: number): void {
    const step = this.#next.done === true ? undefined : this.#next.value;
    const keeper = this.#keeper;
    if (step !== undefined && "take" in step && step.hold === true) keeper?.hold(at);
    else if (step !== undefined && "cut" in step && step.cut) keeper?.cut(at, step.instead);
    else keeper?.release();
    if (step !== undefined && "skip" in step && step.skip === 0) this.#advance(nothing, at);
  }
}

/** The state of a search for a marker, which may lie across two chunks. */
interface MarkerScan {
  afterFf: boolean;
  found: boolean;
}

/** The place behind the next marker's code, which is held from its first byte on; the end of the bytes where there is none in them. */
function endOfMarker(
  bytes: Buffer,
  from: number,
  scan: MarkerScan,
  keeper: Keeper | undefined,
): number {
  scan.found = false;
  let at = from;
  while (at < bytes.length) {
    if (!scan.afterFf) {
      const found = bytes.indexOf(0xff, at);
      if (found < 0) return bytes.length;
      scan.afterFf = true;
      keeper?.hold(found);
      at = found + 1;
      continue;
    }
    const code = bytes[at];
    at += 1;
    // Fill bytes may stand before a code.
    if (code === 0xff) continue;
    scan.afterFf = false;
    if (code === undefined || isDataCode(code)) {
      keeper?.release();
      continue;
    }
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

/** Takes over the orientation that the first EXIF of a file says, as decoders do; true where it turns the picture. */
export function turn(draft: Draft, exif: Buffer): boolean {
  if (draft.hasExif) return false;
  draft.hasExif = true;
  draft.orientation = exifOrientation(exif);
  return draft.orientation !== 1;
}

/** The error for bytes that break the format. */
export function damaged(name: string, what: string): Error {
  return invalidImage(`The ${name} file is damaged (${what}); save it again and send that.`);
}
