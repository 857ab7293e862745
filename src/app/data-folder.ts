import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";

/** Something the operator must change before the gateway can run; `message` is the one line to print. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** Makes the data folder and the master secret on first run. */
export async function openDataFolder(config: Config): Promise<Buffer> {
  const folder = config.dataFolder;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (config.secret !== undefined) return Buffer.from(config.secret.reveal());
    const path = join(folder, "secret");
    const made = randomBytes(32).toString("hex");
    // `wx` makes the file or fails: two starts at once cannot overwrite each other's secret.
    await writeFile(path, `${made}\n`, { mode: 0o600, flag: "wx" }).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
    const secret = (await readFile(path, "utf8")).trim();
    if (secret.length < 32)
      throw new StartError(
        `the secret in ${path} is shorter than 32 characters; restore it from a backup, or delete it to make a new one (all keys and image URLs become invalid)`,
      );
    return Buffer.from(secret);
  } catch (thrown) {
    if (thrown instanceof StartError) throw thrown;
    throw new StartError(
      `the data folder ${folder} cannot be used: ${thrown instanceof Error ? thrown.message : String(thrown)}; make it writable or choose another with --data or PINHOLE_DATA`,
      { cause: thrown },
    );
  }
}
