import type { Lease, Wanted } from "./lease.ts";
import type { Timer } from "./timer.ts";

/** Calls that wait for room on one channel, first come first served. How many may, the joiner decides. */
export interface ChannelQueue {
  readonly length: number;
  /** A place at the end, for whoever may have to join twice. */
  place(): number;
  /** Undefined where there is no room until then (Unix milliseconds), the signal is aborted, or the channel cools. */
  join(
    wanted: Wanted,
    until: number,
    signal: AbortSignal,
    place?: number,
  ): Promise<Lease | undefined>;
  /** Looks again whether the first ones can begin; sends all away where the channel cools. */
  serve(isCooling: boolean): void;
}

export interface ChannelQueueParts {
  readonly now: () => number;
  readonly timer: Timer;
  /** Undefined: still no room. */
  begin(wanted: Wanted): Lease | undefined;
  /** From when so many images find room; Infinity: when something else ends. */
  roomAt(images: number): number;
}

interface Waiter {
  readonly wanted: Wanted;
  readonly place: number;
  leave(lease: Lease | undefined): void;
}

export function createChannelQueue(parts: ChannelQueueParts): ChannelQueue {
  /** By their places. */
  const waiters: Waiter[] = [];
  let places = 0;
  const place = (): number => (places += 1);
  let stopTimer: (() => void) | undefined;
  const remove = (waiter: Waiter): void => {
    const index = waiters.indexOf(waiter);
    if (index !== -1) waiters.splice(index, 1);
  };
  const serve = (isCooling: boolean): void => {
    stopTimer?.();
    stopTimer = undefined;
    for (let first = waiters[0]; first !== undefined; first = waiters[0]) {
      const lease = isCooling ? undefined : parts.begin(first.wanted);
      if (lease === undefined && !isCooling) break;
      first.leave(lease);
    }
    const [first] = waiters;
    if (first === undefined) return;
    const at = parts.roomAt(first.wanted.images);
    if (at === Infinity) return;
    stopTimer = parts.timer(Math.max(1, at - parts.now()), () => serve(false));
  };
  return {
    get length() {
      return waiters.length;
    },
    place,
    join(wanted, until, signal, at = place()) {
      const { promise, resolve } = Promise.withResolvers<Lease | undefined>();
      const giveUp = (): void => waiter.leave(undefined);
      const stop = parts.timer(Math.max(0, until - parts.now()), giveUp);
      const waiter: Waiter = {
        wanted,
        place: at,
        leave(lease) {
          remove(waiter);
          stop();
          signal.removeEventListener("abort", giveUp);
          resolve(lease);
        },
      };
      signal.addEventListener("abort", giveUp);
      const next = waiters.findIndex((one) => one.place > at);
      waiters.splice(next === -1 ? waiters.length : next, 0, waiter);
      if (signal.aborted) giveUp();
      return promise;
    },
    serve,
  };
}
