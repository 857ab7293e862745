import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { StartError } from "./start-faults.ts";

/** The master secret of this gateway: the configured one, or the data folder's own, which the first start makes. */
export async function openSecret({ dataFolder, secret: configured }: Config): Promise<Buffer> {
  if (configured !== undefined) return Buffer.from(configured.reveal());
  const path = join(dataFolder, "secret");
  const made = randomBytes(32).toString("hex");
  // `wx` makes the file or fails: one that is there is never overwritten.
  await writeFile(path, `${made}\n`, { mode: 0o600, flag: "wx" }).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  });
  const secret = (await readFile(path, "utf8")).trim();
  if (secret.length < 32)
    throw new StartError(
      `the secret in ${path} is shorter than 32 characters; restore it from a backup, or delete it to make a new one (all keys and image URLs become invalid)`,
    );
  return Buffer.from(secret);
}
