import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { writeBuffers } from "../files/write-buffers.ts";
import { deadHead, headBytes, readHead, writeHead } from "./entry.ts";
import type { SegmentName } from "./segment-files.ts";
import type { Entry, Segment } from "./segment-state.ts";
import type { Spare, SpareSegment } from "./spare.ts";
import type { Bytes } from "../../core/picture.ts";

/** Bytes written in one go; longer pictures let other work in between. */
const pieceBytes = 2 * 1024 * 1024;

const pageBytes = 4096;

/** Bytes read at once while the heads are looked for; many small pictures come in one read. */
const scanBytes = 65_536;

function newSegment(sequence: number, path: string, createdAt: number): Segment {
  return {
    sequence,
    path,
    boot: undefined,
    entries: new Map(),
    createdAt,
    file: undefined,
    writers: 0,
    sealed: false,
    sealedAt: 0,
    byteLength: 0,
    oldBytes: 0,
    places: 0,
    lastExpiry: 0,
    readers: 0,
    wipes: [],
    gone: false,
  };
}

/** A new, empty file. Throws the file system's error. */
export function createSegment(sequence: number, path: string, now: number): Segment {
  const segment = newSegment(sequence, path, now);
  segment.file = openSync(path, "wx", 0o600);
  return segment;
}

/** A file that was used before and is written over. Throws the file system's error. */
export function reuseSegment(
  sequence: number,
  spare: Spare,
  now: number,
  boot: string | undefined,
): Segment {
  const segment = newSegment(sequence, spare.path, now);
  segment.boot = boot;
  segment.oldBytes = spare.byteLength;
  segment.file = openSync(spare.path, "r+");
  return segment;
}

/**
 * Writes a picture at the end. Synchronous writes: what is in the page cache costs less than handing
 * it to another thread, and is where the spool's own bytes go. Where it fails, nothing more is to be put
 * behind it: a restart finds a file that ends too early, or in the place of a longer picture a deleted one.
 */
export async function appendPicture(
  segment: Segment,
  head: Omit<Entry, "offset">,
  bytes: Bytes,
): Promise<void> {
  const at = segment.byteLength;
  const entry: Entry = { ...head, offset: at + headBytes };
  // Taken before anything else runs: several may be written at once.
  segment.byteLength = entry.offset + head.byteLength;
  segment.places += 1;
  segment.lastExpiry = Math.max(segment.lastExpiry, head.expiresAt);
  const held = bytes.byteLength <= pieceBytes ? bytes.inMemory?.() : undefined;
  if (held === undefined) await writePieces(segment, entry, bytes);
  else writeHeld(segment, entry, held);
  segment.entries.set(head.id, entry);
}

/**
 * In one go, but where something old could be behind a head whose picture was cut by the process's end:
 * there the head goes last, unless both are in one page, which is written whole or not at all.
 */
function writeHeld(segment: Segment, entry: Entry, held: readonly Buffer[]): void {
  const at = entry.offset - headBytes;
  const head = writeHead(entry, segment.sequence);
  const isInOnePage = (at % pageBytes) + headBytes + entry.byteLength <= pageBytes;
  if (at >= segment.oldBytes || isInOnePage) {
    writeAt(segment, [head, ...held], at);
    return;
  }
  writeAt(segment, held, entry.offset);
  writeAt(segment, [head], at);
}

/** The head last, so that a picture cut short by the process's end is none. */
async function writePieces(segment: Segment, entry: Entry, bytes: Bytes): Promise<void> {
  segment.writers += 1;
  try {
    await writeEach(segment, entry, bytes);
  } finally {
    segment.writers -= 1;
    closeFinished(segment);
  }
}

async function writeEach(segment: Segment, entry: Entry, bytes: Bytes): Promise<void> {
  writeAt(segment, [deadHead(entry.byteLength, segment.sequence)], entry.offset - headBytes);
  let at = entry.offset;
  let sinceTurn = 0;
  for await (const chunk of bytes.chunks()) {
    writeAt(segment, [chunk], at);
    at += chunk.length;
    sinceTurn += chunk.length;
    if (sinceTurn >= pieceBytes) {
      sinceTurn = 0;
      await nextTurn();
    }
  }
  writeAt(segment, [writeHead(entry, segment.sequence)], entry.offset - headBytes);
}

