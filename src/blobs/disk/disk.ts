import { statSync } from "node:fs";
import { access, constants, mkdir, readdir, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import { asDiskFault, storageFull } from "../../core/disk-fault.ts";
import type { Bytes } from "../../core/picture.ts";
import {
  blobName,
  isBlobId,
  readBlobName,
  readShardName,
  shardCount,
  shardName,
  shardOf,
} from "./blob-name.ts";
import {
  createDiskRoom,
  freeBytesMinDefault,
  freeRatioMinDefault,
  type StatFileSystem,
} from "./disk-room.ts";
import { fileChunks, fileReader } from "../files/file-chunks.ts";
import { createKnownBlobs, type KnownBlobs } from "./known-blobs.ts";
import { errorCode, placeFile } from "../files/place-file.ts";
import type { BlobStore, OpenBlob, StoredBlob } from "../types.ts";

/** Files on their way in. */
const incomingName = "incoming";

export interface DiskBlobsOptions {
  /** Best on the spools' disk. Made with mode 0700. One process at a time. */
  readonly directory: string;
  /** Bytes of all blobs together; undefined: as many as the disk holds. */
  readonly quotaBytes: number | undefined;
  /** Bytes that count against the quota but are kept elsewhere. */
  readonly usedElsewhere?: (() => number) | undefined;
  /** Further folders whose disks pictures need room on, such as the spools'. */
  readonly roomAlsoIn?: readonly string[];
  /** The smaller of the two stays free on the disk: bytes, and a share of the disk from 0 to 1. */
  readonly freeBytesMin?: number | undefined;
  readonly freeRatioMin?: number | undefined;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly statfs: StatFileSystem;
}

/** The counts that the files' names add up to; rebuilt by reading the names once. */
interface Index {
  used: number;
  /** The earliest expiry in each shard, so that a sweep opens only those where something is due. */
  readonly earliest: Float64Array;
}

/** The check of room for a paid call: the quota first, which asks no disk. */
function roomCheck(
  options: DiskBlobsOptions,
  index: Index,
  scanned: Promise<void>,
): BlobStore["ensureRoom"] {
  const { directory, quotaBytes, now, statfs } = options;
  const room = createDiskRoom({
    directories: [directory, ...(options.roomAlsoIn ?? [])],
    freeBytesMin: options.freeBytesMin ?? freeBytesMinDefault,
    freeRatioMin: options.freeRatioMin ?? freeRatioMinDefault,
    now,
    statfs,
  });
  return async (bytes) => {
    await scanned;
    const used = index.used + (options.usedElsewhere?.() ?? 0);
    if (quotaBytes !== undefined && used + bytes > quotaBytes)
      throw storageFull(
        `The blob store holds ${used} bytes of its quota of ${quotaBytes}; ${bytes} more are needed.`,
      );
    await room.check(bytes);
  };
}

/**
 * Blobs as files. A file's name holds all that is known of it (`blob-name.ts`), so there is no index
 * to lose: a restart reads the names again, in the background, and `open` never needs more than the
 * names of one of 4,096 directories. What was taken for a paid image is kept even above the quota,
 * which is asked before the call; only a full disk refuses it.
 */
export async function openDiskBlobs(options: DiskBlobsOptions): Promise<BlobStore> {
  const { directory, now } = options;
  const incoming = join(directory, incomingName);
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  const index: Index = { used: 0, earliest: new Float64Array(shardCount).fill(Infinity) };
  const scanned = scan(directory, index);
  // A failure reaches those who await it; until somebody does, the rejection must not end the process.
  scanned.catch(() => undefined);
  const shardPath = (shard: number): string => join(directory, shardName(shard));
  const sweepAll = createSweep(index, shardPath);
  const known = createKnownBlobs();
  let temporaries = 0;
  const temporary = (): string => join(incoming, `${(temporaries += 1)}.part`);

  return {
    isShared: false,
    place: (random) => random,
    async put(id, picture, expiresAt) {
      if (!isBlobId(id)) throw new TypeError(`${id} is no blob id: 16 to 64 of a-z and 0-9.`);
      await scanned;
      const { format, bytes } = picture;
      const whole = Math.ceil(expiresAt);
      const blob: StoredBlob = { id, format, byteLength: bytes.byteLength, expiresAt: whole };
      const shard = shardOf(id);
      if (await placeInShard(bytes, shardPath(shard), blobName(blob), temporary))
        index.used += blob.byteLength;
      known.set(blob);
      known.wrote(id, now());
      index.earliest[shard] = Math.min(index.earliest[shard] ?? Infinity, whole);
      return blob;
    },
    async open(id) {
      if (!isBlobId(id)) return undefined;
      return find(shardPath(shardOf(id)), id, known, now);
    },
    async remove(id) {
      if (!isBlobId(id)) return;
      await scanned;
      known.delete(id);
      const path = shardPath(shardOf(id));
      for (const blob of await blobsOf(path, id)) await forget(path, blob, index);
    },
    ensureRoom: roomCheck(options, index, scanned),
    async sweep(time) {
      await scanned;
      return sweepAll(time);
    },
    async ping() {
      await scanned;
      await access(incoming, constants.W_OK);
    },
  };
}

/** The blob of an id in its shard; undefined where it is not there, not whole or expired. */
async function find(
  path: string,
  id: string,
  known: KnownBlobs,
  now: () => number,
): Promise<OpenBlob | undefined> {
  const open = (blob: StoredBlob): OpenBlob | undefined =>
    blob.expiresAt <= now()
      ? undefined
      : openBlob(blob, join(path, blobName(blob)), () => known.read(id, now()));
  const told = known.get(id);
  const remembered = told === undefined ? undefined : open(told);
  if (remembered !== undefined) return remembered;
  // The blob may be on the disk all the same: not remembered, or put again by another process.
  const [newest] = (await blobsOf(path, id)).toSorted((a, b) => b.expiresAt - a.expiresAt);
  if (newest === undefined) return undefined;
  known.set(newest);
  return open(newest);
}

/** False where the blob was there already. */
async function placeInShard(
  bytes: Bytes,
  path: string,
  name: string,
  temporary: () => string,
): Promise<boolean> {
  const place = (): Promise<boolean> => placeFile(bytes, join(path, name), temporary);
  try {
    return await place().catch(async (thrown: unknown) => {
      if (errorCode(thrown) !== "ENOENT") throw thrown;
      // The first blob of its shard.
      await mkdir(path, { recursive: true, mode: 0o700 });
      return place();
    });
  } catch (thrown) {
    throw asDiskFault(thrown);
  }
}

/** The names in a directory; none where there is no such directory. */
async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (thrown) {
    if (errorCode(thrown) === "ENOENT") return [];
    throw thrown;
  }
}

