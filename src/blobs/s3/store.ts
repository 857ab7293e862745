import { asPinholeError } from "../../core/errors.ts";
import { contentTypes, type Picture } from "../../core/picture.ts";
import type { DiskRoom } from "../disk/disk-room.ts";
import type { OpenBlob, SharedBlobStore, StoredBlob } from "../types.ts";
import { createS3Client, type S3Client, type S3ClientParts, type S3Reply } from "./client.ts";
import { type FirstLook, firstLook } from "./first-look.ts";
import { bucketId, idLetter, readBucketId } from "./key.ts";
import { objectChunks } from "./read.ts";
import { presignedUrl, addressOf } from "./sign.ts";
import { createStanding, unavailable } from "./standing.ts";
import { createStraySearch, sweepExpired } from "./sweep.ts";
import { createTurns } from "./turns.ts";

export { createCredentials } from "./credentials/source.ts";

export interface S3BlobsOptions extends Omit<S3ClientParts, "standing"> {
  /** Unix milliseconds, of the clock that expiries are of. */
  readonly now: () => number;
  /** The disks that pictures go through on their way. */
  readonly room: DiskRoom;
}

/** A bucket as a store of pictures. */
export interface OpenedBucket extends SharedBlobStore {
  /** Asks the bucket for the first time: whether it is as the configuration says. */
  firstLook(): Promise<FirstLook>;
}

/** Pictures that are sent at once: each holds a few chunks in memory and a connection, and has its part of the line. */
const sendingMax = 16;
/** Time for the bucket to say that it has a picture, besides what its bytes take to be written. Milliseconds. */
const putMs = 5_000;
const writtenBytesPerMs = 512;
/** Time of an answer to who only asks whether the bucket is there. */
const askMs = 2_000;
/** Pause between two looks for a bucket that has just gone, milliseconds. */
const lookAgainMs = 500;
/** The longest life of a URL that leads a client to the bucket itself, seconds. */
const presignSecondsMax = 900;

/**
 * Blobs as objects of a bucket, one PutObject each, read and deleted one by one. Nothing is remembered of them
 * here: whatever another node deletes is gone here too, at once. An id holds format and expiry (`key.ts`).
 */
export function openS3Blobs(options: S3BlobsOptions): OpenedBucket {
  const { bucket, credentials, ports, now, room } = options;
  const standing = createStanding(ports);
  const client = createS3Client({ bucket, credentials, ports, standing });
  const sending = createTurns(sendingMax);
  const strays = createStraySearch(client);
  const look = (): Promise<void> => lookUp(client);
  /** Lets nobody wait long for a bucket that is known to be away. */
  const reach = async (): Promise<void> => {
    if (standing.isAway) await standing.require(look);
  };
  return {
    firstLook: () => firstLook(client),
    isShared: true,
    place: (random, { format }, until) => bucketId(random, { format, expiresAt: until }),
    put: (id, picture, expiresAt) =>
      sending.take(async () => {
        await untilBack(client, look);
        return put(client, id, picture, expiresAt);
      }),
    async open(id) {
      const facts = readBucketId(id);
      if (facts === undefined || facts.expiresAt <= now()) return undefined;
      await reach();
      const byteLength = await lengthOf(client, id);
      return byteLength === undefined ? undefined : openBlob(client, { id, ...facts, byteLength });
    },
    async remove(id) {
      if (readBucketId(id) === undefined) return;
      await reach();
      await remove(client, id);
    },
    async ensureRoom(bytes, isHosted) {
      await room.check(bytes);
      if (isHosted === true) await standing.require(look);
    },
    sweep: (time) => sweepExpired(client, time),
    // A bucket that is away takes no gateway out of service: base64 goes on.
    ping: () => Promise.resolve(),
    async presign(id, secondsMax) {
      const seconds = Math.min(secondsMax, presignSecondsMax);
      const used = await credentials.current();
      const left = ((used.endsAt ?? Infinity) - ports.now()) / 1_000;
      const life = Math.floor(Math.min(seconds, left));
      if (life < 1) throw unavailable("the credentials end before a URL could be used");
      return presignedUrl(bucket, used, addressOf(bucket, id, true), life, ports.now());
    },
    look: reach,
    removeStrays: (knownIds) => strays.run(knownIds),
  };
}

