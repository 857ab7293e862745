import { hash } from "node:crypto";
import { pictureFormats, type PictureFormat } from "../../core/picture.ts";
import type { StoredBlob } from "../types.ts";

/** The form of an id: 128 random bits as hex or base32 fit, characters with a meaning to file systems (`.`, `/`) do not. */
const idPattern = /^[a-z0-9]{16,64}$/;
const namePattern = /^([a-z0-9]{16,64})\.([0-9a-z]{1,11})\.([0-9a-z]{1,11})\.([a-z]{3,4})$/;

/** Directories that blobs are spread over, so that reading the one that an id is in stays cheap. */
export const shardCount = 4_096;

/** Whether a text may be a blob's id. Everything else is an id that nothing has. */
export function isBlobId(id: string): boolean {
  return idPattern.test(id);
}

/** The shard of an id, 0 to 4,095. Hashed, so that ids that sort by time spread too. */
export function shardOf(id: string): number {
  return Number.parseInt(hash("sha1", id, "hex").slice(0, 3), 16);
}

/** A shard's directory name. */
export function shardName(shard: number): string {
  return shard.toString(16).padStart(3, "0");
}

/** A shard's number; undefined where the name is not one. */
export function readShardName(name: string): number | undefined {
  return /^[0-9a-f]{3}$/.test(name) ? Number.parseInt(name, 16) : undefined;
}

/** The name of a blob's file, which holds all that is known about the blob: `<id>.<expiry>.<bytes>.<format>`, numbers in base 36. */
export function blobName({ id, expiresAt, byteLength, format }: StoredBlob): string {
  return `${id}.${expiresAt.toString(36)}.${byteLength.toString(36)}.${format}`;
}

/** A file's name as the blob it holds; undefined where it is none of ours. */
export function readBlobName(name: string): StoredBlob | undefined {
  const [, id, expiry, bytes, word] = namePattern.exec(name) ?? [];
  const format: PictureFormat | undefined = pictureFormats.find((known) => known === word);
  if (id === undefined || expiry === undefined || bytes === undefined || format === undefined)
    return undefined;
  const expiresAt = Number.parseInt(expiry, 36);
  const byteLength = Number.parseInt(bytes, 36);
  if (!Number.isSafeInteger(expiresAt) || !Number.isSafeInteger(byteLength)) return undefined;
  return { id, format, byteLength, expiresAt };
}
