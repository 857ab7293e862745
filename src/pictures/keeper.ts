const nothing: Buffer = Buffer.alloc(0);
const zeros = Buffer.alloc(65_536);

/**
 * Hands on of a file's chunks what is kept, in pieces as long as can be. Bytes may be held until it is known
 * whether they are kept: those of the current chunk where they lie, those of the chunks before as copies.
 */
export class Keeper {
  /** True once something was left out or put in. */
  isChanged = false;
  readonly #put: (bytes: Buffer) => void;
  #chunk = nothing;
  /** From here on nothing of the chunk has been handed on or left out. */
  #from = 0;
  /** From here on the chunk's bytes are held; undefined: none are. */
  #heldAt: number | undefined;
  #heldBefore = nothing;

  /** `put` is handed bytes that it must copy. */
  constructor(put: (bytes: Buffer) => void) {
    this.#put = put;
  }

  begin(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#from = 0;
    if (this.#heldAt !== undefined) this.#heldAt = 0;
  }

  /** Holds the bytes from `at` on, besides those that are held already. */
  hold(at: number): void {
    this.#heldAt ??= at;
  }

  /** Keeps what is held. */
  release(): void {
    if (this.#heldAt === undefined) return;
    this.#heldAt = undefined;
    if (this.#heldBefore.length > 0) this.#put(this.#heldBefore);
    this.#heldBefore = nothing;
  }

  /** Leaves out what is held, up to `at`, and puts other bytes there. */
  cut(at: number, instead: Buffer = nothing): void {
    this.#flush(this.#heldAt ?? at);
    this.#heldAt = undefined;
    this.#heldBefore = nothing;
    this.#from = at;
    this.isChanged = true;
    if (instead.length > 0) this.#put(instead);
  }

  /** Leaves out what comes next, up to `at`; as many zeros may stand there. */
  drop(at: number, isBlanked = false): void {
    if (isBlanked) {
      for (let left = at - this.#from; left > 0; left -= zeros.length) {
        this.#put(zeros.subarray(0, Math.min(left, zeros.length)));
      }
    }
    if (at > this.#from) this.isChanged = true;
    this.#from = at;
  }

  /** Keeps what comes before `at` and leaves out the rest of the chunk. */
  last(at: number): void {
    this.#flush(at);
    this.drop(this.#chunk.length);
  }

  /** Done with the chunk, which may be used again. */
  end(): void {
    const heldAt = this.#heldAt ?? this.#chunk.length;
    this.#flush(heldAt);
    if (heldAt < this.#chunk.length) {
      this.#heldBefore = Buffer.concat([this.#heldBefore, this.#chunk.subarray(heldAt)]);
    }
    this.#chunk = nothing;
  }

  #flush(end: number): void {
    if (end > this.#from) this.#put(this.#chunk.subarray(this.#from, end));
    this.#from = end;
  }
}
