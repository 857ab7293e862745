import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../config.ts";
import type * as copies from "../store/sqlite/copy.ts";
import { loadSqlite } from "../store/sqlite/folder-lock.ts";
import {
  backupNames,
  copyPictures,
  type Manifest,
  pictureFolders,
  readManifest,
  removePictures,
} from "./backup-files.ts";
import { takeFolders } from "./folders.ts";
import { readSecret, secretFingerprint } from "./secret.ts";
import { asStartFault, StartError } from "./start-faults.ts";

/** The parts of a configuration that say where everything is. */
type Places = Pick<Config, "database" | "dataFolder" | "images" | "secret">;

/**
 * Copies database, secret and images into a new folder while a gateway may be working on them. The database comes
 * first, so that every picture which its records name was there. Throws an error of one sentence.
 */
export async function backUp(places: Places, folder: string, now: number): Promise<Manifest> {
  const file = sqliteFile(places);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if ((await readdir(folder)).length > 0)
      throw new StartError(`${folder} is not empty; name a folder that is new`);
    const { copyDatabase } = await sqlite();
    const schema = copyDatabase(file, join(folder, backupNames.database));
    const secret = await readSecret(places);
    if (secret?.origin === "found")
      await writeFile(join(folder, backupNames.secret), `${secret.bytes.toString()}\n`, {
        mode: 0o600,
        flush: true,
      });
    const images = await copyPictures(places.images.folder, join(folder, backupNames.images));
    const manifest: Manifest = {
      kind: "pinhole backup",
      form: 1,
      made_at: new Date(now).toISOString(),
      schema,
      secret_fingerprint: secret === undefined ? null : secretFingerprint(secret.bytes),
      images,
    };
    // Last: a folder without it is no whole backup.
    const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
    await writeFile(join(folder, backupNames.manifest), text, { mode: 0o600, flush: true });
    return manifest;
  } catch (thrown) {
    throw asStartFault(thrown, "name another folder");
  }
}

/**
 * Puts a backup where the configuration says. Refuses where something is there already, where a gateway is
 * at work, and where the secret is another than the backup's. What fails half-way leaves nothing behind.
 */
export async function restore(
  places: Config,
  folder: string,
  node: string,
  now: () => number,
): Promise<Manifest> {
  const file = sqliteFile(places);
  const manifest = await readManifest(folder);
  const folders = await takeFolders(places, node, now);
  try {
    await refuseOccupied(places, file);
    await refuseOtherSecret(places, folder, manifest);
    const { checkDatabase } = await sqlite();
    const source = join(folder, backupNames.database);
    checkDatabase(source);
    await copyBack(places, folder, file);
    return manifest;
  } catch (thrown) {
    throw asStartFault(thrown);
  } finally {
    folders.release();
  }
}

async function copyBack(places: Places, folder: string, file: string): Promise<void> {
  const secretFile = join(places.dataFolder, "secret");
  const bringsSecret =
    places.secret === undefined &&
    !existsSync(secretFile) &&
    existsSync(join(folder, backupNames.secret));
  const partial = `${file}.partial`;
  try {
    await copyPictures(join(folder, backupNames.images), places.images.folder);
    if (bringsSecret) await copyFile(join(folder, backupNames.secret), secretFile);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await copyFile(join(folder, backupNames.database), partial);
    // Last: until then a gateway would find a new installation, and say so.
    await rename(partial, file);
  } catch (thrown) {
    await removePictures(places.images.folder);
    await rm(partial, { force: true });
    if (bringsSecret) await rm(secretFile, { force: true });
    throw thrown;
  }
}

async function refuseOccupied({ images }: Places, file: string): Promise<void> {
  const taken = [file, `${file}-wal`].find((path) => existsSync(path));
  if (taken !== undefined)
    throw new StartError(
      `there is a database at ${taken}; a backup is restored only where none is: move it away, or choose another place with --data or database.url`,
    );
  if ((await pictureFolders(images.folder)).length > 0)
    throw new StartError(
      `there are images in ${images.folder}; a backup is restored only where none are: move them away, or choose another place with images.url`,
    );
}

async function refuseOtherSecret(
  places: Places,
  folder: string,
  { secret_fingerprint: wanted }: Manifest,
): Promise<void> {
  if (wanted === null) return;
  const own = await readSecret(places);
  if (own === undefined) {
    if (existsSync(join(folder, backupNames.secret))) return;
    throw new StartError(
      "the backup holds no secret, since its gateway had PINHOLE_SECRET: set it to the same one and restore again",
    );
  }
  if (secretFingerprint(own.bytes) === wanted) return;
  const place = own.origin === "configured" ? "PINHOLE_SECRET" : join(places.dataFolder, "secret");
  throw new StartError(
    `the secret of ${place} is not the backup's, so its keys and image URLs would not work: put the backup's secret there, or remove it`,
  );
}

function sqliteFile({ database }: Places): string {
  if (database.kind === "sqlite") return database.path;
  throw new StartError(
    "the database is on Postgres, which this does not copy: use pg_dump and pg_restore, and copy the secret and the images' folder (docs/database.md)",
  );
}

async function sqlite(): Promise<typeof copies> {
  await loadSqlite();
  return import("../store/sqlite/copy.ts");
}
