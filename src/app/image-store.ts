import { statfs } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyBaseLogger } from "fastify";
import { openDiskBlobs } from "../blobs/disk/disk.ts";
import { isKeptId } from "../blobs/kept-log/entry.ts";
import { openKeptLog, type SegmentFacts } from "../blobs/kept-log/log.ts";
import { observedBlobs } from "../blobs/observed.ts";
import type { BlobStore } from "../blobs/types.ts";
import { withKeptLog } from "../blobs/two-places.ts";
import type { Config } from "../config.ts";
import type { Observer } from "../core/observer.ts";
import { createKeptPictures, type KeptPictures } from "../blobs/kept-pictures.ts";
import type { Store } from "../store/store.ts";

/** The folder of the kept log, beside those of the images. */
const logName = "kept";
/** Pictures of an earlier process whose bytes are counted again; what is beyond expires by itself. */
const restoredPicturesMax = 20_000;

/** Opens the store of images, with the books of those kept for clients that come back. */
export async function openImageStore(
  { images, dataFolder }: Config,
  store: Store,
  logger: FastifyBaseLogger,
  now: () => number,
  observer: Observer | undefined,
): Promise<{ readonly blobs: BlobStore; readonly kept: KeptPictures; close(): void }> {
  const { ttlMs, retentionMs, recoveryBytes: recoveryBytesMax } = images;
  const log = openKeptLog({
    directory: join(images.folder, logName),
    bytesWanted: recoveryBytesMax,
    retentionMs,
    now,
    log: logger,
  });
  const files = await openDiskBlobs({
    directory: images.folder,
    quotaBytes: images.quotaBytes,
    usedElsewhere: () => log.byteLength(),
    // Spools and records are there.
    roomAlsoIn: [dataFolder],
    statfs,
    now,
  });
  const blobs = observedBlobs(withKeptLog(files, log), observer);
  const kept = createKeptPictures(blobs, { ttlMs, retentionMs, recoveryBytesMax }, logger, now);
  log.begin((segment) => count(kept, segment));
  const pictures = await store.requests.keptPictures(now(), restoredPicturesMax);
  // The log's own are counted by its segments.
  kept.restore(pictures.filter(({ blobId }) => !isKeptId(blobId)));
  return { blobs, kept, close: () => log.close() };
}

/** Counts a segment of the kept log as one picture, which goes as a whole. */
function count(kept: KeptPictures, { id, byteLength, keptUntil }: SegmentFacts): void {
  if (byteLength === 0) kept.forget(id);
  else kept.add({ blobId: id, byteLength, keptUntil, urlUntil: null });
}
