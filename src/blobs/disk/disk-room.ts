import { storageFull } from "../../core/disk-fault.ts";

/** What is asked of a file system; `fs.promises.statfs` fits. Blocks of `bsize` bytes. */
export type StatFileSystem = (
  path: string,
) => Promise<{ readonly bsize: number; readonly blocks: number; readonly bavail: number }>;

/** By default the disk keeps the smaller of these free: the database must still be able to write. */
export const freeRatioMinDefault = 0.05;
export const freeBytesMinDefault = 1024 ** 3;

/** Milliseconds that an answer of the file system is believed. */
const freshMs = 1_000;

export interface DiskRoomOptions {
  readonly directory: string;
  readonly freeBytesMin: number;
  readonly freeRatioMin: number;
  readonly now: () => number;
  readonly statfs: StatFileSystem;
}

/** What is known of a disk's room. */
export interface DiskRoom {
  /** True where it is known, without asking, that `bytes` more have room. */
  has(bytes: number): boolean;
  /** Throws storage_full where the disk has no room for `bytes` more. */
  check(bytes: number): Promise<void>;
}

/** Asks the file system at most once a second. */
export function createDiskRoom(options: DiskRoomOptions): DiskRoom {
  let asked: { readonly at: number; readonly spare: Promise<number>; left?: number } | undefined;
  const isFresh = (at: number): boolean => Math.abs(options.now() - at) < freshMs;
  const measure = async (): Promise<number> => {
    const { bsize, blocks, bavail } = await options.statfs(options.directory);
    return bavail * bsize - Math.min(options.freeBytesMin, blocks * bsize * options.freeRatioMin);
  };
  return {
    has: (bytes) => asked?.left !== undefined && asked.left >= bytes && isFresh(asked.at),
    async check(bytes) {
      if (asked === undefined || !isFresh(asked.at))
        asked = { at: options.now(), spare: measure() };
      const current = asked;
      const left = await current.spare.catch((thrown: unknown) => {
        asked = undefined;
        throw thrown;
      });
      current.left = left;
      if (left < bytes) {
        throw storageFull(
          `The disk of ${options.directory} has ${Math.round(left)} bytes above the minimum that stays free; ${bytes} are needed.`,
        );
      }
    },
  };
}
