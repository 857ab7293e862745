import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { type FoundHead, headBytes, magicStart, readHead } from "./entry.ts";
import { newSegment, type Segment, takePlace } from "./segment-state.ts";
import { isWhole } from "./whole.ts";

/** Bytes read at once while heads are looked for; many small pictures come in one read. */
const scanBytes = 65_536;
const zeros = Buffer.alloc(scanBytes);

/** A file of an earlier process. */
export interface LoadedSegment {
  readonly segment: Segment;
  /** Bytes between pictures that should be one and are none. */
  readonly damagedBytes: number;
  /** Bytes behind the last picture: one that was not written whole, or is damaged, or what was in the file before. */
  readonly tailBytes: number;
}

/**
 * Reads what a file's heads say, from one to the next. Behind a head that is damaged, or zeros in the place of a
 * deleted one, the next is looked for byte by byte, so that a damaged picture loses only itself. The tail
 * is cut off. Throws the file system's error.
 */
export async function loadSegment(sequence: number, path: string): Promise<LoadedSegment> {
  const segment = newSegment(sequence, path, 0);
  segment.sealed = true;
  const file = openSync(path, "r+");
  try {
    const window = new FileWindow(file);
    let damagedBytes = 0;
    let at = 0;
    while (at < window.size) {
      const head = await headAt(window, segment, at);
      if (head !== undefined) {
        at = enter(segment, head, at);
        continue;
      }
      const gap = await nextHead(window, segment, at);
      if (gap.end === window.size) break;
      if (gap.isDirty) damagedBytes += gap.end - at;
      at = gap.end;
    }
    const tailBytes = window.size - at;
    if (tailBytes > 0) ftruncateSync(file, at);
    segment.byteLength = at;
    return { segment, damagedBytes, tailBytes };
  } finally {
    closeSync(file);
  }
}

/** Gives the place behind the picture. */
function enter(segment: Segment, head: FoundHead, at: number): number {
  const offset = at + head.headBytes;
  takePlace(segment, head);
  if (head.expiresAt > 0)
    segment.entries.set(head.id, { ...head, offset, touchedAt: -Infinity, wholeAt: undefined });
  return offset + head.byteLength;
}

/** The head at a place; undefined where there is none, or its picture would be longer than the file. */
async function headAt(
  window: FileWindow,
  { sequence }: Segment,
  at: number,
): Promise<FoundHead | undefined> {
  const head = readHead(await window.bytes(at, headBytes), sequence);
  if (head === undefined) return undefined;
  return at + head.headBytes + head.byteLength > window.size ? undefined : head;
}

/** The next place at which a picture stands, or the file's end; dirty where anything but zeros is before it. */
async function nextHead(
  window: FileWindow,
  segment: Segment,
  from: number,
): Promise<{ readonly end: number; readonly isDirty: boolean }> {
  let isDirty = false;
  // At `from` there is none.
  let at = from;
  let step = 1;
  while (at + step < window.size) {
    const before = await window.bytes(at, step);
    isDirty ||= !before.equals(zeros.subarray(0, before.length));
    at += step;
    const bytes = await window.bytes(at, scanBytes);
    const found = possibleHead(bytes, segment.sequence);
    if (found === 0 && (await isEntry(window, segment, at))) return { end: at, isDirty };
    // A magic may begin at the very end of what was read.
    step = found === -1 ? Math.max(1, bytes.length - magicStart.length + 1) : Math.max(1, found);
  }
  return { end: window.size, isDirty };
}

/** The first place where a head stands, or may stand when more bytes are read; -1 where there is none. */
function possibleHead(bytes: Buffer, sequence: number): number {
  let at = bytes.indexOf(magicStart);
  while (at !== -1 && at + headBytes <= bytes.length) {
    if (readHead(bytes.subarray(at), sequence) !== undefined) return at;
    at = bytes.indexOf(magicStart, at + 1);
  }
  return at;
}

/** Whether a picture stands at a place that was found by its magic alone, which any picture's bytes may hold. */
async function isEntry(window: FileWindow, segment: Segment, at: number): Promise<boolean> {
  const head = await headAt(window, segment, at);
  return head !== undefined && isWhole(segment.path, { ...head, offset: at + head.headBytes });
}

/** A file of which a part is held in memory. */
class FileWindow {
  readonly size: number;
  readonly #file: number;
  readonly #buffer = Buffer.allocUnsafeSlow(scanBytes);
  #from = 0;
  #length = 0;

  constructor(file: number) {
    this.#file = file;
    this.size = fstatSync(file).size;
  }

  /** Up to `length` bytes, at most `scanBytes`; fewer at the file's end. Good until the next call. */
  async bytes(at: number, length: number): Promise<Buffer> {
    const end = Math.min(at + length, this.size);
    if (at < this.#from || end > this.#from + this.#length) {
      this.#from = at;
      this.#length = readSync(this.#file, this.#buffer, 0, scanBytes, at);
      await nextTurn();
    }
    return this.#buffer.subarray(at - this.#from, Math.min(this.#length, end - this.#from));
  }
}
