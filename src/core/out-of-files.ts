/** The system's codes for a process, and for a machine, that may open no more files or sockets. */
const codes: readonly unknown[] = ["EMFILE", "ENFILE"];

/** The most causes of an error that are followed. */
const depthMax = 5;

/** True where something failed because the process or the machine may open no more files or sockets. */
export function isOutOfFiles(thrown: unknown, depth = 0): boolean {
  if (!(thrown instanceof Error) || depth > depthMax) return false;
  if ("code" in thrown && codes.includes(thrown.code)) return true;
  // All addresses of a name, tried in turn.
  const parts: readonly unknown[] = thrown instanceof AggregateError ? thrown.errors : [];
  return [thrown.cause, ...parts].some((part) => isOutOfFiles(part, depth + 1));
}
