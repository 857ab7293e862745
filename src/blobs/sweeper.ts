import type { BlobStore } from "./types.ts";

export interface SweeperOptions {
  readonly blobs: Pick<BlobStore, "sweep">;
  readonly everyMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A sweep that failed; the next one tries again. */
  readonly onError: (thrown: unknown) => void;
}

/** Forgets expired blobs every so often. Keeps no process alive, and never runs twice at once. */
export function startSweeper(options: SweeperOptions): {
  /** Resolves when the sweep that may be running has ended. */
  stop(): Promise<void>;
} {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= Promise.resolve()
      .then(() => options.blobs.sweep(options.now()))
      .then(() => undefined, options.onError)
      .finally(() => {
        running = undefined;
      });
  }, options.everyMs);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
