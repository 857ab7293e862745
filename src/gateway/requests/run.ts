import { asPinholeError, errorRow } from "../../core/errors.ts";
import type { GatewayLog } from "../../core/log.ts";
import type { Store } from "../../store/store.ts";
import type { ImageOutcome } from "../delivery/outcome.ts";
import type { OrphanMarks } from "./orphan-marks.ts";
import type { RepeatWindow } from "./repeat-window.ts";

/** A client's end of one answer. */
export interface Client {
  /**
   * Calls back when the connection is done with the answer: `sent` whole, or `gone` before. `gone`
   * may follow `sent` shortly after, where the connection broke so soon that the answer may not have
   * been read. `stopped`: the person wants it no more, and has said so. Calls back at once where it is over already.
   */
  onEnd(listener: (end: ClientEnd) => void): void;
}

export type ClientEnd = "sent" | "gone" | "stopped";

/** The facts that tell requests apart. */
export interface RunFacts {
  readonly id: string;
  readonly keyId: string;
  readonly fingerprint: string;
  readonly idempotencyKey: string | undefined;
}

/** The run of a request as its own work sees it. */
export interface RunControl {
  /** True while nobody waits for the answer: what runs is finished, nothing more is attempted. */
  clientGone(): boolean;
  /** The signal that is aborted once the last who waited has stopped the request, which is more than going away. */
  stopped(): AbortSignal;
  /** The request's record has been written: from here on money may be spent. */
  begun(): void;
  /** The error that the request will end in may have been billed: equal requests are answered from it for a while. */
  doubtful(): void;
  /** The pictures are being put where other nodes read them; never rejects. */
  keeping(work: Promise<unknown>): void;
  /** The outcome is being written; no answer waits for it. */
  settling(work: Promise<unknown>): void;
}

/** A request's work, detached from the connection that asked for it. */
export interface RunWork {
  make(control: RunControl): Promise<ImageOutcome>;
  /** Called once, when no answer needs the pictures any more: what must outlive the spool is put away. */
  keep(outcome: ImageOutcome): Promise<void>;
  /** The client wants nothing kept: whatever was put away is deleted. */
  discard(outcome: ImageOutcome): Promise<void>;
  dispose(): void;
}

/** One request in this process, from its first byte read until nobody needs its spool. */
export interface Run {
  readonly id: string;
  readonly fingerprint: string;
  readonly outcome: Promise<ImageOutcome>;
  /** The outcome is known. */
  over(): boolean;
  /** Resolves when the outcome, which is known, is in its record. */
  written(): Promise<void>;
  /** One more answer is made of it; its spool stays until this client is done with it. */
  attach(client: Client): void;
  /** True while nobody waits for the outcome and no retry has taken the run. */
  orphaned(): boolean;
  discard(): Promise<void>;
}

const nothingToKeep: Promise<void> = Promise.resolve();

/** The parts that runs work with. */
export interface RunParts {
  readonly store: Pick<Store, "requests">;
  readonly repeats: RepeatWindow;
  readonly marks: OrphanMarks;
  readonly log: GatewayLog;
  readonly now: () => number;
}

/** A run as the registry has it. */
export class LiveRun implements Run, RunControl {
  readonly facts: RunFacts;
  readonly work: RunWork;
  readonly #parts: RunParts;
  readonly #forget: (run: LiveRun) => void;
  #attached = 0;
  #orphaned = false;
  #begun = false;
  #over = false;
  /** Undefined while it runs, and where it failed. */
  #made: ImageOutcome | undefined;
  /** Set once; undefined until nobody needed the spool for the first time. */
  #kept: Promise<void> | undefined;
  #keeping: Promise<unknown> | undefined;
  #settling: Promise<unknown> | undefined;
  #closing = false;
  #discarded = false;
  /** True where the outcome may be given to nobody who comes later. */
  #dead = false;
  #doubtful = false;
  /** Undefined until somebody asks for it. */
  #stop: AbortController | undefined;
  #isStopped = false;
  #outcome: Promise<ImageOutcome> | undefined;

  /** `forget` is called once, when nobody needs the run any more. */
  constructor(parts: RunParts, facts: RunFacts, work: RunWork, forget: (run: LiveRun) => void) {
    this.#parts = parts;
    this.#forget = forget;
    this.facts = facts;
    this.work = work;
  }

  get id(): string {
    return this.facts.id;
  }

  get fingerprint(): string {
    return this.facts.fingerprint;
  }