/** Asks for the first key: it takes the rights that a sweep takes, and writes nothing. Throws storage_unavailable. */
async function lookUp(client: S3Client): Promise<void> {
  const query = { "list-type": "2", "max-keys": "1", prefix: client.bucket.prefix + idLetter };
  const reply = await client.ask({ method: "GET", key: "", query, tries: 1, headMs: askMs });
  if (reply.error === undefined) return;
  const problem = refusalOf(reply);
  client.standing.refused(problem);
  throw unavailable(problem);
}

/** Waits for a bucket that has just gone: what is made and paid for is worth seconds. */
async function untilBack({ standing, ports }: S3Client, look: () => Promise<void>): Promise<void> {
  while (standing.isJustGone) {
    await ports.wait(lookAgainMs);
    await standing.require(look).catch(() => undefined);
  }
}

async function put(
  client: S3Client,
  id: string,
  { format, bytes }: Picture,
  expiresAt: number,
): Promise<StoredBlob> {
  const facts = readBucketId(id);
  const whole = Math.ceil(expiresAt);
  if (facts?.expiresAt !== whole || facts.format !== format)
    throw new TypeError(`${id} is no blob id of a picture of this format and expiry.`);
  if (client.standing.isAway) throw unavailable("the bucket was away when a picture was made");
  const { byteLength } = bytes;
  const begunAt = client.ports.uptime();
  const asking = client.ask({
    method: "PUT",
    key: id,
    headers: { "content-type": contentTypes[format], ...client.bucket.putHeaders },
    body: { byteLength, chunks: () => bytes.chunks() },
    headMs: putMs + byteLength / writtenBytesPerMs,
  });
  const reply = await asking.catch((thrown: unknown) => {
    const { isAway } = client.standing;
    // It answers, but takes no picture of anybody's.
    if (!isAway && !client.standing.tookSince(begunAt))
      client.standing.refused(asPinholeError(thrown).detail ?? "a picture could not be put");
    throw thrown;
  });
  if (reply.error !== undefined) {
    const problem = refusalOf(reply);
    client.standing.refused(problem);
    throw unavailable(problem);
  }
  client.standing.took();
  return { id, format, byteLength, expiresAt: whole };
}

/** Undefined where there is no such object. A GET of one byte, since a connection is not used again after a HEAD. */
async function lengthOf(client: S3Client, id: string): Promise<number | undefined> {
  const reply = await client.ask({ method: "GET", key: id, headers: { range: "bytes=0-0" } });
  if (reply.status === 404) return undefined;
  if (reply.error !== undefined) throw unavailable(refusalOf(reply));
  const length = /^bytes 0-0\/(\d{1,15})$/.exec(reply.headers["content-range"] ?? "")?.[1];
  if (length === undefined) throw unavailable("the bucket's server gave no part of an object");
  return Number(length);
}

function openBlob(client: S3Client, blob: StoredBlob): OpenBlob {
  return {
    ...blob,
    // Nothing is here to be read without waiting.
    reader: () => undefined,
    chunks: (start = 0, end = blob.byteLength) =>
      objectChunks(client, blob, {
        start: Math.max(0, start),
        end: Math.min(end, blob.byteLength),
      }),
  };
}

async function remove(client: S3Client, id: string): Promise<void> {
  const reply = await client.ask({ method: "DELETE", key: id });
  if (reply.error !== undefined && reply.status !== 404) throw unavailable(refusalOf(reply));
}

function refusalOf({ status, error }: S3Reply): string {
  return `the bucket answered HTTP ${status} ${error?.code ?? ""}: ${error?.message ?? ""}`;
}
