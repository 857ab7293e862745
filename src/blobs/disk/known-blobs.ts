import { warmMs } from "../files/file-chunks.ts";
import type { StoredBlob } from "../types.ts";

/** Blobs whose names need not be looked for. */
const knownMax = 10_000;

/** The blobs put or opened last, so that serving one reads no directory. Times are Unix milliseconds. */
export interface KnownBlobs {
  get(id: string): StoredBlob | undefined;
  set(blob: StoredBlob): void;
  delete(id: string): void;
  /** Says whether it was written or read moments ago; it is read now. */
  read(id: string, now: number): boolean;
  /** Notes that a blob was written now. */
  wrote(id: string, now: number): void;
}

interface Known {
  readonly blob: StoredBlob;
  touchedAt: number;
}

export function createKnownBlobs(): KnownBlobs {
  const blobs = new Map<string, Known>();
  return {
    get: (id) => blobs.get(id)?.blob,
    set(blob) {
      const before = blobs.get(blob.id);
      if (before !== undefined && before.blob.expiresAt >= blob.expiresAt) return;
      blobs.delete(blob.id);
      blobs.set(blob.id, { blob, touchedAt: -Infinity });
      if (blobs.size <= knownMax) return;
      for (const oldest of blobs.keys()) {
        blobs.delete(oldest);
        break;
      }
    },
    delete: (id) => void blobs.delete(id),
    read(id, now) {
      const known = blobs.get(id);
      if (known === undefined) return false;
      const isWarm = now - known.touchedAt < warmMs;
      known.touchedAt = now;
      return isWarm;
    },
    wrote(id, now) {
      const known = blobs.get(id);
      if (known !== undefined) known.touchedAt = now;
    },
  };
}
