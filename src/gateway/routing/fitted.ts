import type { Rank } from "./rank.ts";

/** What could serve a request, and what is known of it beforehand. Requests that are fitted alike share it. */
export interface Fitted {
  readonly ranks: readonly Rank[];
  /** The longest that one attempt may take, milliseconds; the deadline of all of them together. */
  readonly totalMs: number;
  /** The dearest worst case among the plans that may be tried, nano-dollars; null where one has no bound. */
  readonly holdNano: number | null;
  /** Bytes to have free before a paid call. */
  readonly roomBytes: number;
}
