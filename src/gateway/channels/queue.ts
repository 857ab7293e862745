import type { Lease, Wanted } from "./lease.ts";
import type { Timer } from "./timer.ts";

/** The bounds of one call's waiting, and who hears how far it is. */
export interface Waiting {
  /** Unix milliseconds. */
  readonly until: number;
  readonly signal: AbortSignal;
  /** Told its place in the line, from 1: at once, and whenever it is another one. Does not throw. */
  readonly moved?: ((place: number) => void) | undefined;
}

/** Calls that wait for room on one channel, first come first served. How many may, the joiner decides. */
export interface ChannelQueue {
  readonly length: number;
  /** A place at the end, for whoever may have to join twice. */
  place(): number;
  /** Undefined where there is no room until then, the signal is aborted, or the channel cools. */
  join(wanted: Wanted, waiting: Waiting, place?: number): Promise<Lease | undefined>;
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
  readonly moved: Waiting["moved"];
  /** The place in the line that it was told last; 0: none yet. */
  told: number;
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
  const tellPlaces = (): void => {
    for (const [index, waiter] of waiters.entries()) {
      if (waiter.moved === undefined || waiter.told === index + 1) continue;
      waiter.told = index + 1;
      waiter.moved(waiter.told);
    }
  };
  const serve = (isCooling: boolean): void => {
    stopTimer?.();
    stopTimer = undefined;
    for (let first = waiters[0]; first !== undefined; first = waiters[0]) {
      const lease = isCooling ? undefined : parts.begin(first.wanted);
      if (lease === undefined && !isCooling) break;
      first.leave(lease);
    }
    tellPlaces();
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
    join(wanted, { until, signal, moved }, at = place()) {
      const { promise, resolve } = Promise.withResolvers<Lease | undefined>();
      const giveUp = (): void => {
        waiter.leave(undefined);
        tellPlaces();
      };
      const stop = parts.timer(Math.max(0, until - parts.now()), giveUp);
      const waiter: Waiter = {
        wanted,
        place: at,
        moved,
        told: 0,
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
      else tellPlaces();
      return promise;
    },
    serve,
  };
}
