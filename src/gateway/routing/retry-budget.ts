import { createSlidingWindow } from "../../cluster/sliding-window.ts";

/** Retries as a share of the upstream calls of the last ten seconds (DESIGN §6). */
const retryShare = 0.2;
/** Retries in ten seconds that are always allowed: with little traffic a share says nothing. */
export const retriesMin = 10;
/** The budget's window. */
export const retryWindow = { windowMs: 10_000, pieceMs: 1000 };

/**
 * Keeps retries from multiplying an outage: of all attempts after the first, those that a provider
 * may have seen are at most a fifth of traffic, or ten in ten seconds. Attempts after one that was
 * never sent load nobody twice and are not counted.
 */
export interface RetryBudget {
  /** An upstream call begins. */
  call(now: number): void;
  /** True: this retry fits and is counted. */
  tryRetry(now: number): boolean;
}

export function createRetryBudget(): RetryBudget {
  const calls = createSlidingWindow(retryWindow);
  const retries = createSlidingWindow(retryWindow);
  return {
    call: (now) => calls.take(1, now),
    tryRetry(now) {
      const limit = Math.max(retriesMin, Math.floor(calls.used(now) * retryShare));
      if (retries.used(now) + 1 > limit) return false;
      retries.take(1, now);
      return true;
    },
  };
}
