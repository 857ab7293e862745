import { PinholeError } from "../core/errors.ts";

/** A thing that the operator must change before the gateway can run; `message` is the one line to print. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** Failed file calls by their code: why, and what to do about it. */
const fileFaults: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  EACCES: ["Pinhole's user has no right to it", "give it to that user"],
  EPERM: ["Pinhole's user has no right to it", "give it to that user"],
  EROFS: ["its disk is read-only", "mount the disk for writing"],
  EEXIST: ["a file lies where a folder is due", "move the file away"],
  ENOTDIR: ["a file lies where a folder is due", "move the file away"],
  EISDIR: ["a folder lies where a file is due", "move the folder away"],
  ENOENT: ["it, or a folder on the way to it, is not there", "make it"],
  ELOOP: ["links on the way to it lead in a circle", "mend the links"],
  ENAMETOOLONG: ["its path is longer than the system takes", "choose a shorter one"],
  ENOSPC: ["its disk is full", "make room on it"],
  EDQUOT: ["its disk's quota is used up", "make room in it"],
  EIO: ["its disk fails", "check the disk"],
  EMFILE: ["this process may open no more files", "raise its limit (ulimit -n)"],
  ENFILE: ["the system has too many files open", "close some, or raise the system's limit"],
};

/**
 * Any failure of a start as one sentence for the operator: a file call's bare code and name say nothing to
 * those who do not know the system's calls. `remedy`: what else may be done, such as which setting leads elsewhere.
 */
export function asStartFault(thrown: unknown, remedy?: string): unknown {
  if (thrown instanceof StartError || thrown instanceof PinholeError) return thrown;
  const { code, path } = fileCallOf(thrown);
  const words = code === undefined ? undefined : fileFaults[code];
  if (words === undefined || path === undefined) return thrown;
  const [why, first] = words;
  const then = remedy === undefined ? first : `${first}, or ${remedy}`;
  return new StartError(`${path} cannot be used: ${why}; ${then}`, { cause: thrown });
}

/** The code and the path of a failed file call. */
function fileCallOf(thrown: unknown): Readonly<Record<"code" | "path", string | undefined>> {
  const { code, path } = thrown instanceof Error ? (thrown as NodeJS.ErrnoException) : {};
  return { code, path };
}
