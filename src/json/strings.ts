import type { Fail, JsonHandler, LiftSink } from "./handler.ts";
import { JsonText } from "./text.ts";

const quote = 0x22;
const backslash = 0x5c;
/** Characters of a string's head that are looked at in one go before it is known whether it is lifted. */
const headStep = 32;

const simpleEscapes: Readonly<Record<number, number>> = {
  0x22: 0x22,
  0x5c: 0x5c,
  0x2f: 0x2f,
  0x62: 0x08,
  0x66: 0x0c,
  0x6e: 0x0a,
  0x72: 0x0d,
  0x74: 0x09,
};

/** The state of a string's reading. */
type Mode = "run" | "escape" | "unicode";

/** A listener to a finished string: its text (a key or a value), or its sink's result. */
export type StringEnd = (value: unknown, text: string | undefined) => void;

/**
 * Reads one JSON string after the other, from behind the opening quote to the closing one, in chunks
 * cut anywhere. The content of a lifted string goes to its sink in whole runs and is never a string.
 */
export class JsonStrings {
  /** Bytes that went to sinks, as they stood in the document. */
  lifted = 0;
  /** Escapes among them. */
  escapes = 0;
  readonly #handler: JsonHandler;
  readonly #fail: Fail;
  readonly #ended: StringEnd;
  /** Control characters may stand in strings as they are. */
  readonly #isLenient: boolean;
  readonly #text: JsonText;
  #mode: Mode = "run";
  #mayLift = false;
  #sink: LiftSink | undefined;
  /** Escapes in the current string, as long as it has no sink. */
  #headEscapes = 0;
  /** Hexadecimal digits of an escape. */
  #digits = "";
  /** Place of the next quote in the current chunk, at or after the reading place. */
  #quoteAt = -1;

  constructor(handler: JsonHandler, lenient: boolean, fail: Fail, ended: StringEnd) {
    this.#handler = handler;
    this.#fail = fail;
    this.#ended = ended;
    this.#isLenient = lenient;
    this.#text = new JsonText(lenient);
  }

  begin(mayLift: boolean | LiftSink): void {
    this.#mayLift = mayLift === true;
    this.#sink = typeof mayLift === "boolean" ? undefined : mayLift;
    this.#mode = "run";
    this.#headEscapes = 0;
  }

  /** Call before the first `read` of each chunk. */
  newChunk(): void {
    this.#quoteAt = -1;
  }

  /** Call after the last `read` of each chunk. */
  settle(): void {
    this.#text.settle();
  }

  abort(): void {
    this.#sink?.abort();
    this.#sink = undefined;
  }

  /** Reads on and returns where; calls `ended` behind the closing quote. */
  read(chunk: Buffer, at: number): number {
    if (this.#mode === "escape") return this.#readEscape(chunk, at);
    if (this.#mode === "unicode") return this.#readUnicode(chunk, at);
    return this.#sink === undefined
      ? this.#readText(chunk, at)
      : this.#readLifted(chunk, at, this.#sink);
  }

  /** Plain text up to the quote, an escape, or the end of the chunk; a possible lift is looked at every few characters. */
  #readText(chunk: Buffer, start: number): number {
    const stop = this.#mayLift ? Math.min(start + headStep, chunk.length) : chunk.length;
    let at = start;
    let seen = 0;
    for (; at < stop; at += 1) {
      const byte = chunk[at] ?? 0;
      if (byte === quote || byte === backslash) break;
      if (byte < 0x20 && !this.#isLenient)
        this.#fail("syntax", "a control character in a string", at);
      seen |= byte;
    }
    if (seen < 0x80 && !this.#mayLift && chunk[at] === quote && this.#text.isEmpty) {
      // Most strings: ASCII, without escapes, inside one chunk.
      const text = chunk.toString("latin1", start, at);
      this.#ended(text, text);
      return at + 1;
    }
    if (at > start) this.#text.add(chunk.subarray(start, at), seen < 0x80);
    if (at < stop && chunk[at] === quote) {
      this.#endText(at);
      return at + 1;
    }
    if (this.#mayLift) this.#decideLift(false);
    if (at === stop) return at;
    this.#mode = "escape";
    return at + 1;
  }

  #decideLift(whole: boolean): void {
    const decision = this.#handler.decideLift(this.#text.head(), whole);
    if (decision === "more") return;
    this.#mayLift = false;
    if (decision === "text") return;
    // Those in the head are in no run that goes to the sink.
    this.escapes += this.#headEscapes;
    this.#text.take();
    this.#sink = decision;
  }

  #endText(at: number): void {
    if (this.#mayLift) this.#decideLift(true);
    if (this.#sink !== undefined) {
      this.#endLifted(this.#sink);
      return;
    }
    const text = this.#text.take();
    if (text === undefined) this.#fail("utf8", invalidUtf8, at);
    this.#ended(text, text);
  }

  /** Whole runs go to the sink; it refuses what has no place in base64, control characters too. */
  #readLifted(chunk: Buffer, start: number, sink: LiftSink): number {
    // Remembered, or a text full of escapes would search the rest of the chunk once for each of them.
    if (this.#quoteAt < start) {
      const found = chunk.indexOf(quote, start);
      this.#quoteAt = found === -1 ? chunk.length : found;
    }
    const run = chunk.subarray(start, this.#quoteAt);
    const escape = run.indexOf(backslash);
    const stop = escape === -1 ? this.#quoteAt : start + escape;
    this.lifted += stop - start;
    if (stop > start) sink.write(chunk.subarray(start, stop));
    if (stop === chunk.length) return stop;
    if (escape === -1) this.#endLifted(sink);
    else this.#mode = "escape";
    return stop + 1;
  }

  #endLifted(sink: LiftSink): void {
    const picture = sink.end();
    this.#sink = undefined;
    this.#ended(picture, undefined);
  }

  #readEscape(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0;
    if (byte === 0x75) {
      this.#digits = "";
      this.#mode = "unicode";
      return at + 1;
    }
    const unit = simpleEscapes[byte];
    if (unit === undefined) this.#fail("syntax", "an unknown escape in a string", at);
    this.#addUnit(unit, at, 2);
    return at + 1;
  }

  #readUnicode(chunk: Buffer, at: number): number {
    const letter = String.fromCharCode(chunk[at] ?? 0);
    if (!/[0-9a-fA-F]/.test(letter)) this.#fail("syntax", "an unknown escape in a string", at);
    this.#digits += letter;
    if (this.#digits.length === 4) this.#addUnit(Number.parseInt(this.#digits, 16), at, 6);
    return at + 1;
  }

  #addUnit(unit: number, at: number, written: number): void {
    this.#mode = "run";
    if (this.#sink !== undefined) {
      this.lifted += written;
      this.escapes += 1;
      // No base64 beyond ASCII: any such byte is refused by a sink that takes nothing else.
      if (this.#sink.unit === undefined) this.#sink.write(Uint8Array.of(unit < 0x80 ? unit : 0xff));
      else this.#sink.unit(unit);
    } else {
      this.#headEscapes += 1;
      if (!this.#text.addUnit(unit)) this.#fail("utf8", invalidUtf8, at);
    }
  }
}

const invalidUtf8 = "text that is no valid UTF-8";
