import { PinholeError } from "../../core/errors.ts";
import type { ProviderEvent, TakenBack } from "../../core/provider.ts";

/**
 * The wish of whoever asked for a picture to have the work on it taken back, heeded as soon as the upstream has told of its
 * job. Where the upstream takes it back the attempt is ended; where it does not, the attempt goes on to its picture.
 */
export class Recall {
  /** Aborted with the attempt's own, and once its work was taken back. */
  readonly signal: AbortSignal;
  readonly #ending = new AbortController();
  readonly #stopped: AbortSignal;
  readonly #takeBack: (job: string) => Promise<TakenBack>;
  #job: string | undefined;
  /** Undefined until the upstream is asked. */
  #asked: Promise<PinholeError | undefined> | undefined;

  /** `takeBack` asks the upstream, and does not reject. */
  constructor(
    signal: AbortSignal,
    stopped: AbortSignal,
    takeBack: (job: string) => Promise<TakenBack>,
  ) {
    this.signal = AbortSignal.any([signal, this.#ending.signal]);
    this.#stopped = stopped;
    this.#takeBack = takeBack;
    stopped.addEventListener("abort", this.#heed);
  }

  /** Hears what the adapter tells. Throws where a picture comes of work that was taken back: it is unfinished. */
  async heard(event: ProviderEvent): Promise<void> {
    if ("job" in event) {
      this.#job = event.job;
      this.#heed();
    } else if ("picture" in event) {
      const error = await this.#asked;
      if (error !== undefined) throw error;
    }
  }

  /** The error that the attempt ends in where its work was taken back. */
  async error(): Promise<PinholeError | undefined> {
    return this.#asked;
  }

  close(): void {
    this.#stopped.removeEventListener("abort", this.#heed);
  }

  readonly #heed = (): void => {
    if (this.#job !== undefined && this.#stopped.aborted) this.#asked ??= this.#ask(this.#job);
  };

  async #ask(job: string): Promise<PinholeError | undefined> {
    const word = await this.#takeBack(job);
    if (word === "kept") return undefined;
    const error = stoppedUpstream(word);
    this.#ending.abort(error);
    return error;
  }
}

function stoppedUpstream(word: "free" | "doubtful"): PinholeError {
  return word === "free"
    ? new PinholeError("request_stopped", {
        message: "The request was stopped, and the upstream took it back; nothing was billed.",
        evidence: "refused",
      })
    : new PinholeError("request_stopped", {
        message:
          "The request was stopped, and the upstream was told to stop too; it may have been billed.",
        evidence: "unknown",
      });
}
