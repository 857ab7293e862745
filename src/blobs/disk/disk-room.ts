import { storageFull } from "../../core/disk-fault.ts";

/** A question to a file system, which `fs.promises.statfs` answers. Blocks of `bsize` bytes; file systems without a table of inodes say 0 files. */
export type StatFileSystem = (path: string) => Promise<{
  readonly bsize: number;
  readonly blocks: number;
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}>;

/** By default a disk keeps the smaller of these free: the database must still be able to write. */
export const freeBytesMinDefault = 1024 ** 3;
const freeFilesMin = 1_000;
export const freeRatioMinDefault = 0.05;

/** Files that a request may make at once: spools of its pictures, what is put away, what the database needs. */
const filesNeeded = 32;

/** Milliseconds that an answer of the file system is believed. */
const freshMs = 1_000;

export interface DiskRoomOptions {
  /** Folders that a request's pictures go through; each on a disk of its own, perhaps. */
  readonly directories: readonly string[];
  readonly freeBytesMin: number;
  readonly freeRatioMin: number;
  readonly now: () => number;
  readonly statfs: StatFileSystem;
}

/** Tells whether disks have room. */
export interface DiskRoom {
  /** Throws storage_full where a disk has no room for `bytes` more, or for the files that they go to. */
  check(bytes: number): Promise<void>;
}

/** The room of one folder's disk above what stays free. */
interface Spare {
  readonly directory: string;
  readonly bytes: number;
  /** Infinity where the file system makes as many as there is room for. */
  readonly files: number;
}

/** Asks the file systems at most once a second, but again at once where there was no room. */
export function createDiskRoom(options: DiskRoomOptions): DiskRoom {
  let asked: { readonly at: number; readonly spares: Promise<readonly Spare[]> } | undefined;
  const measure = async (directory: string): Promise<Spare> => {
    const { bsize, blocks, bavail, files, ffree } = await options.statfs(directory);
    const stays = (least: number, all: number): number =>
      Math.min(least, all * options.freeRatioMin);
    return {
      directory,
      bytes: bavail * bsize - stays(options.freeBytesMin, blocks * bsize),
      files: files === 0 ? Infinity : ffree - stays(freeFilesMin, files),
    };
  };
  return {
    async check(bytes) {
      const now = options.now();
      if (asked === undefined || Math.abs(now - asked.at) >= freshMs)
        asked = { at: now, spares: Promise.all(options.directories.map(measure)) };
      const { spares } = asked;
      try {
        for (const spare of await spares) refuseFull(spare, bytes);
      } catch (thrown) {
        asked = undefined;
        throw thrown;
      }
    },
  };
}

function refuseFull({ directory, bytes, files }: Spare, needed: number): void {
  if (bytes < needed)
    throw storageFull(
      `The disk of ${directory} has ${Math.round(bytes)} bytes above the minimum that stays free; ${needed} are needed.`,
    );
  if (files < filesNeeded)
    throw storageFull(
      `The disk of ${directory} can hold ${Math.round(files)} files above the minimum that stays free; ${filesNeeded} are needed.`,
    );
}
