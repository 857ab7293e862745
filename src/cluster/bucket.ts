/**
 * The part of a limit that one of several nodes may use while they cannot count together. It fills evenly up to that part
 * and need not be a whole number: a limit of 10 over 3 nodes lets each do 10 in three minutes.
 */
export interface Bucket {
  /** Milliseconds until `amount` may be taken; 0: now. `share`: the node's part of the limit, in a window of so many milliseconds. */
  waitMs(amount: number, share: number, windowMs: number, now: number): number;
  /** Takes an amount, or gives one back where it is negative. More than there is: the next one waits for longer. */
  take(amount: number): void;
}

export function createBucket(level: number, now: number): Bucket {
  let held = level;
  let at = now;
  return {
    waitMs(amount, share, windowMs, asked) {
      // One request must fit, and one of many images too: what it takes too much of is filled again first.
      const capacity = Math.max(1, share);
      const perMs = share / windowMs;
      held = Math.min(capacity, held + Math.max(0, asked - at) * perMs);
      at = Math.max(at, asked);
      const missing = Math.min(amount, capacity) - held;
      // Sums of fractions miss a whole number by less than this.
      return missing <= 1e-6 ? 0 : Math.ceil(missing / perMs);
    },
    take(amount) {
      held -= amount;
    },
  };
}