async function blobsIn(path: string): Promise<StoredBlob[]> {
  return (await namesIn(path)).map(readBlobName).filter((blob) => blob !== undefined);
}

/** One id's files: one, unless it was put again with another expiry. */
async function blobsOf(path: string, id: string): Promise<StoredBlob[]> {
  const own = (await namesIn(path)).filter((name) => name.startsWith(`${id}.`));
  return own.map(readBlobName).filter((blob) => blob !== undefined);
}

/** Reads all names once, a directory at a time, so that other work goes on between. */
async function scan(directory: string, index: Index): Promise<void> {
  const incoming = join(directory, incomingName);
  for (const name of await namesIn(incoming)) await rm(join(incoming, name), { force: true });
  for (const name of await namesIn(directory)) {
    const shard = readShardName(name);
    if (shard === undefined) continue;
    for (const { byteLength, expiresAt } of await blobsIn(join(directory, name))) {
      index.used += byteLength;
      index.earliest[shard] = Math.min(index.earliest[shard] ?? Infinity, expiresAt);
    }
  }
}

/** Deletes one file. False where another was quicker, who has then counted it. */
async function forget(path: string, blob: StoredBlob, index: Index): Promise<boolean> {
  try {
    await unlink(join(path, blobName(blob)));
  } catch (thrown) {
    if (errorCode(thrown) === "ENOENT") return false;
    throw thrown;
  }
  index.used -= blob.byteLength;
  return true;
}

function createSweep(
  index: Index,
  shardPath: (shard: number) => string,
): (time: number) => Promise<number> {
  const sweepShard = async (shard: number, time: number): Promise<number> => {
    // Forgotten before the names are read: what is put meanwhile notes its expiry anew.
    index.earliest[shard] = Infinity;
    const path = shardPath(shard);
    let earliest = Infinity;
    let swept = 0;
    try {
      for (const blob of await blobsIn(path)) {
        if (blob.expiresAt >= time) earliest = Math.min(earliest, blob.expiresAt);
        else if (await forget(path, blob, index)) swept += 1;
      }
    } catch (thrown) {
      // To be looked at again by the next sweep.
      earliest = 0;
      throw thrown;
    } finally {
      index.earliest[shard] = Math.min(index.earliest[shard] ?? Infinity, earliest);
    }
    return swept;
  };
  return async (time) => {
    let swept = 0;
    for (let shard = 0; shard < shardCount; shard += 1) {
      if ((index.earliest[shard] ?? Infinity) < time) swept += await sweepShard(shard, time);
    }
    return swept;
  };
}

/** Undefined where the file is gone or not whole (a power cut can leave a name without its bytes). */
function openBlob(blob: StoredBlob, path: string, isWarm: () => boolean): OpenBlob | undefined {
  try {
    // The kernel has a file's facts in memory: asking on another thread would cost more.
    if (statSync(path).size !== blob.byteLength) return undefined;
  } catch (thrown) {
    if (errorCode(thrown) === "ENOENT") return undefined;
    throw thrown;
  }
  return {
    ...blob,
    reader: () => (isWarm() ? fileReader(path, 0, () => undefined) : undefined),
    chunks: (start = 0, end = blob.byteLength, lent = false) =>
      fileChunks({
        path,
        start: Math.max(0, start),
        end: Math.min(end, blob.byteLength),
        lent,
        warm: isWarm(),
      }),
  };
}
