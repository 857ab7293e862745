import { PinholeError } from "./errors.ts";

/** The system's codes for a disk, a quota or an inode table without room. */
const fullCodes: readonly string[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** True where a file operation failed for want of room. */
export function isDiskFull(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    "code" in thrown &&
    typeof thrown.code === "string" &&
    fullCodes.includes(thrown.code)
  );
}

/** The error that a client sees where an image finds no room. `detail` is for the operator. */
export function storageFull(detail: string, cause?: unknown): PinholeError {
  return new PinholeError("storage_full", {
    message:
      "This gateway has no room to keep the image; ask its operator to free disk space or raise the quota.",
    detail,
    cause,
  });
}

/** A file operation's failure as `storage_full` where that is what it is, else as it came. */
export function asDiskFault(thrown: unknown): unknown {
  return isDiskFull(thrown) && thrown instanceof Error
    ? storageFull(thrown.message, thrown)
    : thrown;
}
