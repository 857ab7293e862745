import type { KeptLog } from "./kept-log/log.ts";
import { isKeptId } from "./kept-log/entry.ts";
import type { BlobStore } from "./types.ts";

/** One store of two: pictures with an id of the log's go to the log, all others are files. */
export function withKeptLog(files: BlobStore, log: KeptLog): BlobStore {
  return {
    put: (id, picture, expiresAt) => (isKeptId(id) ? log : files).put(id, picture, expiresAt),
    open: (id) => (isKeptId(id) ? log : files).open(id),
    remove: (id) =>
      isKeptId(id) ? log.remove(id) : log.drop(id) ? Promise.resolve(true) : files.remove(id),
    ensureRoom: (bytes) => files.ensureRoom(bytes),
    async sweep(now) {
      return (await log.sweep(now)) + (await files.sweep(now));
    },
    ping: () => files.ping(),
  };
}
