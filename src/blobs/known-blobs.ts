import type { StoredBlob } from "./types.ts";

/** Blobs whose names need not be looked for. */
const knownMax = 10_000;

/** The blobs put or opened last, so that serving one reads no directory. */
export interface KnownBlobs {
  get(id: string): StoredBlob | undefined;
  set(blob: StoredBlob): void;
  delete(id: string): void;
}

export function createKnownBlobs(): KnownBlobs {
  const blobs = new Map<string, StoredBlob>();
  return {
    get: (id) => blobs.get(id),
    set(blob) {
      const before = blobs.get(blob.id);
      if (before !== undefined && before.expiresAt >= blob.expiresAt) return;
      blobs.delete(blob.id);
      blobs.set(blob.id, blob);
      if (blobs.size <= knownMax) return;
      for (const oldest of blobs.keys()) {
        blobs.delete(oldest);
        break;
      }
    },
    delete: (id) => void blobs.delete(id),
  };
}
