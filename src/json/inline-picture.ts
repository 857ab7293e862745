import { createBase64Decoder } from "../runtime/base64/decoder.ts";
import type { Picture, PictureWriter } from "../core/picture.ts";

/** The lines that encoders break base64 into: 64 and 76 characters are usual. */
const lineMin = 60;
const lineMax = 128;
/** Characters between two lines that are looked at: a break and the next line's indentation. */
const pendingMax = 256;

const plus = 0x2b;
const slash = 0x2f;
const equals = 0x3d;
const hyphen = 0x2d;
const underscore = 0x5f;

/**
 * A picture in a text that is being decoded. It ends with the first character that cannot be its own. Line
 * breaks and URL-safe letters may stand in words too, so they belong to the picture only where base64 goes
 * on behind them, and where it was written in that manner from its beginning.
 */
export class InlinePicture {
  /** Characters that may still be the picture's: gaps and URL-safe letters. After its end they are words. */
  pending: number[] = [];
  readonly #decoder = createBase64Decoder();
  readonly #writer: PictureWriter;
  /** True where the picture stands in brackets or quotes, which words do not break open. */
  readonly #isEnclosed: boolean;
  /** Letters of the current line, and of the first one, which all but the last are as long as. */
  #line = 0;
  #firstLine: number | undefined;
  #isPadded = false;
  /** A letter that URL-safe base64 does not have was seen. */
  #isStandard = false;

  constructor(writer: PictureWriter, isEnclosed: boolean) {
    this.#writer = writer;
    this.#isEnclosed = isEnclosed;
  }

  /** Takes in what is the picture's from `at` on, and returns where it stopped: before the run's end, the picture has ended. */
  take(run: Uint8Array, from: number): number {
    let at = from;
    while (at < run.length) {
      const byte = run[at] ?? 0;
      if (isLetter(byte)) {
        if (this.pending.length > 0 && !this.#goesOn(byte)) return at;
        at = this.#takeLetters(run, at);
      } else if (isGap(byte) || byte === hyphen || byte === underscore) {
        if (this.pending.length === pendingMax) return at;
        this.pending.push(byte);
        at += 1;
      } else return at;
    }
    return at;
  }

  end(): Picture {
    this.#decoder.end(this.#emit);
    return this.#writer.end();
  }

  abort(): void {
    this.#writer.abort();
  }

  #takeLetters(run: Uint8Array, from: number): number {
    if (this.pending.length > 0) this.#takePending();
    let stop = from;
    while (stop < run.length && isLetter(run[stop] ?? 0)) stop += 1;
    const letters = run.subarray(from, stop);
    this.#decoder.write(letters, this.#emit);
    this.#line += letters.length;
    this.#isPadded ||= letters.at(-1) === equals;
    this.#isStandard ||= letters.includes(plus) || letters.includes(slash);
    return stop;
  }

  /** Gives the picture the characters that waited. */
  #takePending(): void {
    this.#decoder.write(Uint8Array.from(this.pending), this.#emit);
    const lastGap = this.pending.findLastIndex(isGap);
    if (lastGap !== -1) {
      const before = this.pending.findIndex(isGap);
      this.#firstLine ??= this.#line + before;
      this.#line = 0;
    }
    this.#line += this.pending.length - 1 - lastGap;
    this.pending = [];
  }

  /** Whether the picture goes on with this letter behind what waits. */
  #goesOn(letter: number): boolean {
    if (this.#isPadded && letter !== equals) return false;
    const firstGap = this.pending.findIndex(isGap);
    const isSafe = this.pending.some((byte) => !isGap(byte));
    if (isSafe && this.#isStandard) return false;
    if (firstGap === -1 || this.#isEnclosed || letter === equals) return true;
    const line = this.#line + firstGap;
    const isFull = line >= lineMin && line <= lineMax && line === (this.#firstLine ?? line);
    return isFull && this.pending.some(isBreak);
  }

  readonly #emit = (decoded: Uint8Array): void => this.#writer.write(decoded);
}

function isBreak(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d;
}

function isGap(byte: number): boolean {
  return isBreak(byte) || byte === 0x20 || byte === 0x09;
}

/** The characters of standard base64, padding included. */
function isLetter(byte: number): boolean {
  const letter = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
  return (
    (letter >= 0x61 && letter <= 0x7a) ||
    (byte >= 0x2f && byte <= 0x39) ||
    byte === plus ||
    byte === equals
  );
}
