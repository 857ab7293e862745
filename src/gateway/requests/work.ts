import type { ImageOutcome } from "../delivery/outcome.ts";
import { keyReused, outcomeOfRecord } from "./earlier.ts";
import { generateImage } from "./generate-image.ts";
import type { ComingCall } from "./image-call.ts";
import { keepPictures, removePictures } from "./keep-pictures.ts";
import type { RequestParts } from "./parts.ts";
import { asRepeat } from "./repeat.ts";
import type { RunControl, RunWork } from "./run.ts";

/** The work of one request, as the registry runs it. */
export class Work implements RunWork {
  readonly #parts: RequestParts;
  readonly #call: ComingCall;
  readonly #fingerprint: string;

  constructor(parts: RequestParts, call: ComingCall, fingerprint: string) {
    this.#parts = parts;
    this.#call = call;
    this.#fingerprint = fingerprint;
  }

  /** Generates the images; where another process turns out to have the Idempotency-Key, takes its outcome. */
  async make(run: RunControl): Promise<ImageOutcome> {
    for (;;) {
      const made = await generateImage(this.#parts, this.#call, this.#fingerprint, run);
      if (!("keyHolder" in made)) return made;
      const outcome = await this.#outcomeOf(made.keyHolder, run);
      if (outcome !== undefined) return outcome;
    }
  }

  async keep(outcome: ImageOutcome): Promise<void> {
    if (this.#isOwn(outcome)) await keepPictures(this.#parts, outcome);
  }

  async discard(outcome: ImageOutcome): Promise<void> {
    if (this.#isOwn(outcome)) await removePictures(this.#parts, outcome);
  }

  dispose(): void {
    this.#call.spool.dispose();
  }

  /** False where another process made the pictures, which keeps them as well. */
  #isOwn({ requestId }: ImageOutcome): boolean {
    return requestId === this.#call.requestId;
  }

  async #outcomeOf(id: string, run: RunControl): Promise<ImageOutcome | undefined> {
    const record = await this.#parts.store.requests.get(id);
    if (record === undefined) return undefined;
    // One that gave its key up has ended in a way that nobody is answered from.
    if (record.fingerprint !== null && record.fingerprint !== this.#fingerprint) throw keyReused();
    this.#call.onWait?.();
    // Others may have come with the key since.
    const waiting = { signal: this.#call.signal, hasLeft: () => run.clientGone() };
    const outcome = outcomeOfRecord(this.#parts, waiting, record);
    return asRepeat(this.#parts, this.#call, id, outcome);
  }
}
