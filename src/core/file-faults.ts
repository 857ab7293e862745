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

/** A failed file call's code in words for people: why it failed, and what to do about it. Undefined for codes without words. */
export function fileFaultWords(code: string): readonly [why: string, remedy: string] | undefined {
  return fileFaults[code];
}
