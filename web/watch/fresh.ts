import type { RequestSearch } from "./addresses.ts";
import type { RequestEntry } from "./requests.ts";

/** Time within which nearly all requests end. */
const endsWithinMs = 900_000;

/** The line after which new ones are looked for. What is found by how it ended may come below one that began after it; the lines were read at `readAt`. */
export function freshAfter(
  entries: readonly Pick<RequestEntry, "id" | "created_at">[],
  { state, error, min_ms, max_ms }: RequestSearch,
  readAt: number,
): string | undefined {
  const isByEnd = [state, error, min_ms, max_ms].some((one) => one !== undefined);
  if (!isByEnd) return entries[0]?.id;
  const ended = entries.find(({ created_at: at }) => Date.parse(at) < readAt - endsWithinMs);
  return (ended ?? entries.at(-1))?.id;
}
