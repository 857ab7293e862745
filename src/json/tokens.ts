import { JsonFault, type JsonFaultReason } from "./fault.ts";
import type { JsonHandler, JsonTokenLimits } from "./handler.ts";
import { JsonStrings } from "./strings.ts";

/** The tokens that may come next. */
type Mode =
  | "value"
  | "value_or_end"
  | "key"
  | "key_or_end"
  | "colon"
  | "comma_or_end"
  | "done"
  | "string"
  | "number"
  | "word";

const quote = 0x22;
const byteOrderMark = [0xef, 0xbb, 0xbf];

/** The words there are, by their first letters. */
const words: Readonly<Record<string, { readonly word: string; readonly value: boolean | null }>> = {
  t: { word: "true", value: true },
  f: { word: "false", value: false },
  n: { word: "null", value: null },
};

/** Whole numbers of up to so many digits, which is most of them, are exact when added up digit by digit. */
const plainDigitsMax = 15;
const numberForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** RFC 8259 as a push parser over bytes: strict, one pass, no recursion. Tells a handler what it meets. */
export class JsonTokens {
  readonly #handler: JsonHandler;
  readonly #limits: JsonTokenLimits;
  readonly #strings: JsonStrings;
  /** Brackets that are open: true for an object. */
  readonly #open: boolean[] = [];
  #mode: Mode = "value";
  /** Length of the byte-order mark seen so far; -1 once the document has begun. */
  #mark = 0;
  /** Bytes of the chunks before this one. */
  #consumed = 0;
  #isKey = false;
  /** Letters of a number or word. */
  #letters = "";

