import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { PinholeError } from "../../../core/errors.ts";
import type { Raster } from "../../../core/picture.ts";
import type { PaintJob, PaintResult } from "./job.ts";
import { moodNames } from "./palette.ts";
import { compositions } from "./words.ts";

export type { PaintJob };

/** The words that a picture may be asked for by. */
export const pictureWords = { moods: moodNames, compositions };

/** A painter that works off the main thread. */
export interface Painter {
  /** Rejects with `PinholeError`: upstream_busy when too much waits, upstream_failed when painting broke. */
  paint(job: PaintJob): Promise<Raster>;
}

/** Jobs that may wait or run at once, over all threads. */
const jobsMax = 512;

interface Waiting {
  resolve(raster: Raster): void;
  reject(error: PinholeError): void;
}

/** One thread and what was asked of it. It does one job at a time, in order. */
interface Hand {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/** Compiled, the worker is a .js file beside this one; run from the sources it is .ts. */
function workerUrl(): URL {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./paint-worker.${extension}`, import.meta.url);
}

function broken(detail: string): PinholeError {
  return new PinholeError("upstream_failed", {
    message: "The sandbox could not paint the picture.",
    detail,
  });
}

/**
 * Threads are started on first use and again after a crash, and never keep the process alive while
 * nothing is being painted. This is the one thing in the sandbox that outlives a request: starting
 * a thread for every picture would cost more than painting it.
 */
export function createPainter(
  handsMax = Math.max(1, Math.min(2, availableParallelism() - 1)),
): Painter {
  const hands = new Set<Hand>();
  let lastId = 0;

  function hire(): Hand {
    const hand: Hand = { worker: new Worker(workerUrl()), waiting: new Map() };
    const lose = (detail: string) => {
      hands.delete(hand);
      for (const job of hand.waiting.values()) job.reject(broken(detail));
      hand.waiting.clear();
    };
    hand.worker.unref();
    hand.worker.on("message", (result: PaintResult) => {
      const job = hand.waiting.get(result.id);
      hand.waiting.delete(result.id);
      if (hand.waiting.size === 0) hand.worker.unref();
      if ("raster" in result) job?.resolve(result.raster);
      else job?.reject(broken(result.failure));
    });
    hand.worker.on("error", (error: unknown) =>
      lose(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    hand.worker.on("exit", (code) => lose(`the painting thread ended with code ${code}`));
    hands.add(hand);
    return hand;
  }

  /** The one with the least to do; another is hired only when all are busy. */
  function freeHand(): Hand {
    const [first] = [...hands].toSorted((one, two) => one.waiting.size - two.waiting.size);
    if (first !== undefined && (first.waiting.size === 0 || hands.size >= handsMax)) return first;
    return hire();
  }

  return {
    async paint(job) {
      const waiting = [...hands].reduce((sum, hand) => sum + hand.waiting.size, 0);
      if (waiting >= jobsMax) {
        throw new PinholeError("upstream_busy", {
          message: "The sandbox has too many pictures to paint; try again later.",
        });
      }
      const hand = freeHand();
      const id = ++lastId;
      return new Promise<Raster>((resolve, reject) => {
        // First, since a job that cannot be sent must not be waited for; the answer comes later in any case.
        hand.worker.postMessage({ id, job });
        hand.waiting.set(id, { resolve, reject });
        hand.worker.ref();
      });
    },
  };
}
