/** Time in which one of a key's refusals is written down, milliseconds: a program that asks on and on must not fill the log. */
const everyMs = 10_000;
/** Keys that are remembered, at most: the one that was refused longest ago is forgotten. */
const keysMax = 10_000;

/** The moments at which a refusal of each key was written down last, in this process. */
export class RefusalMoments {
  readonly #last = new Map<string, number>();

  /** True where a key's refusal is to be written down, which is taken as done. `at`: milliseconds of an uptime. */
  isDue(keyId: string, at: number): boolean {
    const last = this.#last.get(keyId);
    if (last !== undefined && at - last < everyMs) return false;
    this.#last.delete(keyId);
    this.#last.set(keyId, at);
    const [oldest] = this.#last.keys();
    if (this.#last.size > keysMax && oldest !== undefined) this.#last.delete(oldest);
    return true;
  }
}
