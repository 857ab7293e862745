import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Bytes } from "../../core/picture.ts";
import { writeBuffers } from "../files/write-buffers.ts";
import { createChecksum } from "./checksum.ts";
import { type EntryHead, headBytes, writeHead } from "./entry.ts";
import { newSegment, type Segment, takePlace } from "./segment-state.ts";
import type { SpareFile } from "./spare-file.ts";

/** Bytes written in one go; longer pictures let other work in between. */
export const pieceBytes = 2 * 1024 * 1024;

/** A segment to write to, in the spare file where there is one. Throws the file system's error. */
export function createSegment(
  sequence: number,
  path: string,
  spare: SpareFile,
  now: number,
): Segment {
  const segment = newSegment(sequence, path, now);
  const oldBytes = spare.rename(path);
  segment.oldBytes = oldBytes ?? 0;
  segment.file = oldBytes === undefined ? openSync(path, "wx", 0o600) : openSync(path, "r+");
  return segment;
}

/**
 * Writes a picture at the end. Synchronous writes: a write into the page cache costs less than handing
 * it to another thread, and goes where the spool's own bytes are. Where it fails, nothing more is to be put
 * behind it; a restart finds a picture that is not whole.
 */
export async function appendPicture(
  segment: Segment,
  head: Omit<EntryHead, "checksum">,
  bytes: Bytes,
  now: number,
): Promise<void> {
  const at = segment.byteLength;
  // Taken before anything else runs: several may be written at once.
  segment.byteLength = at + headBytes + head.byteLength;
  takePlace(segment, head);
  const held = bytes.byteLength <= pieceBytes ? bytes.inMemory?.() : undefined;
  const checksum =
    held === undefined
      ? await writePieces(segment, head, bytes, at)
      : writeHeld(segment, head, held, at);
  const offset = at + headBytes;
  const entry = { ...head, checksum, headBytes, offset, touchedAt: now, wholeAt: undefined };
  segment.entries.set(head.id, entry);
}

function writeHeld(
  segment: Segment,
  head: Omit<EntryHead, "checksum">,
  held: readonly Buffer[],
  at: number,
): string {
  const sum = createChecksum(head.id, head.byteLength);
  for (const buffer of held) sum.add(buffer);
  const checksum = sum.result();
  writeAt(segment, [writeHead(head, checksum, segment.sequence), ...held], at);
  return checksum;
}

/** Writes the head last, since the checksum is known then; until it is there, a restart finds nothing in its place. */
async function writePieces(
  segment: Segment,
  head: Omit<EntryHead, "checksum">,
  bytes: Bytes,
  at: number,
): Promise<string> {
  segment.writers += 1;
  try {
    const sum = createChecksum(head.id, head.byteLength);
    let to = at + headBytes;
    let sinceTurn = 0;
    for await (const chunk of bytes.chunks()) {
      sum.add(chunk);
      writeAt(segment, [chunk], to);
      to += chunk.length;
      sinceTurn += chunk.length;
      if (sinceTurn < pieceBytes) continue;
      sinceTurn = 0;
      await nextTurn();
    }
    const checksum = sum.result();
    writeAt(segment, [writeHead(head, checksum, segment.sequence)], at);
    return checksum;
  } finally {
    segment.writers -= 1;
    closeFinished(segment);
  }
}

function writeAt({ file, path }: Segment, buffers: readonly Buffer[], at: number): void {
  if (file === undefined) throw new Error(`${path} is written to no more.`);
  writeBuffers(file, buffers, at);
}

/** Ends a segment: nothing more is put into it. */
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

/** Gives up the file, to be written over where nobody uses it; reads that run go on to the end. */
export function dropSegment(segment: Segment, spare?: SpareFile): void {
  if (segment.gone) return;
  segment.gone = true;
  segment.entries.clear();
  sealSegment(segment);
  const { path, byteLength, readers, writers } = segment;
  const isUsed = readers > 0 || writers > 0;
  if (isUsed || spare?.offer(path, byteLength) !== true) rmSync(path, { force: true });
}

/**
 * Makes one picture unreadable for good: its head becomes zeros at once, so that no restart finds it, and its
 * bytes once nobody reads them.
 */
export function wipePicture(segment: Segment, id: string): boolean {
  const entry = segment.entries.get(id);
  if (entry === undefined) return false;
  segment.entries.delete(id);
  zero(segment.path, entry.offset - entry.headBytes, entry.headBytes);
  segment.wipes.push(entry);
  wipeWaiting(segment);
  return true;
}

function wipeWaiting(segment: Segment): void {
  if (segment.readers > 0 || segment.gone) return;
  for (const { offset, byteLength } of segment.wipes.splice(0))
    zero(segment.path, offset, byteLength);
}

function zero(path: string, from: number, byteLength: number): void {
  const zeros = Buffer.alloc(Math.min(byteLength, pieceBytes));
  const file = openSync(path, "r+");
  try {
    for (let done = 0; done < byteLength; done += zeros.length)
      writeSync(file, zeros, 0, Math.min(zeros.length, byteLength - done), from + done);
  } finally {
    closeSync(file);
  }
}

/** Call before the first read of a picture; call its result after the last. */
export function readSegment(segment: Segment): () => void {
  segment.readers += 1;
  return () => {
    segment.readers -= 1;
    wipeWaiting(segment);
  };
}
