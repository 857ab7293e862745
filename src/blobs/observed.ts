import type { Observer, StoreAction } from "../core/observer.ts";
import type { BlobStore } from "./types.ts";

/** The same store, which tells those who listen what it does and how long that takes. */
export function observedBlobs(blobs: BlobStore, observer: Observer | undefined): BlobStore {
  if (observer === undefined) return blobs;
  const timed = async <T>(
    action: StoreAction["action"],
    work: () => Promise<T>,
    bytes = 0,
  ): Promise<T> => {
    const begunAt = performance.now();
    let isFailed = true;
    try {
      const done = await work();
      isFailed = false;
      return done;
    } finally {
      observer.stored({ action, ms: performance.now() - begunAt, isFailed, bytes });
    }
  };
  return {
    isShared: blobs.isShared,
    place: (random, picture, until, isHosted) => blobs.place(random, picture, until, isHosted),
    put: (id, picture, expiresAt) =>
      timed("put", () => blobs.put(id, picture, expiresAt), picture.bytes.byteLength),
    open: (id) => timed("open", () => blobs.open(id)),
    remove: (id) => timed("remove", () => blobs.remove(id)),
    ensureRoom: (bytes, isHosted) => timed("ensure_room", () => blobs.ensureRoom(bytes, isHosted)),
    sweep: (now) => blobs.sweep(now),
    ping: () => blobs.ping(),
  };
}
