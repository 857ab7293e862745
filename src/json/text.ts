import { isUtf8 } from "node:buffer";

/**
 * Gathers one JSON string from runs of raw UTF-8 and escaped code units. A UTF-8 sequence may be cut
 * by the end of a chunk but not by an escape. Lone surrogates written as escapes stay as they are.
 */
export class JsonText {
  #text = "";
  #run: Buffer[] = [];
  /** Pieces of the run that are copies of our own. */
  #settled = 0;
  #ascii = true;
  readonly #lenient: boolean;

  /** `lenient`: invalid UTF-8 becomes U+FFFD instead of an error. */
  constructor(lenient: boolean) {
    this.#lenient = lenient;
  }

  /** Adds raw bytes without quotes, escapes or control characters. They are kept, not copied, until `settle`. */
  add(run: Buffer, ascii: boolean): void {
    this.#run.push(run);
    this.#ascii &&= ascii;
  }

  /** Adds one escaped UTF-16 code unit. False where the bytes before it were invalid UTF-8. */
  addUnit(unit: number): boolean {
    const valid = this.#flush();
    this.#text += String.fromCharCode(unit);
    return valid;
  }

  get isEmpty(): boolean {
    return this.#text === "" && this.#run.length === 0;
  }

  /** Copies what belongs to a chunk that its owner may reuse. */
  settle(): void {
    if (this.#settled === this.#run.length) return;
    const copied = this.#run.slice(this.#settled).map((piece) => Buffer.from(piece));
    this.#run.splice(this.#settled, copied.length, ...copied);
    this.#settled = this.#run.length;
  }

  /** The text so far, where it is ASCII; else as much of it as is whole. Does not end the text. */
  head(): string {
    return this.#text + Buffer.concat(this.#run).toString("utf8");
  }

  /** The whole text, and ready for the next one. Undefined where it was invalid UTF-8. */
  take(): string | undefined {
    const valid = this.#flush();
    const text = this.#text;
    this.#text = "";
    return valid ? text : undefined;
  }

  #flush(): boolean {
    const [first] = this.#run;
    if (first === undefined) return true;
    const whole = this.#run.length === 1 ? first : Buffer.concat(this.#run);
    const valid = this.#ascii || this.#lenient || isUtf8(whole);
    this.#text += this.#ascii ? whole.toString("latin1") : whole.toString("utf8");
    this.#run = [];
    this.#settled = 0;
    this.#ascii = true;
    return valid;
  }
}
