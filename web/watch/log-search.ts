import { useMemo } from "react";
import { type LogSearch, type Range, type RequestSearch, rangeDefault } from "./addresses.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;
const rangeMs: Readonly<Record<Range, number>> = {
  "24h": dayMs,
  "7d": 7 * dayMs,
  "30d": 30 * dayMs,
  all: 400 * dayMs,
};

/** The filter that an address stands for: a chosen span of time, or the last so many days. */
export function useFilter(search: LogSearch): RequestSearch {
  const { range, open: _, ...asked } = search;
  const words = JSON.stringify(asked);
  return useMemo(() => {
    const filter = JSON.parse(words) as RequestSearch;
    if (filter.from !== undefined || filter.to !== undefined) return filter;
    // Whole minutes, so that an answer can be used again.
    const now = Math.floor(Date.now() / minuteMs) * minuteMs;
    return { ...filter, from: new Date(now - rangeMs[range ?? rangeDefault]).toISOString() };
  }, [words, range]);
}

/** The span of time that is chosen in an address. */
export function rangeOf({ range, from, to }: LogSearch): Range | "chosen" {
  return from === undefined && to === undefined ? (range ?? rangeDefault) : "chosen";
}
