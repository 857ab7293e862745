import { closeSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { integer, record, text } from "../shape.ts";
import { isDiskFull } from "../../core/disk-fault.ts";
import type { PinholeError } from "../../core/errors.ts";
import { isTaken, openFault, storageFull } from "./faults.ts";

/** A process that holds a folder's lock, or held it. */
export interface FolderOwner {
  /** The node's id, new at each start. */
  readonly node: string;
  readonly pid: number;
  /** The name of the machine or container: in containers every owner has the same pid. */
  readonly host: string;
  /** Unix milliseconds. */
  readonly startedAt: number;
}

/** A folder that this process alone works in. */
export interface FolderLock {
  /**
   * The holder before this process. The system frees a lock only with its process, so that one has ended:
   * whatever it left unfinished stays unfinished. Undefined where the folder is new or its note is lost.
   */
  readonly before: FolderOwner | undefined;
  /** Gives the folder back; calling it again does nothing. */
  release(): void;
}

export interface FolderToLock {
  /** A folder that exists. */
  readonly folder: string;
  /** The kind of folder in words and in the lock's name: two kinds may be one folder. */
  readonly kind: "data" | "images";
  /** The settings to change for another folder, named by the sentence that refuses. */
  readonly settings: string;
}

const ownerSchema = record({ node: text, pid: integer, host: text, startedAt: integer });
const fileMode = 0o600;

/**
 * Takes a folder for this process, before anything in it is touched. The lock is an exclusive transaction of an
 * SQLite file that stays empty: the system frees it however the process ends, and nobody has to judge whether
 * a pid is alive. The note beside it says who holds the lock; it is read for words and for `before`, never to decide.
 * Throws a `PinholeError` of one sentence where another process has the folder or the folder takes no locks.
 */
export async function lockFolder(place: FolderToLock, owner: FolderOwner): Promise<FolderLock> {
  const file = join(place.folder, `${place.kind}.lock`);
  const note = `${file}.json`;
  let database: DatabaseSync;
  try {
    database = await openExclusively(file);
  } catch (thrown) {
    throw faultAtLock(place, readOwner(note), thrown);
  }
  try {
    const before = readOwner(note);
    writeOwner(note, owner);
    return { before, release: () => database.isOpen && database.close() };
  } catch (thrown) {
    database.close();
    throw faultAtLock(place, undefined, thrown);
  }
}

async function openExclusively(file: string): Promise<DatabaseSync> {
  // Closing any handle of a file gives up this process's locks on it, so one that exists is not opened by itself.
  if (statSync(file, { throwIfNoEntry: false }) === undefined)
    closeSync(openSync(file, "a", fileMode));
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // Nothing is ever written, so there is nothing to keep in a journal file.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return database;
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** Node's SQLite without the remark of Node 24 that it is experimental, which operators can do nothing about. */
export async function loadSqlite(): Promise<{ readonly DatabaseSync: typeof DatabaseSync }> {
  const warn = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return await import("node:sqlite");
  } finally {
    process.emitWarning = warn;
  }
}

function readOwner(note: string): FolderOwner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(note, "utf8")));
  } catch {
    return undefined;
  }
}

/** Whole or not at all: a power cut must not leave half a note. */
function writeOwner(note: string, owner: FolderOwner): void {
  const partial = `${note}.partial`;
  writeFileSync(partial, `${JSON.stringify(owner)}\n`, { mode: fileMode, flush: true });
  renameSync(partial, note);
}

/** Why a folder could not be locked, in one sentence that names it and, where it is known, who has it. */
function faultAtLock(
  { folder, kind, settings }: FolderToLock,
  owner: FolderOwner | undefined,
  thrown: unknown,
): PinholeError {
  if (isTaken(thrown))
    return openFault(
      `The ${kind} folder ${folder} is in use by another Pinhole${inWords(owner)}; stop that one, or give this one a folder of its own with ${settings}.`,
    );
  if (isDiskFull(thrown))
    return storageFull(
      `The disk of the ${kind} folder ${folder} is full; make room on it.`,
      thrown,
    );
  return openFault(
    `The ${kind} folder ${folder} cannot be locked; let Pinhole's user write in it and have it on a local disk, or choose another with ${settings}.`,
    thrown,
  );
}

function inWords(owner: FolderOwner | undefined): string {
  if (owner === undefined) return "";
  const since = new Date(owner.startedAt).toISOString();
  return ` (process ${owner.pid} on ${owner.host}, since ${since})`;
}
