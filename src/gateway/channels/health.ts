import { createSlidingWindow } from "../../cluster/sliding-window.ts";

/** Failures in a row after which nothing more is sent for a while. */
export const failuresInRowMax = 5;
/**
 * Ejected too where at least this share of the last minute's attempts failed, and there were at least
 * so many. With a half, chance would let a channel that fails half of the time linger.
 */
const failedShareMax = 0.3;
const attemptsForShareMin = 10;
const coolFirstMs = 30_000;
/** The first cooling of what could not be reached. */
const unreachableFirstMs = 1000;
const coolMaxMs = 600_000;
/** The share of a cooling that may be added at random, so that what failed together is not tried again together. */
const jitterShare = 0.2;
/** A provider that asks for no wait at all is given this one. */
const retryAfterMinMs = 1000;
const recent = { windowMs: 60_000, pieceMs: 1000 };

export type HealthState = "healthy" | "cooling" | "half_open";

/** The verdict of an attempt that failed without a word of the provider's. */
interface Failed {
  readonly kind: "failed";
  readonly why: string;
  /** True where nothing could be sent: it costs nothing to look again soon, as for a server that is started anew. */
  readonly isUnreachable: boolean;
}

/** A word about the health of what an attempt used. */
export type Verdict =
  /** A channel that works, also where it refused the caller's own mistake. */
  | { readonly kind: "good" }
  /** A failure of the channel; several of these eject it. */
  | Failed
  /** The provider said no: cools at once, as long as it asked for. */
  | { readonly kind: "refused"; readonly why: string; readonly retryAfterMs: number | undefined }
  /** No word either way: the attempt was cancelled, or the fault was the gateway's own. */
  | { readonly kind: "neutral" };

/** An attempt under way, as the health that it was begun under knows it. */
export interface HealthPass {
  readonly epoch: number;
  /** True of the one attempt that shows whether what cooled works again. */
  readonly isProbe: boolean;
}

/** Times are of the clock that the health was given; those of a channel's view are Unix milliseconds. */
export interface HealthView {
  readonly state: HealthState;
  /** Why it cools or is half open; undefined: healthy. */
  readonly why: string | undefined;
  readonly since: number;
  /** When the next real request may probe it; undefined: healthy, or the probe is under way. */
  readonly nextProbe: number | undefined;
  /** Of the last minute. */
  readonly succeeded: number;
  readonly failed: number;
}

export interface HealthChange {
  readonly from: HealthState;
  readonly to: HealthState;
  readonly why: string | undefined;
  /** Set where it cools. */
  readonly until: number | undefined;
  /** Ejections since it was last healthy. */
  readonly ejections: number;
  /** True: another node has told of it. */
  readonly isHeard: boolean;
}

/** The health of the same thing as another node has found it. */
export type HeardHealth =
  | { readonly to: "healthy" }
  | {
      readonly to: "cooling";
      readonly why: string;
      readonly until: number;
      readonly ejections: number;
    };

/**
 * The health of one thing that can fail by itself: a channel, a credential, a model on a channel. A
 * state machine whose time and randomness come in from outside:
 * healthy → (5 failures in a row, a third of a minute's attempts, or a refusal) → cooling
 * → (time) → half open: one real request → healthy, or cooling twice as long.
 */
export interface Health {
  /** From when it may be used: at most `now` where that is at once, Infinity while its probe is under way. */
  readyAt(now: number): number;
  /** An attempt begins. Half open, it is the probe. */
  begin(now: number): HealthPass;
  end(pass: HealthPass, verdict: Verdict, now: number): void;
  /** Takes over the state that another node has found; attempts of before say nothing about it. */
  hear(heard: HeardHealth, now: number): void;
  /** Another node has its probe under way: it is left alone until then. */
  leaveAlone(until: number): void;
  view(now: number): HealthView;
}

interface Cooling {
  readonly why: string;
  until: number;
}

class HealthMachine implements Health {
  readonly #random: () => number;
  readonly #onChange: (change: HealthChange) => void;
  /** For people: all of the last minute. */
  readonly #seen = { good: createSlidingWindow(recent), bad: createSlidingWindow(recent) };
  /** For the share: of that, what came after the last change of state. */
  #judged = { good: createSlidingWindow(recent), bad: createSlidingWindow(recent) };
  #cooling: Cooling | undefined;
  #halfOpen = false;
  #probe: HealthPass | undefined;
  /**
   * The pass of all attempts of an epoch but a probe. The epoch grows with every ejection and recovery:
   * an attempt begun before one says nothing about what came after.
   */
  #pass: HealthPass = { epoch: 0, isProbe: false };
  #failuresInRow = 0;
  /** Ejections since it was last healthy. */
  #ejections = 0;
  #since: number;

  constructor(now: number, random: () => number, onChange: (change: HealthChange) => void) {
    this.#since = now;
    this.#random = random;
    this.#onChange = onChange;
  }