  constructor(handler: JsonHandler, limits: JsonTokenLimits) {
    this.#handler = handler;
    this.#limits = limits;
    this.#strings = new JsonStrings(
      handler,
      limits.lenient === true,
      (reason, problem, at) => {
        throw this.fault(reason, problem, at);
      },
      (value, text) => this.#endString(value, text),
    );
  }

  /** Reads on. Throws `JsonFault` and whatever the handler throws; after a throw the reader is spent. */
  write(chunk: Buffer): void {
    this.#strings.newChunk();
    let at = this.#mark === -1 ? 0 : this.#skipMark(chunk);
    while (at < chunk.length) at = this.#step(chunk, at);
    this.#strings.settle();
    this.#consumed += chunk.length;
    if (this.textBytes > this.#limits.textBytesMax) {
      throw this.fault("size", "the document is too large", 0);
    }
  }

  /** Bytes of the chunks so far that were not inside lifted strings. */
  get textBytes(): number {
    return this.#consumed - this.#strings.lifted;
  }

  /** Escapes inside lifted strings. */
  get liftedEscapes(): number {
    return this.#strings.escapes;
  }

  /** The document is over. Throws `JsonFault` where it was not whole. */
  end(): void {
    if (this.#mode === "number" && this.#open.length === 0) this.#endNumber(0);
    if (!this.complete) throw this.fault("truncated", "the document ends too early", 0);
  }

  /** True once the root value has ended, where its end can be known without the end of the body. */
  get complete(): boolean {
    return this.#mode === "done";
  }

  /** Forgets a picture that is half read. */
  abort(): void {
    this.#strings.abort();
  }

  /** A fault at a byte of the current chunk, or at a place that is known by its path alone. */
  fault(
    reason: JsonFaultReason,
    problem: string,
    at: number | undefined,
    cause?: unknown,
  ): JsonFault {
    return new JsonFault({
      reason,
      problem,
      path: this.#handler.path(),
      offset: at === undefined ? undefined : this.#consumed + at,
      cause,
    });
  }

  #skipMark(chunk: Buffer): number {
    let at = 0;
    while (
      at < chunk.length &&
      this.#mark < byteOrderMark.length &&
      chunk[at] === byteOrderMark[this.#mark]
    ) {
      this.#mark += 1;
      at += 1;
    }
    if (at === chunk.length && this.#mark < byteOrderMark.length) return at;
    if (this.#mark > 0 && this.#mark < byteOrderMark.length) {
      throw this.#unexpected(at, "a value is expected");
    }
    this.#mark = -1;
    return at;
  }

  /** Reads one token or as much of it as the chunk has; returns where to go on. */
  #step(chunk: Buffer, at: number): number {
    if (this.#mode === "string") return this.#strings.read(chunk, at);
    if (this.#mode === "number") return this.#readNumber(chunk, at);
    if (this.#mode === "word") return this.#readWord(chunk, at);
    return this.#readStructure(chunk, at);
  }

  #readStructure(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return at + 1;
    switch (this.#mode) {
      case "value":
      case "value_or_end":
        if (byte === 0x5d && this.#mode === "value_or_end") this.#close(false, at);
        else return this.#beginValue(byte, at);
        return at + 1;
      case "key":
      case "key_or_end":
        if (byte === 0x7d && this.#mode === "key_or_end") this.#close(true, at);
        else if (byte === quote) this.#beginString(true);
        else throw this.#unexpected(at, "a key in double quotes is expected");
        return at + 1;
      case "colon":
        if (byte !== 0x3a) throw this.#unexpected(at, "a colon is expected");
        this.#mode = "value";
        return at + 1;
      case "comma_or_end":
        if (byte === 0x2c) this.#mode = this.#open.at(-1) === true ? "key" : "value";
        else if (byte === 0x7d || byte === 0x5d) this.#close(byte === 0x7d, at);
        else throw this.#unexpected(at, "a comma or a closing bracket is expected");
        return at + 1;
      default:
        throw this.fault("trailing", "there is more after the document's end", at);
    }
  }

  #beginValue(byte: number, at: number): number {
    if (byte === quote) {
      this.#beginString(false);
      return at + 1;
    }
    if (byte === 0x7b || byte === 0x5b) {
      const isObject = byte === 0x7b;
      if (this.#open.length >= this.#limits.depthMax) {
        throw this.fault("depth", "the document is nested too deeply", at);
      }
      this.#handler.open(isObject ? "object" : "array");
      this.#open.push(isObject);
      this.#mode = isObject ? "key_or_end" : "value_or_end";
      return at + 1;
    }
    this.#letters = "";
    if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) this.#mode = "number";
    else if (byte >= 0x61 && byte <= 0x7a) this.#mode = "word";
    else throw this.#unexpected(at, "a value is expected");
    return at;
  }

  #close(isObject: boolean, at: number): void {
    if (this.#open.pop() !== isObject) {
      throw this.#unexpected(at, "a closing bracket of the other kind is expected");
    }
    this.#handler.close();
    this.#afterValue();
  }

  #value(value: unknown): void {
    this.#handler.value(value);
    this.#afterValue();
  }

  #afterValue(): void {
    this.#mode = this.#open.length === 0 ? "done" : "comma_or_end";
  }

  #beginString(isKey: boolean): void {
    this.#isKey = isKey;
    this.#strings.begin(isKey ? false : this.#handler.mayLift());
    this.#mode = "string";
  }

  #endString(value: unknown, text: string | undefined): void {
    if (!this.#isKey || text === undefined) {
      this.#value(value);
      return;
    }
    this.#handler.key(text);
    this.#mode = "colon";
  }

  #readNumber(chunk: Buffer, start: number): number {
    let at = start;
    let value = 0;
    let isPlain = this.#letters === "" && chunk[at] !== 0x30;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (!isNumberByte(byte)) break;
      isPlain &&= byte >= 0x30 && byte <= 0x39;
      value = value * 10 + byte - 0x30;
    }
    if (isPlain && at < chunk.length && at - start <= plainDigitsMax) {
      this.#value(value);
      return at;
    }
    this.#letters += chunk.toString("latin1", start, at);
    if (at < chunk.length) this.#endNumber(at);
    return at;
  }

  #endNumber(at: number): void {
    const number = numberForm.test(this.#letters) ? Number(this.#letters) : Number.NaN;
    if (!Number.isFinite(number)) {
      throw this.fault("number", "a number that JSON does not allow or that is too large", at);
    }
    // A client's integer past 2^53 goes on as it came; a number would change its last digits.
    const isExact = this.#limits.exactIntegers !== true || Number.isSafeInteger(number);
    this.#value(isExact || !/^-?\d+$/.test(this.#letters) ? number : BigInt(this.#letters));
  }

  #readWord(chunk: Buffer, start: number): number {
    this.#letters += String.fromCharCode(chunk[start] ?? 0);
    const found = words[this.#letters.charAt(0)];
    if (found === undefined || !found.word.startsWith(this.#letters)) {
      throw this.#unexpected(start, "a value is expected");
    }
    if (found.word === this.#letters) this.#value(found.value);
    return start + 1;
  }

  #unexpected(at: number, expected: string): JsonFault {
    return this.fault("syntax", `an unexpected character where ${expected}`, at);
  }
}

function isNumberByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x65 ||
    byte === 0x45
  );
}
