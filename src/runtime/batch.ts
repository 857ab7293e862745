/**
 * Work of one kind that comes in by single events, done in a row once a turn of the event loop: what runs
 * for many requests one after the other finds its code in the processor's caches, which what runs in
 * between would have driven out. What awaits in it goes on in step: the first part of each, then the
 * second part of each (docs/decisions/0014-batches.md has what was measured).
 */
export class Batch {
  #waiting: (() => void)[] = [];

  /** Calls `work` in this turn of the event loop, after the events that are in already. A throw of it is an uncaught exception. */
  add(work: () => void): void {
    if (this.#waiting.push(work) === 1) setImmediate(this.#run);
  }

  readonly #run = (): void => {
    const batch = this.#waiting.splice(0, batchMax);
    if (this.#waiting.length > 0) setImmediate(this.#run);
    let done = 0;
    try {
      for (const work of batch) {
        done += 1;
        work();
      }
    } finally {
      // A throw ends its own work only; the rest of the batch is put off.
      for (const work of batch.slice(done)) this.add(work);
    }
  };
}

/** So that events are looked at in between, and what a batch works on stays small. */
const batchMax = 64;
