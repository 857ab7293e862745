import type { Cluster, Grant, Taken } from "./cluster.ts";
import { createLocalLimits, unshared } from "./local-limits.ts";

const done: Promise<void> = Promise.resolve();

/** A cluster of one process: counts live in it and begin at zero with it. `now`: milliseconds that never go back. */
export function aloneCluster(now: () => number): Cluster {
  const counts = createLocalLimits();
  return {
    isShared: false,
    standing: { state: "alone", nodes: 1 },
    async take(claims): Promise<Taken> {
      const begunAt = now();
      const refusal = counts.refusal(claims, unshared, begunAt);
      if (refusal !== undefined) return { refusal };
      counts.begin(claims, begunAt);
      let isOpen = true;
      const close = (work: () => void): Promise<void> => {
        if (isOpen) work();
        isOpen = false;
        return done;
      };
      const grant: Grant = {
        end: (images) => close(() => counts.end(claims, images, begunAt, now())),
        cancel: () => close(() => counts.cancel(claims, begunAt)),
      };
      return { grant };
    },
    say: () => undefined,
    hear: () => undefined,
    view: (claim) => counts.view(claim, 1, now()),
    beat: () => done,
    close: () => done,
  };
}
