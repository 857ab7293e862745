import { constants } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { StartError } from "./start-faults.ts";

/** A backup's folder: what is in it, and its description. */
export const backupNames = {
  database: "pinhole.db",
  secret: "secret",
  images: "images",
  manifest: "backup.json",
} as const;

const manifestSchema = z.object({
  kind: z.literal("pinhole backup"),
  /** The form of this folder, raised when a reader of the form before could not read it. */
  form: z.literal(1),
  made_at: z.string(),
  /** The newest migration of the database. */
  schema: z.string(),
  /** Tells whether a secret is the one that the keys were made with; null: there was none. */
  secret_fingerprint: z.string().nullable(),
  /** Files of pictures. */
  images: z.int(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Reads a backup's description. Throws a `StartError` where the folder is no backup that this version reads. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, backupNames.manifest), "utf8").catch(() => undefined);
  if (text === undefined)
    throw new StartError(
      `${folder} is no whole backup: it has no ${backupNames.manifest}; name a folder that \`pinhole backup\` has finished`,
    );
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (thrown) {
    throw new StartError(
      `the backup in ${folder} is of a form that this version does not read; restore it with the version that made it`,
      { cause: thrown },
    );
  }
}

/** Folders of pictures below the images' folder: those by their ids, and those kept for clients that come back. */
const pictureFolder = /^(?:[0-9a-f]{3}|kept)$/;

/** The names of an images' folder's folders of pictures; none where there is no such folder. */
export async function pictureFolders(images: string): Promise<readonly string[]> {
  const names = await readdir(images).catch(() => []);
  return names.filter((name) => pictureFolder.test(name));
}

/**
 * Copies all pictures to another folder; returns how many files. One that goes meanwhile is left out: nobody could have
 * fetched it any more.
 */
export async function copyPictures(from: string, to: string): Promise<number> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  let count = 0;
  for (const folder of await pictureFolders(from)) {
    await mkdir(join(to, folder), { recursive: true, mode: 0o700 });
    for (const name of await readdir(join(from, folder)))
      count += await copyOne(join(from, folder, name), join(to, folder, name));
  }
  return count;
}

async function copyOne(from: string, to: string): Promise<number> {
  try {
    // Where the disk can, both share their blocks until one is written to.
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    return 1;
  } catch (thrown) {
    if (thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT") return 0;
    throw thrown;
  }
}

/** Removes the folders of pictures. */
export async function removePictures(images: string): Promise<void> {
  for (const folder of await pictureFolders(images))
    await rm(join(images, folder), { recursive: true, force: true });
}
