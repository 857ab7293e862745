import type { ReadableSpan, SpanProcessor } from "@opentelemetry/sdk-trace";

/** Spans that wait for the collector; with more of them the newest are dropped. */
const waitingMax = 4096;
/** Spans of one message. */
const batchMax = 512;

/** A message that a collector will never take, as opposed to one that it could not take now. */
export class RefusedBatch extends Error {
  override readonly name = "RefusedBatch";
}

/** Sends one message; rejects where the collector did not take it. */
export type SendSpans = (spans: readonly ReadableSpan[]) => Promise<void>;

/** The queue between those who end spans and the collector. Nobody ever waits for it. */
export class SpanQueue implements SpanProcessor {
  readonly #send: SendSpans;
  readonly #onAway: (thrown: unknown) => void;
  #waiting: ReadableSpan[] = [];
  #dropped = 0;
  #isAway = false;

  /** `onAway` is told once when the collector stops taking spans. */
  constructor(send: SendSpans, onAway: (thrown: unknown) => void) {
    this.#send = send;
    this.#onAway = onAway;
  }

  get dropped(): number {
    return this.#dropped;
  }

  onStart(): void {
    // Only what has ended is sent.
  }

  onEnd(span: ReadableSpan): void {
    if (this.#waiting.length >= waitingMax) this.#dropped += 1;
    else this.#waiting.push(span);
  }

  /** Sends all that waits. What the collector cannot take now waits for the next time. */
  async forceFlush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, batchMax);
      try {
        await this.#send(batch);
        this.#isAway = false;
      } catch (thrown) {
        if (!this.#isAway) this.#onAway(thrown);
        this.#isAway = true;
        if (!(thrown instanceof RefusedBatch)) return;
        this.#dropped += batch.length;
      }
      this.#waiting.splice(0, batch.length);
    }
  }

  /** Sends a last time, unless the collector was away just before. */
  async shutdown(): Promise<void> {
    if (!this.#isAway) await this.forceFlush();
    this.#dropped += this.#waiting.length;
    this.#waiting = [];
  }
}
