import { closeSync, fsyncSync, openSync, renameSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Segment } from "./segment-state.ts";

const namePattern = /^([0-9a-z]{8})(?:\.([0-9a-f]{32}))?\.kept$/;

/** A file's name: its number and, while the disk may hold less than was written, the boot it was written in. */
export interface SegmentName {
  readonly sequence: number;
  /** 32 hexadecimal digits; undefined: whatever happened, nothing older than it can be in it. */
  readonly boot: string | undefined;
}

export function segmentName({ sequence, boot }: SegmentName): string {
  const number = sequence.toString(36).padStart(8, "0");
  return boot === undefined ? `${number}.kept` : `${number}.${boot}.kept`;
}

export function readSegmentName(name: string): SegmentName | undefined {
  const match = namePattern.exec(name);
  if (match?.[1] === undefined) return undefined;
  return { sequence: Number.parseInt(match[1], 36), boot: match[2] };
}

/** What was written so long ago is about to be written to the disk by the system anyway. */
const restMs = 30_000;

/**
 * Sees that files that were written over, and rest now, are on the disk as they are: from then on a
 * start may read them whatever happens to the machine. Throws the file system's error.
 */
export async function settleRested(segments: readonly Segment[], now: number): Promise<void> {
  for (const segment of segments) {
    if (!maySettle(segment) || now - segment.sealedAt < restMs) continue;
    await syncFile(segment);
    settle(segment);
  }
}

async function syncFile(segment: Segment): Promise<void> {
  try {
    const file = await open(segment.path, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (thrown) {
    // Dropped meanwhile: then there is no such file, and nothing to be done.
    if (!segment.gone) throw thrown;
  }
}

/** The same for all of them, at once. */
export function settleNow(segments: readonly Segment[]): void {
  for (const segment of segments) {
    if (!maySettle(segment)) continue;
    const file = openSync(segment.path, "r+");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    settle(segment);
  }
}

function maySettle({ boot, sealed, gone, writers }: Segment): boolean {
  return boot !== undefined && sealed && !gone && writers === 0;
}

/** Whoever reads knows the file by its name, so one that is read keeps it until the next time. */
function settle(segment: Segment): void {
  if (segment.gone || segment.readers > 0) return;
  const name = segmentName({ sequence: segment.sequence, boot: undefined });
  const path = join(dirname(segment.path), name);
  renameSync(segment.path, path);
  segment.path = path;
  segment.boot = undefined;
}
