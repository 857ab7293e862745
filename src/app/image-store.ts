import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { FastifyBaseLogger } from "fastify";
import { openDiskBlobs } from "../blobs/disk/disk.ts";
import {
  createDiskRoom,
  freeBytesMinDefault,
  freeRatioMinDefault,
} from "../blobs/disk/disk-room.ts";
import { isKeptId } from "../blobs/kept-log/entry.ts";
import { openKeptLog, type SegmentFacts } from "../blobs/kept-log/log.ts";
import { observedBlobs } from "../blobs/observed.ts";
import { createKeptPictures, type KeptPictures } from "../blobs/kept-pictures.ts";
import { createSharedPictures } from "../blobs/shared-pictures.ts";
import { withKeptLog } from "../blobs/two-places.ts";
import type { BlobStore, SharedBlobStore } from "../blobs/types.ts";
import type { Config } from "../config.ts";
import type { Observer } from "../core/observer.ts";
import { createPlainHttp } from "../net/egress.ts";
import type { Store } from "../store/store.ts";
import { egressOptions } from "./egress-options.ts";
import { StartError } from "./start-faults.ts";

/** The folder of the kept log, beside those of the images. */
const logName = "kept";
/** Pictures of an earlier process whose bytes are counted again; what is beyond expires by itself. */
const restoredPicturesMax = 20_000;

/** The clocks of a store. */
interface Clocks {
  /** Unix milliseconds, the database's: expiries are of it. */
  readonly now: () => number;
  /** Unix milliseconds, the machine's own: signatures are of it. */
  readonly machine: () => number;
  /** Milliseconds since the process began. */
  readonly uptime: () => number;
}

/** A store of images that other nodes share, besides what any store does. */
export interface SharedImages {
  readonly presign: SharedBlobStore["presign"];
  readonly look: SharedBlobStore["look"];
  /** Deletes images that are a day old and that no record names, a part of them at each call. Returns how many. */
  removeStrays(): Promise<number>;
}

/** A store of images, with the books of those kept for clients that come back. */
interface ImageStore {
  readonly blobs: BlobStore;
  /** The same store, where other nodes share it. */
  readonly shared: SharedImages | undefined;
  readonly kept: KeptPictures;
  close(): Promise<void> | void;
}

/** Opens the store of images. Throws `StartError` with one sentence. */
export function openImageStore(
  config: Config,
  store: Store,
  logger: FastifyBaseLogger,
  clocks: Clocks,
  observer: Observer | undefined,
): Promise<ImageStore> {
  const { images } = config;
  return images.kind === "file"
    ? openFolder(config, store, logger, clocks.now, observer)
    : openBucket(config, images, store, logger, clocks, observer);
}

async function openFolder(
  { images, dataFolder }: Config,
  store: Store,
  logger: FastifyBaseLogger,
  now: () => number,
  observer: Observer | undefined,
): Promise<ImageStore> {
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
  return { blobs, shared: undefined, kept, close: () => log.close() };
}

/** Counts a segment of the kept log as one picture, which goes as a whole. */
function count(kept: KeptPictures, { id, byteLength, keptUntil }: SegmentFacts): void {
  if (byteLength === 0) kept.forget(id);
  else kept.add({ blobId: id, byteLength, keptUntil, urlUntil: null });
}

async function openBucket(
  config: Config,
  { bucket, credentials }: Extract<Config["images"], { kind: "s3" }>,
  { requests }: Pick<Store, "requests">,
  logger: FastifyBaseLogger,
  { now, machine, uptime }: Clocks,
  observer: Observer | undefined,
): Promise<ImageStore> {
  const { images, dataFolder } = config;
  // The signer is loaded where it is used.
  const { openS3Blobs, createCredentials } = await import("../blobs/s3/store.ts");
  const { proxy } = egressOptions(config);
  const http = createPlainHttp({ now: machine, userAgent: "pinhole", proxy });
  const ports = {
    http,
    now: machine,
    uptime,
    wait: (ms: number) => setTimeout(ms),
    random: Math.random,
    log: logger,
  };
  const room = createDiskRoom({
    directories: [dataFolder],
    freeBytesMin: freeBytesMinDefault,
    freeRatioMin: freeRatioMinDefault,
    now,
    statfs,
  });
  const source = createCredentials(credentials, ports);
  const blobs = openS3Blobs({ bucket, credentials: source, ports, room, now });
  const first = await blobs.firstLook();
  if (first.kind === "mistaken") {
    await http.close();
    throw new StartError(first.problem);
  }
  if (first.kind === "away")
    logger.warn(`${first.problem}; until it does, answers are base64 only`);
  const { ttlMs, retentionMs, recoveryBytes: recoveryBytesMax } = images;
  const kept = createSharedPictures(blobs, { ttlMs, retentionMs, recoveryBytesMax }, now);
  const shared: SharedImages = {
    presign: (id, secondsMax) => blobs.presign(id, secondsMax),
    // A bucket that is still away is told of by the store itself, once.
    look: () => blobs.look().catch(() => undefined),
    removeStrays: () =>
      blobs.removeStrays(async (from, until) => new Set(await requests.keptIds(from, until))),
  };
  return { blobs: observedBlobs(blobs, observer), shared, kept, close: () => http.close() };
}