  get outcome(): Promise<ImageOutcome> {
    if (this.#outcome === undefined) throw new Error("a run is shown before it was begun");
    return this.#outcome;
  }

  /** True where those who come later may be answered from here. */
  get isShown(): boolean {
    return !this.#dead && !this.#discarded;
  }

  run(): void {
    this.#outcome = this.work.make(this);
    // Listened to first, so that the run is over before anybody who waits for its outcome goes on.
    this.#outcome.then(
      (outcome) => {
        this.#made = outcome;
        this.#end();
      },
      (thrown: unknown) => {
        const error = asPinholeError(thrown);
        this.#dead = errorRow(error.code).shouldRetry || !this.#begun;
        if (this.#doubtful && !this.#dead) {
          const { id, keyId, fingerprint } = this.facts;
          this.#parts.repeats.failed(keyId, fingerprint, id, error);
        }
        this.#end();
      },
    );
  }

  clientGone(): boolean {
    return this.#attached === 0;
  }

  stopped(): AbortSignal {
    this.#stop ??= new AbortController();
    if (this.#isStopped) this.#stop.abort();
    return this.#stop.signal;
  }

  begun(): void {
    this.#begun = true;
    if (this.#orphaned) this.#writeOrphan();
  }

  doubtful(): void {
    this.#doubtful = true;
  }

  keeping(work: Promise<unknown>): void {
    this.#keeping = work;
  }

  settling(work: Promise<unknown>): void {
    this.#settling = work;
  }

  over(): boolean {
    return this.#over;
  }

  async written(): Promise<void> {
    await this.#settling;
  }

  orphaned(): boolean {
    return this.#orphaned;
  }

  attach(client: Client): void {
    this.#attached += 1;
    if (this.#orphaned) this.#setOrphaned(false);
    let waiting = true;
    client.onEnd((end) => {
      if (waiting) this.#attached -= 1;
      waiting = false;
      if (end !== "sent" && this.#attached === 0) this.#setOrphaned(true);
      if (end === "stopped" && this.#attached === 0) {
        this.#isStopped = true;
        this.#stop?.abort();
      }
      this.#close();
    });
  }

  async discard(): Promise<void> {
    this.#discarded = true;
    // What still runs discards its pictures when it has made them.
    if (!this.#over) return;
    this.#kept ??= this.#keep();
    await this.#kept;
    if (this.#made !== undefined) await this.#remove(this.#made);
  }

  #end(): void {
    this.#over = true;
    this.#close();
  }

  #setOrphaned(orphaned: boolean): void {
    this.#orphaned = orphaned;
    const { keyId, fingerprint, idempotencyKey } = this.facts;
    // A client that sends such keys comes back with its key.
    if (orphaned && idempotencyKey === undefined) this.#parts.repeats.left(keyId, fingerprint);
    // Before that there is no row; `begun` writes it then.
    if (this.#begun && !this.#dead) this.#writeOrphan();
  }

  #writeOrphan(): void {
    const { store, marks, now } = this.#parts;
    const { id, keyId, fingerprint } = this.facts;
    const mark = store.requests
      .orphan(id, this.#orphaned ? now() : null)
      .catch((thrown: unknown) =>
        this.#logFault(thrown, "it could not be written that a request's client has gone"),
      );
    marks.writing(keyId, fingerprint, mark);
  }

  /** Puts the pictures away and forgets the request, once it is over and no answer needs it. */
  #close(): void {
    if (this.#over && this.#attached === 0 && !this.#closing) void this.#putAway();
  }

  async #putAway(): Promise<void> {
    this.#closing = true;
    try {
      this.#kept ??= this.#keep();
      await this.#kept;
      await this.#settling;
    } catch (thrown) {
      this.#logFault(thrown, "a request's pictures could not be kept");
    } finally {
      this.#closing = false;
    }
    // A retry may have come meanwhile; its end closes this.
    if (this.#attached === 0) this.#forget(this);
  }

  #keep(): Promise<void> {
    if (this.#made === undefined) return nothingToKeep;
    return this.#discarded ? this.#remove(this.#made) : this.work.keep(this.#made);
  }

  /** Deletes what was put away, once all of it has been. */
  async #remove(made: ImageOutcome): Promise<void> {
    await this.#keeping;
    await this.work.discard(made);
  }

  #logFault(thrown: unknown, message: string): void {
    const error = asPinholeError(thrown);
    const fields = { request_id: this.facts.id, detail: error.detail ?? error.message };
    this.#parts.log.error(fields, message);
  }
}