function writeAt({ file, path }: Segment, buffers: readonly Buffer[], at: number): void {
  if (file === undefined) throw new Error(`${path} is written to no more.`);
  writeBuffers(file, buffers, at);
}

/** Nothing more is put into it. */
export function sealSegment(segment: Segment): void {
  segment.sealed = true;
  closeFinished(segment);
}

function closeFinished(segment: Segment): void {
  if (!segment.sealed || segment.writers > 0 || segment.file === undefined) return;
  if (segment.oldBytes > segment.byteLength) ftruncateSync(segment.file, segment.byteLength);
  segment.oldBytes = 0;
  closeSync(segment.file);
  segment.file = undefined;
}

/** Deletes the file; who reads, reads to the end. With `spare` it may be kept to be written over. */
export function dropSegment(segment: Segment, spare?: SpareSegment): void {
  if (segment.gone) return;
  segment.gone = true;
  segment.entries.clear();
  sealSegment(segment);
  const { path, byteLength, readers, writers } = segment;
  const isUsed = readers > 0 || writers > 0;
  if (isUsed || spare?.offer(path, byteLength) !== true) unlinkSync(path);
}

/**
 * Makes one picture unreadable for good: its head says so at once, so that no restart finds it; its
 * bytes are overwritten once nobody reads them.
 */
export function wipePicture(segment: Segment, id: string): boolean {
  const entry = segment.entries.get(id);
  if (entry === undefined) return false;
  segment.entries.delete(id);
  const file = openSync(segment.path, "r+");
  try {
    writeSync(
      file,
      deadHead(entry.byteLength, segment.sequence),
      0,
      headBytes,
      entry.offset - headBytes,
    );
  } finally {
    closeSync(file);
  }
  segment.wipes.push(entry);
  wipeWaiting(segment);
  return true;
}

function wipeWaiting(segment: Segment): void {
  if (segment.readers > 0 || segment.gone || segment.wipes.length === 0) return;
  const wipes = segment.wipes.splice(0);
  const file = openSync(segment.path, "r+");
  try {
    for (const { offset, byteLength } of wipes) {
      const nothing = Buffer.alloc(Math.min(byteLength, pieceBytes));
      for (let at = 0; at < byteLength; at += nothing.length)
        writeSync(file, nothing, 0, Math.min(nothing.length, byteLength - at), offset + at);
    }
  } finally {
    closeSync(file);
  }
}

/** Call before the first read of a picture; call what it returns after the last. */
export function readSegment(segment: Segment): () => void {
  segment.readers += 1;
  return () => {
    segment.readers -= 1;
    wipeWaiting(segment);
  };
}

/** A file of an earlier process: what its heads say, as far as they are whole; what is behind them is cut off. */
export async function loadSegment(name: SegmentName, path: string): Promise<Segment> {
  const segment = newSegment(name.sequence, path, 0);
  segment.boot = name.boot;
  segment.sealed = true;
  const file = openSync(path, "r+");
  try {
    const { size } = fstatSync(file);
    await loadHeads(segment, file, size);
    if (size > segment.byteLength) ftruncateSync(file, segment.byteLength);
    return segment;
  } finally {
    closeSync(file);
  }
}

async function loadHeads(segment: Segment, file: number, size: number): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(scanBytes);
  let from = 0;
  let length = 0;
  for (let at = 0; at + headBytes <= size; at = segment.byteLength) {
    if (at < from || at + headBytes > from + length) {
      from = at;
      length = readSync(file, buffer, 0, scanBytes, at);
      await nextTurn();
    }
    const bytes = buffer.subarray(at - from, Math.min(length, at - from + headBytes));
    const head = readHead(bytes, segment.sequence);
    if (head === undefined || at + headBytes + head.byteLength > size) return;
    const entry: Entry = { ...head, offset: at + headBytes, touchedAt: -Infinity };
    segment.places += 1;
    if (head.expiresAt > 0) segment.entries.set(head.id, entry);
    segment.lastExpiry = Math.max(segment.lastExpiry, head.expiresAt);
    segment.byteLength = entry.offset + head.byteLength;
  }
}
