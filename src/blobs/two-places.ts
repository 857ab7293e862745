import { isKeptId, keptId } from "./kept-log/entry.ts";
import type { KeptLog } from "./kept-log/log.ts";
import type { BlobStore } from "./types.ts";

/** One store of two: pictures with an id of the log's go to the log, all others are files. */
export function withKeptLog(files: BlobStore, log: KeptLog): BlobStore {
  return {
    isShared: false,
    /**
     * A picture without a URL goes to the log, where it costs less than a file of its own; unless it is in a file
     * already, which is linked rather than copied.
     */
    place: (random, { bytes }, _until, isHosted) =>
      isHosted || bytes.path !== undefined ? random : keptId(random),
    put: (id, picture, expiresAt) => (isKeptId(id) ? log : files).put(id, picture, expiresAt),
    open: (id) => (isKeptId(id) ? log : files).open(id),
    async remove(id) {
      if (isKeptId(id)) await log.remove(id);
      else if (!log.drop(id)) await files.remove(id);
    },
    ensureRoom: (bytes, isHosted) => files.ensureRoom(bytes, isHosted),
    async sweep(now) {
      return (await log.sweep(now)) + (await files.sweep(now));
    },
    ping: () => files.ping(),
  };
}
