/** The length of a window and of the pieces it slides by, milliseconds. */
export interface WindowSpan {
  readonly windowMs: number;
  readonly pieceMs: number;
}

/** A minute that slides by the second. */
export const minute: WindowSpan = { windowMs: 60_000, pieceMs: 1000 };
/** A day that slides by five minutes. */
export const day: WindowSpan = { windowMs: 86_400_000, pieceMs: 300_000 };

/**
 * Counts what happened in the last window. Counts are kept a piece of the window each, and a piece
 * counts until the last of it is outside: a limit is never exceeded in any window, and room comes back at
 * most one piece late. The limit is given with each question, since a setting may change while the
 * counts live on. Times are Unix milliseconds.
 */
export interface SlidingWindow {
  used(now: number): number;
  take(amount: number, now: number): void;
  /** Undoes a `take` of that time, as far as it still counts. */
  giveBack(amount: number, takenAt: number): void;
  /** Milliseconds until `amount` fits below the limit; 0: now; undefined: it is larger than the limit. */
  waitMs(amount: number, limit: number, now: number): number | undefined;
  /** Milliseconds until nothing counts any more. */
  resetMs(now: number): number;
  /** All that counts, oldest first. */
  pieces(now: number): readonly Piece[];
}

/** A piece of a window: what happened from its start on, the last of it then. */
export interface Piece {
  readonly start: number;
  readonly lastAt: number;
  readonly count: number;
}

export function createSlidingWindow({ windowMs, pieceMs }: WindowSpan): SlidingWindow {
  /** Oldest first; only those that are not empty. */
  const pieces: { start: number; lastAt: number; count: number }[] = [];
  let total = 0;
  const expiry = (piece: Piece): number => piece.lastAt + windowMs;
  const forget = (now: number): void => {
    let oldest = pieces[0];
    while (oldest !== undefined && expiry(oldest) <= now) {
      total -= oldest.count;
      pieces.shift();
      oldest = pieces[0];
    }
  };
  return {
    used(now) {
      forget(now);
      return total;
    },
    take(amount, now) {
      forget(now);
      const newest = pieces.at(-1);
      // A clock that was set back counts into the newest piece instead of making an older one.
      const start = Math.max(newest?.start ?? 0, now - (now % pieceMs));
      if (newest?.start === start) {
        newest.count += amount;
        newest.lastAt = Math.max(newest.lastAt, now);
      } else pieces.push({ start, lastAt: now, count: amount });
      total += amount;
    },
    giveBack(amount, takenAt) {
      const piece = pieces.findLast(({ start }) => start <= takenAt);
      if (piece === undefined) return;
      const given = Math.min(amount, piece.count);
      piece.count -= given;
      total -= given;
    },
    waitMs(amount, limit, now) {
      if (amount > limit) return undefined;
      forget(now);
      let excess = total + amount - limit;
      if (excess <= 0) return 0;
      for (const piece of pieces) {
        excess -= piece.count;
        if (excess <= 0) return expiry(piece) - now;
      }
      return 0;
    },
    resetMs(now) {
      forget(now);
      const last = pieces.findLast(({ count }) => count > 0);
      return last === undefined ? 0 : expiry(last) - now;
    },
    pieces(now) {
      forget(now);
      return pieces.filter(({ count }) => count > 0);
    },
  };
}
