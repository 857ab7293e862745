import type { KeepRules, KeptPictures } from "./kept-pictures.ts";
import type { BlobStore } from "./types.ts";

/**
 * The kept pictures of a store that all nodes share. No node could count what the others keep there, so nothing is
 * counted: a picture's own expiry is what bounds it.
 */
export function createSharedPictures(
  blobs: Pick<BlobStore, "remove" | "ensureRoom">,
  { ttlMs, retentionMs, recoveryBytesMax }: KeepRules,
  now: () => number,
): KeptPictures {
  const nothing = (): void => undefined;
  return {
    plan(hasUrl) {
      const urlUntil = hasUrl ? now() + ttlMs : null;
      if (recoveryBytesMax === 0)
        return urlUntil === null ? undefined : { urlUntil, keptUntil: urlUntil };
      return { urlUntil, keptUntil: now() + Math.max(retentionMs, ttlMs) };
    },
    remove: (blobId) => blobs.remove(blobId),
    ensureRoom: (bytes, isHosted) => blobs.ensureRoom(bytes, isHosted),
    add: nothing,
    renew: nothing,
    forget: nothing,
    tick: nothing,
    restore: nothing,
  };
}