  readyAt(now: number): number {
    this.#open(now);
    if (this.#cooling === undefined) return now;
    if (!this.#halfOpen) return this.#cooling.until;
    return this.#probe === undefined ? now : Infinity;
  }

  begin(now: number): HealthPass {
    this.#open(now);
    if (!this.#halfOpen || this.#probe !== undefined) return this.#pass;
    this.#probe = { epoch: this.#pass.epoch, isProbe: true };
    return this.#probe;
  }

  end(pass: HealthPass, verdict: Verdict, now: number): void {
    if (this.#probe === pass) this.#probe = undefined;
    if (verdict.kind === "neutral") return;
    const isCurrent = pass.epoch === this.#pass.epoch;
    if (verdict.kind === "good") {
      this.#seen.good.take(1, now);
      this.#judged.good.take(1, now);
      if (this.#cooling === undefined) this.#failuresInRow = 0;
      else if (isCurrent) this.#recover(now);
      return;
    }
    this.#seen.bad.take(1, now);
    if (this.#cooling !== undefined && !isCurrent) this.#extend(this.#cooling, verdict, now);
    else if (this.#cooling !== undefined || verdict.kind === "refused") this.#eject(verdict, now);
    else if (isCurrent) this.#count(verdict, now);
  }

  hear(heard: HeardHealth, now: number): void {
    const from = this.#state();
    if (heard.to === "healthy") {
      if (this.#cooling !== undefined) this.#recover(now, true);
      return;
    }
    const { why, until } = heard;
    if (until <= Math.max(now, this.#halfOpen ? 0 : (this.#cooling?.until ?? 0))) return;
    this.#cooling = { why, until };
    this.#ejections = Math.max(this.#ejections, heard.ejections);
    this.#failuresInRow = 0;
    this.#begin(now);
    if (from !== "cooling") this.#tell({ from, to: "cooling", why, until }, true);
  }

  leaveAlone(until: number): void {
    if (this.#cooling === undefined || this.#probe !== undefined) return;
    this.#cooling.until = Math.max(this.#cooling.until, until);
    this.#halfOpen = false;
  }

  #tell(change: Omit<HealthChange, "ejections" | "isHeard">, isHeard = false): void {
    this.#onChange({ ...change, ejections: this.#ejections, isHeard });
  }

  view(now: number): HealthView {
    this.#open(now);
    const probing = this.#probe !== undefined;
    return {
      state: this.#state(),
      why: this.#cooling?.why,
      since: this.#since,
      nextProbe: probing ? undefined : this.#cooling?.until,
      succeeded: this.#seen.good.used(now),
      failed: this.#seen.bad.used(now),
    };
  }

  #state(): HealthState {
    if (this.#cooling === undefined) return "healthy";
    return this.#halfOpen ? "half_open" : "cooling";
  }

  /** Time alone ends the cooling: seen by whoever asks next. */
  #open(now: number): void {
    const cooling = this.#cooling;
    if (cooling === undefined || this.#halfOpen || now < cooling.until) return;
    this.#halfOpen = true;
    this.#since = cooling.until;
    this.#tell({ from: "cooling", to: "half_open", why: cooling.why, until: undefined });
  }

  #count(verdict: Failed, now: number): void {
    this.#failuresInRow += 1;
    this.#judged.bad.take(1, now);
    if (this.#failuresInRow >= failuresInRowMax) {
      const why = `${this.#failuresInRow} failures in a row, the last: ${verdict.why}`;
      this.#eject({ ...verdict, why }, now);
      return;
    }
    const bad = this.#judged.bad.used(now);
    const all = bad + this.#judged.good.used(now);
    if (all < attemptsForShareMin || bad < all * failedShareMax) return;
    const why = `${bad} of ${all} attempts of the last minute failed, the last: ${verdict.why}`;
    this.#eject({ ...verdict, why }, now);
  }

  #eject(verdict: Exclude<Verdict, { readonly kind: "good" | "neutral" }>, now: number): void {
    const from = this.#state();
    const coolMs = this.#coolMs(verdict);
    this.#cooling = { why: verdict.why, until: now + coolMs };
    this.#ejections += 1;
    this.#failuresInRow = 0;
    this.#begin(now);
    this.#tell({ from, to: "cooling", why: verdict.why, until: now + coolMs });
  }

  /** Counts a failure of an attempt that was under way at the ejection: only a refusal knows something new. */
  #extend(cooling: Cooling, verdict: Verdict, now: number): void {
    if (verdict.kind !== "refused" || this.#halfOpen) return;
    cooling.until = Math.max(cooling.until, now + (this.#asked(verdict) ?? 0));
  }

  #recover(now: number, isHeard = false): void {
    const from = this.#state();
    this.#cooling = undefined;
    this.#ejections = 0;
    this.#failuresInRow = 0;
    this.#begin(now);
    this.#tell({ from, to: "healthy", why: undefined, until: undefined }, isHeard);
  }

  #begin(now: number): void {
    this.#halfOpen = false;
    this.#probe = undefined;
    this.#pass = { epoch: this.#pass.epoch + 1, isProbe: false };
    this.#since = now;
    // What led here has been answered; counted again it would eject at the first failure after.
    this.#judged = { good: createSlidingWindow(recent), bad: createSlidingWindow(recent) };
  }

  #asked(verdict: Verdict): number | undefined {
    if (verdict.kind !== "refused" || verdict.retryAfterMs === undefined) return undefined;
    return Math.max(retryAfterMinMs, verdict.retryAfterMs);
  }

  #coolMs(verdict: Verdict): number {
    const isUnreachable = verdict.kind === "failed" && verdict.isUnreachable;
    const firstMs = isUnreachable ? unreachableFirstMs : coolFirstMs;
    const doubled = Math.min(coolMaxMs, firstMs * 2 ** this.#ejections);
    const jitter = 1 + this.#random() * jitterShare;
    // The provider's own word is kept to the millisecond and never shortened.
    return this.#asked(verdict) ?? Math.min(coolMaxMs, Math.round(doubled * jitter));
  }
}

/** Healthy from `now` on. `onChange` is called at every change of state, as soon as anybody asks. */
export function createHealth(
  now: number,
  random: () => number,
  onChange: (change: HealthChange) => void,
): Health {
  return new HealthMachine(now, random, onChange);
}
