import type { Channel } from "../../core/channel.ts";
import { createSlidingWindow, minute, type SlidingWindow } from "../../cluster/sliding-window.ts";

type Limits = Channel["limits"];

/** The room of one channel: requests at once, requests and images in a sliding minute. */
export interface ChannelRoom {
  readonly inFlight: number;
  /** From when a call for so many images fits: at most `now`: at once; Infinity: when another call ends, or never. */
  readyAt(images: number, now: number): number;
  /** Only after `readyAt` said so. */
  begin(images: number, now: number): void;
  end(): void;
  /** Ends a call that was never sent: it counts for nothing. */
  cancel(images: number, begunAt: number): void;
  /** Closes the room until then: other nodes have taken it. `endsEarly`: a call that ends here makes room as well. */
  block(until: number, endsEarly: boolean): void;
}

/** `limits` is asked each time: a reload may change them while calls are in flight. */
export function createChannelRoom(limits: () => Limits): ChannelRoom {
  const requests = createSlidingWindow(minute);
  const pictures = createSlidingWindow(minute);
  let inFlight = 0;
  let blocked = { until: 0, endsEarly: false };
  const ended = (): void => {
    inFlight -= 1;
    if (blocked.endsEarly) blocked = { until: 0, endsEarly: false };
  };
  const windowAt = (
    window: SlidingWindow,
    amount: number,
    limit: number | undefined,
    now: number,
  ): number => {
    if (limit === undefined) return now;
    const wait = window.waitMs(amount, limit, now);
    return wait === undefined ? Infinity : now + wait;
  };
  return {
    get inFlight() {
      return inFlight;
    },
    readyAt(images, now) {
      const { concurrency, rpm, ipm } = limits();
      if (concurrency !== undefined && inFlight >= concurrency) return Infinity;
      return Math.max(
        windowAt(requests, 1, rpm, now),
        windowAt(pictures, images, ipm, now),
        blocked.until,
      );
    },
    begin(images, now) {
      const { rpm, ipm } = limits();
      inFlight += 1;
      if (rpm !== undefined) requests.take(1, now);
      if (ipm !== undefined) pictures.take(images, now);
    },
    end: ended,
    cancel(images, begunAt) {
      ended();
      requests.giveBack(1, begunAt);
      pictures.giveBack(images, begunAt);
    },
    block(until, endsEarly) {
      blocked = { until, endsEarly };
    },
  };
}
