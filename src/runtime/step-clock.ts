/** A step that an exchange waits for. */
export type Step = "connection" | "head" | "body";

/** The longest delay that a timer takes. */
const timerMax = 2_147_483_647;

/** The times of an exchange: one for the step under way, one over all. Milliseconds of `performance.now()`. */
export class StepClock {
  readonly #onExpired: (expired: Step | "all") => void;
  #step: Step = "connection";
  #stepEnd = Number.POSITIVE_INFINITY;
  #end = Number.POSITIVE_INFINITY;
  /** One timer for all, since a step mostly ends long before its time: it is moved only where it would ring late. */
  #timer: NodeJS.Timeout | undefined;
  #timerAt = 0;

  /** `onExpired` is called once, with what has taken too long. */
  constructor(onExpired: (expired: Step | "all") => void) {
    this.#onExpired = onExpired;
  }

  /** Waits for the connection until `connected`, and for everything until `end`. */
  start(connected: number, end: number): void {
    this.#end = end;
    this.await("connection", connected);
  }

  /** Waits for the next step, until then at most. */
  await(step: Step, until: number): void {
    this.#step = step;
    this.#stepEnd = until;
    const at = Math.min(until, this.#end);
    if (this.#timer !== undefined && this.#timerAt <= at) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(this.#ring, Math.min(Math.ceil(at - performance.now()), timerMax));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  readonly #ring = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    if (now >= this.#end) this.#onExpired("all");
    else if (now >= this.#stepEnd) this.#onExpired(this.#step);
    else this.await(this.#step, this.#stepEnd);
  };
}
