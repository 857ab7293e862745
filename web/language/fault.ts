import { ApiError } from "../api/ask.ts";
import type { Words } from "./en.ts";

/** A fault as the reader is told: a sentence of their language where there is one, and the gateway's own where that says more. */
export interface FaultTelling {
  readonly title: string;
  readonly original: string | undefined;
}

/** A fault of the gateway in the reader's language: its sentence where that is known, else the meaning of its code with the sentence after it. */
export function faultTelling(
  { told, problems }: Words,
  { code, message }: { readonly code: string; readonly message: string },
): FaultTelling {
  const said = told(message);
  const meaning = problems.codes[code];
  if (said !== undefined || meaning === undefined)
    return { title: said ?? message, original: undefined };
  return { title: meaning, original: message };
}

/** One line for what was thrown. */
export function faultLine(words: Words, thrown: unknown): string {
  if (thrown instanceof ApiError) return faultTelling(words, thrown).title;
  return thrown instanceof Error ? thrown.message : String(thrown);
}
