import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { deriveKey } from "../core/derive.ts";
import type { StoredResource } from "../store/resource-records.ts";
import type { Store } from "../store/store.ts";
import { StartError } from "./start-faults.ts";

/** The master secret, and where it comes from: the configuration, the data folder, or this start. */
export interface OpenedSecret {
  readonly bytes: Buffer;
  readonly origin: "configured" | "found" | "made";
  /** The secret of before; undefined: no change of secrets is under way. */
  readonly previous?: Buffer | undefined;
}

/** The configured secret, or the data folder's own; undefined where there is none yet. */
export async function readSecret({
  dataFolder,
  secret,
}: Pick<Config, "dataFolder" | "secret">): Promise<OpenedSecret | undefined> {
  if (secret !== undefined) return { bytes: Buffer.from(secret.reveal()), origin: "configured" };
  const text = await readFile(join(dataFolder, "secret"), "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? undefined : { bytes: Buffer.from(text.trim()), origin: "found" };
}

/** A few letters by which a secret is recognised, and which say nothing about it. */
export function secretFingerprint(bytes: Buffer): string {
  return deriveKey(bytes, "secret fingerprint").toString("hex").slice(0, 16);
}

/** Opens the configured secret, or the data folder's own, which the first start makes, and the one of before. */
export async function openSecret(config: Config): Promise<OpenedSecret> {
  const opened = await openCurrent(config);
  const previous = config.secretPrevious?.reveal();
  if (previous === undefined) return opened;
  if (opened.bytes.toString() === previous)
    throw new StartError(
      "PINHOLE_SECRET_PREVIOUS (secret_previous) is the same as the secret; set it to the one of before, or remove it",
    );
  return { ...opened, previous: Buffer.from(previous) };
}

async function openCurrent({ dataFolder, secret }: Config): Promise<OpenedSecret> {
  if (secret !== undefined) return { bytes: Buffer.from(secret.reveal()), origin: "configured" };
  const path = join(dataFolder, "secret");
  const made = randomBytes(32).toString("hex");
  // `wx` makes the file or fails: one that is there is never overwritten.
  const isNew = await writeFile(path, `${made}\n`, { mode: 0o600, flag: "wx" }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
      throw error;
    },
  );
  const text = (await readFile(path, "utf8")).trim();
  if (text.length < 32)
    throw new StartError(
      `the secret in ${path} is shorter than 32 characters; restore it from a backup, or delete it to make a new one (all keys and image URLs become invalid)`,
    );
  return { bytes: Buffer.from(text), origin: isNew ? "made" : "found" };
}

/** The setting that says which secret the keys of the database were made with. */
const fingerprintName = "secret_fingerprint";

/** The setting that says which secret it was before the last change, and when that was, Unix milliseconds. */
const changedName = "secret_changed";

/** The last change of secrets: the fingerprint of the one before, and when it was first started with the new one. */
export interface SecretChange {
  readonly from: string;
  readonly at: number;
}

/** The last change of secrets; undefined: there was none. */
export async function lastSecretChange(
  store: Pick<Store, "settings">,
): Promise<SecretChange | undefined> {
  const [, from, at] =
    /^([0-9a-f]+) (\d+)$/.exec((await store.settings.get(changedName)) ?? "") ?? [];
  return from === undefined ? undefined : { from, at: Number(at) };
}

/**
 * Notes that the database goes over to another secret, where the one that it had is the one of before. Nodes of one
 * house may have the two the other way round for a while: each knows both.
 */
async function changesOver(
  { bytes, previous }: OpenedSecret,
  store: Pick<Store, "settings">,
  now: () => number,
): Promise<boolean> {
  const known = await store.settings.get(fingerprintName);
  if (previous === undefined || known !== secretFingerprint(previous)) return false;
  await store.settings.set(changedName, `${known} ${Math.floor(now())}`);
  await store.settings.set(fingerprintName, secretFingerprint(bytes));
  return true;
}

/**
 * Says what the operator must know where secret, database and images are not of one gateway: what no longer works, and what
 * to do. Asked before the first keys are made. It is said at each start until the old secret is back or the old keys are gone.
 */
export async function secretConcern(
  config: Config,
  secret: OpenedSecret,
  store: Pick<Store, "keys" | "settings" | "resources">,
  now: () => number,
): Promise<string | undefined> {
  if (await changesOver(secret, store, now)) return undefined;
  const { bytes, origin } = secret;
  const fingerprint = secretFingerprint(bytes);
  const known = await store.settings.get(fingerprintName);
  const keys = (await store.keys.all()).length;
  const sealed = (await store.resources.all()).filter(isSealed).length;
  const made = keys + sealed;
  if (known === fingerprint) return undefined;
  if (known !== undefined && config.database.kind === "postgres" && made > 0)
    throw new StartError(
      "PINHOLE_SECRET is not the secret that this database was made with, so none of its keys and credentials would work: set it to that one, or to change over set PINHOLE_SECRET_PREVIOUS to that one beside it",
    );
  const isOther = known !== undefined || (origin === "made" && made > 0);
  // Of a database without one, which an earlier version made, only a secret that is new is known to be another.
  const remembered = isOther && made > 0 ? (known ?? "lost") : fingerprint;
  await store.settings.set(fingerprintName, remembered);
  if (isOther) return otherSecret(config, origin, { keys, sealed });
  return keys === 0 && (await hasImages(config.images.folder)) ? newDatabase(config) : undefined;
}

/** True for an entry whose credentials nothing but the secret opens. */
function isSealed({ secrets }: StoredResource): boolean {
  return Object.keys(secrets).length > 0;
}

function otherSecret(
  { dataFolder }: Config,
  origin: OpenedSecret["origin"],
  { keys, sealed }: { readonly keys: number; readonly sealed: number },
): string {
  const path = join(dataFolder, "secret");
  const what =
    origin === "made"
      ? `the secret in ${path} is gone and a new one was made`
      : `the secret ${origin === "found" ? `in ${path} ` : ""}is not the one that this database was made with`;
  const made = keys === 1 ? "the API key" : `the ${keys} API keys`;
  const credentials = sealed === 0 ? "" : `the credentials of ${sealed} channels, `;
  const lost =
    credentials + (keys === 0 ? "" : `${made} and the admin token that were made here, and `);
  return `${what}: ${lost}the URLs of images that were handed out are no longer good; stop, put the old secret back (${path} or PINHOLE_SECRET) and start again, or go on with the new one: set PINHOLE_ADMIN_TOKEN, make new keys and delete the old ones${sealed === 0 ? "" : ", and set the credentials of the channels again"}`;
}

function newDatabase({ database, images }: Config): string {
  const name = database.kind === "sqlite" ? database.path : "on Postgres";
  return `the database ${name} is new, but ${images.folder} holds images of an earlier one: its keys, records and what was kept for clients cannot be reached; stop, put the database back and start again, or go on: the images expire by themselves`;
}

/** Whether pictures were ever put away there. */
async function hasImages(folder: string): Promise<boolean> {
  if ((await readdir(folder)).some((name) => /^[0-9a-f]{3}$/.test(name))) return true;
  return readdir(join(folder, "kept")).then(
    (names) => names.length > 0,
    () => false,
  );
}
