import { statfs } from "node:fs/promises";
import type { FastifyBaseLogger } from "fastify";
import { openDiskBlobs } from "../blobs/disk.ts";
import { startSweeper } from "../blobs/sweeper.ts";
import type { BlobStore } from "../blobs/types.ts";
import type { Config } from "../config.ts";
import { asPinholeError } from "../core/errors.ts";
import { createKeptPictures, type KeptPictures } from "../gateway/kept-pictures.ts";
import type { Store } from "../store/types.ts";

const sweepEveryMs = 60_000;
/** Pictures of an earlier process whose bytes are counted again; what is beyond expires by itself. */
const restoredPicturesMax = 20_000;

/** Where images rest, swept of what has expired, with the books of those kept for clients that come back. */
export async function openImageStore(
  { images }: Config,
  store: Store,
  logger: FastifyBaseLogger,
  now: () => number,
): Promise<{ readonly blobs: BlobStore; readonly kept: KeptPictures; close(): Promise<void> }> {
  const blobs = await openDiskBlobs({
    directory: images.folder,
    quotaBytes: images.quotaBytes,
    statfs,
    now,
  });
  const { ttlMs, retentionMs, recoveryBytes: recoveryBytesMax } = images;
  const kept = createKeptPictures(blobs, { ttlMs, retentionMs, recoveryBytesMax }, logger, now);
  kept.restore(await store.requests.keptPictures(now(), restoredPicturesMax));
  const sweeper = startSweeper({
    blobs,
    everyMs: sweepEveryMs,
    now,
    onError: (error) =>
      logger.error({ detail: asPinholeError(error).detail }, "sweeping expired images failed"),
  });
  return { blobs, kept, close: () => sweeper.stop() };
}
