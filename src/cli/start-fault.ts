import { PinholeError } from "../core/errors.ts";

/** A failed start, or a command that works on the data of a gateway, as one line for the operator. */
export function startFault(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const detail = error instanceof PinholeError ? error.detail?.split("\n", 1)[0] : undefined;
  const text = detail === undefined ? error.message : `${error.message} (${detail})`;
  return text.replace(/\s+/g, " ");
}
