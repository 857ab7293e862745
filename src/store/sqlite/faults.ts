import { isDiskFull } from "../../core/disk-fault.ts";
import { PinholeError, asPinholeError } from "../../core/errors.ts";
import type { ErrorCode } from "../../core/errors.ts";

/** SQLite's primary result codes that mean something to an operator (sqlite.org/rescode.html). */
const sqlite = {
  busy: 5,
  locked: 6,
  readonly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
};

/** The primary result code of what node:sqlite threw; undefined for anything else. */
function resultCode(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !("errcode" in thrown)) return undefined;
  // Extended codes keep the primary one in the lowest byte.
  return typeof thrown.errcode === "number" ? thrown.errcode & 0xff : undefined;
}

/** Whether another process, or another connection of this one, has what was asked for. */
export function isTaken(thrown: unknown): boolean {
  const code = resultCode(thrown);
  return code === sqlite.busy || code === sqlite.locked;
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The system's code of a failed file call, such as ENOENT. */
function systemCode(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}

/** The refusal to empty the database's log while somebody reads it: what was deleted may stand in it. */
export function logIsRead(): PinholeError {
  return new PinholeError("overloaded", {
    message:
      "The database's log is being read and keeps what was deleted until that is over; ask once more in a moment.",
  });
}

/** A fault of the set-up, said to the operator at start in one sentence. */
export function openFault(message: string, cause?: unknown): PinholeError {
  return new PinholeError("internal_error", {
    message,
    ...(cause === undefined ? {} : { detail: textOf(cause), cause }),
  });
}

export function storageFull(message: string, cause: unknown): PinholeError {
  return new PinholeError("storage_full", { message, detail: textOf(cause), cause });
}

function fullAtOpen(file: string, cause: unknown): PinholeError {
  return storageFull(`The disk that holds the database ${file} is full; make room on it.`, cause);
}

/** Why the database file could not be opened or prepared, in one sentence that names it. */
export function faultAtOpen(file: string, thrown: unknown): PinholeError {
  if (thrown instanceof PinholeError) return thrown;
  switch (resultCode(thrown)) {
    case sqlite.full:
      return fullAtOpen(file, thrown);
    case sqlite.busy:
    case sqlite.locked:
      return openFault(
        `The database ${file} is locked by another process; stop that process or give this Pinhole its own data folder.`,
        thrown,
      );
    case sqlite.notDatabase:
      return openFault(
        `The file ${file} is not a database; move it away or set database.url to another file.`,
        thrown,
      );
    case sqlite.corrupt:
      return openFault(`The database ${file} is damaged; restore it from a backup.`, thrown);
    case sqlite.readonly:
    case sqlite.cannotOpen:
      return openFault(
        `The database ${file} cannot be written; let Pinhole's user write the file and its folder.`,
        thrown,
      );
    case undefined:
      return faultOfFile(file, thrown);
    default:
      return openFault(`The database ${file} cannot be opened: ${textOf(thrown)}.`, thrown);
  }
}

function faultOfFile(file: string, thrown: unknown): PinholeError {
  if (isDiskFull(thrown)) return fullAtOpen(file, thrown);
  switch (systemCode(thrown)) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return openFault(
        `The database ${file} cannot be written; let Pinhole's user write the file and its folder.`,
        thrown,
      );
    case "ENOENT":
    case "ENOTDIR":
      return openFault(
        `The folder of the database ${file} does not exist; create it or change database.url.`,
        thrown,
      );
    case "EISDIR":
      return openFault(`The database ${file} is a folder; set database.url to a file.`, thrown);
    default:
      return openFault(`The database ${file} cannot be opened: ${textOf(thrown)}.`, thrown);
  }
}

/** A command's failure as those who asked are told: SQL and paths stay in the operator's detail. */
export function faultOfCommand(thrown: unknown): PinholeError {
  if (thrown instanceof PinholeError) return thrown;
  switch (resultCode(thrown)) {
    case sqlite.full:
      return storageFull("The disk that holds the gateway's records is full.", thrown);
    case sqlite.busy:
    case sqlite.locked:
      return new PinholeError("internal_error", {
        message: "The gateway's records were locked by another process for too long.",
        detail: textOf(thrown),
        cause: thrown,
      });
    case undefined:
      return asPinholeError(thrown);
    default:
      return new PinholeError("internal_error", {
        message: "The gateway could not read or write its records.",
        detail: textOf(thrown),
        cause: thrown,
      });
  }
}

/** A `PinholeError` as it crosses from the worker: structured clones of errors lose their class. */
export interface WireFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly param: string | undefined;
  readonly detail: string | undefined;
}

export function toWire({ code, message, param, detail }: PinholeError): WireFault {
  return { code, message, param, detail };
}

export function fromWire({ code, ...fields }: WireFault): PinholeError {
  return new PinholeError(code, fields);
}
