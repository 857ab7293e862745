import { monitorEventLoopDelay } from "node:perf_hooks";

/** A measurement of how late this process's timers fire. */
export interface EventLoopWatch {
  /** The mean lateness of the last moments, milliseconds; over several timers, so that one pause is not an overload. */
  delayMs(): number;
  stop(): void;
}

/** Pause between two measurements. */
const resolutionMs = 20;
/** A window shorter than this, or with fewer measurements, is not judged yet: the one before stands. */
const windowMsMin = 500;
const measurementsMin = 5;

/** Starts to measure. `now` in milliseconds. */
export function watchEventLoop(now: () => number): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let since = now();
  let last = 0;
  return {
    delayMs() {
      if (now() - since >= windowMsMin && histogram.count >= measurementsMin) {
        // What is measured includes the pause itself.
        last = Math.max(0, histogram.mean / 1e6 - resolutionMs);
        histogram.reset();
        since = now();
      }
      return last;
    },
    stop: () => void histogram.disable(),
  };
}
