import { PinholeError } from "../core/errors.ts";

/** Lets so many pieces of work run at once; the rest wait in order. */
export interface Turns {
  /** Throws overloaded where too many wait already. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** A queue in front of at most `runningMax` pieces of work, in which at most `waitingMax` may stand. */
export function createTurns(runningMax: number, waitingMax: number): Turns {
  const waiting: (() => void)[] = [];
  let running = 0;
  return {
    async run(work) {
      if (running < runningMax) running += 1;
      else {
        if (waiting.length >= waitingMax) {
          throw new PinholeError("overloaded", {
            message: "The gateway is converting too many images at once; try again in a moment.",
            retryAfterSeconds: 5,
          });
        }
        // Whoever ends hands its place over, so `running` stays as it is.
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
