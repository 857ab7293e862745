import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import type { Config } from "../config.ts";
import { type FolderLock, type FolderOwner, lockFolder } from "../store/sqlite/folder-lock.ts";
import { asStartFault } from "./start-faults.ts";

/** The folders of this gateway, which no other process works in until they are given back. */
export interface OwnFolders {
  /** The id of the gateway, new at each start. */
  readonly node: string;
  /** The node that had the data folder before; it has ended, since its lock is free. Undefined: none, or not known. */
  readonly nodeBefore: string | undefined;
  release(): void;
}

/**
 * Makes the folders of data and images and takes them for this process, before anything in them is touched: a
 * second start by mistake ends here. Throws an error of one sentence.
 */
export async function takeFolders(
  config: Config,
  node: string,
  now: () => number,
): Promise<OwnFolders> {
  const owner: FolderOwner = { node, pid: process.pid, host: hostname(), startedAt: now() };
  const locks: FolderLock[] = [];
  const release = (): void => {
    for (const lock of locks.toReversed()) lock.release();
  };
  try {
    const data = { folder: config.dataFolder, kind: "data" as const };
    const images = { folder: config.images.folder, kind: "images" as const };
    for (const place of [
      { ...data, settings: "--data or PINHOLE_DATA" },
      { ...images, settings: "images.url" },
    ]) {
      await mkdir(place.folder, { recursive: true, mode: 0o700 }).catch((thrown: unknown) => {
        throw asStartFault(thrown, `choose another folder with ${place.settings}`);
      });
      locks.push(await lockFolder(place, owner));
    }
    return { node, nodeBefore: locks[0]?.before?.node, release };
  } catch (thrown) {
    release();
    throw thrown;
  }
}
