import { statSync } from "node:fs";
import { asPinholeError } from "../../core/errors.ts";
import { expired, fileChunks, fileReader, warmMs } from "../files/file-chunks.ts";
import { errorCode } from "../files/place-file.ts";
import type { OpenBlob } from "../types.ts";
import type { Entry, Segment } from "./segment-state.ts";
import { readSegment } from "./segment.ts";
import { isWhole } from "./whole.ts";

/** Opens a picture whose bytes are as they were written; undefined where they are not, or no longer there. */
export async function openEntry(
  segment: Segment,
  entry: Entry,
  now: () => number,
): Promise<OpenBlob | undefined> {
  return (await check(segment, entry, now)) ? openWhole(segment, entry, now) : undefined;
}

/** Reads the picture, unless its file is as it was when the picture was last found to be whole. */
async function check(segment: Segment, entry: Entry, now: () => number): Promise<boolean> {
  const file = statSync(segment.path, { bigint: true, throwIfNoEntry: false });
  if (file === undefined) return false;
  if (entry.wholeAt === file.mtimeNs) return true;
  const warm = now() - entry.touchedAt < warmMs;
  const finish = readSegment(segment);
  try {
    if (!(await isWhole(segment.path, entry, warm))) return false;
  } catch (thrown) {
    // Cut short, gone, or on a part of the disk that cannot be read: all the same to who asks for it.
    if (asPinholeError(thrown).code === "result_expired" || errorCode(thrown) === "EIO")
      return false;
    throw thrown;
  } finally {
    finish();
  }
  entry.wholeAt = file.mtimeNs;
  entry.touchedAt = now();
  return true;
}

function openWhole(segment: Segment, entry: Entry, now: () => number): OpenBlob {
  const { id, format, byteLength, expiresAt, offset } = entry;
  const isWarm = (): boolean => now() - entry.touchedAt < warmMs;
  const begin = (): (() => void) => {
    if (segment.gone || !segment.entries.has(id)) throw expired(undefined);
    entry.touchedAt = now();
    return readSegment(segment);
  };
  return {
    id,
    format,
    byteLength,
    expiresAt,
    reader: () => (isWarm() ? fileReader(segment.path, offset, begin()) : undefined),
    async *chunks(start = 0, end = byteLength, lent = false) {
      const warm = isWarm();
      const finish = begin();
      const last = offset + Math.min(end, byteLength);
      const from = offset + Math.max(0, start);
      try {
        yield* fileChunks({ path: segment.path, start: from, end: last, lent, warm });
      } finally {
        finish();
      }
    },
  };
}
