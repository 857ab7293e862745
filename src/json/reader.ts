import { Base64Error } from "../runtime/base64/decoder.ts";
import { PinholeError } from "../core/errors.ts";
import type { PictureLimits, PictureSpool } from "../core/picture.ts";
import { JsonFault } from "./fault.ts";
import type { JsonHandler, LiftSink } from "./handler.ts";
import { createInlineSink } from "./inline.ts";
import { decideLift, LiftError } from "./lift.ts";
import { compilePlaces, type Standing } from "./places.ts";
import { JsonTokens } from "./tokens.ts";

export { JsonFault };

export interface JsonReaderOptions {
  /** Places of base64 pictures: `data.*.b64_json`, `*` being any key or index. None: nothing is lifted. */
  readonly lift: readonly string[];
  /** Places of texts that may have pictures among their words, as data URLs. */
  readonly liftInside?: readonly string[] | undefined;
  readonly spool: PictureSpool;
  readonly limits: PictureLimits;
  /** Bytes of the document that are not inside lifted strings. */
  readonly textBytesMax: number;
  /** Objects and arrays inside each other. */
  readonly depthMax: number;
  /**
   * For answers that were paid for: the last of equal keys wins and invalid UTF-8 becomes U+FFFD,
   * where a client's document is refused.
   */
  readonly lenient?: boolean;
  /** Integers that a number cannot hold exactly become a `bigint`: for documents that are passed on. */
  readonly exactIntegers?: boolean;
  /** Pictures that are lifted; further strings at their places are read over, and are undefined. No limit where absent. */
  readonly picturesMax?: number;
}

/** Reads one document as its bytes arrive. After a throw only `abort` may be called. */
export interface JsonReader {
  /** Throws `JsonFault`. The chunk may be reused by the caller afterwards. */
  write(chunk: Uint8Array): void;
  /** The document; a lifted string is a `Picture` in it. Throws `JsonFault` where it is not whole. */
  end(): unknown;
  /** Forgets a picture that is half read. Pictures already read stay in the spool. */
  abort(): void;
  /** True once nothing but white space may follow. */
  readonly complete: boolean;
  /** The part of the document that has been read so far. It still grows. */
  readonly partial: unknown;
  /** Bytes read so far beside lifted strings. */
  readonly textBytes: number;
  /** True while all lifted strings are standard base64 that was written without escapes. */
  readonly isPlain: boolean;
}

export function createJsonReader(options: JsonReaderOptions): JsonReader {
  return new DocumentReader(options);
}

class DocumentReader implements JsonReader {
  readonly #document: Document;
  readonly #tokens: JsonTokens;

  constructor(options: JsonReaderOptions) {
    this.#document = new Document(options);
    this.#tokens = new JsonTokens(this.#document, options);
  }

  write(chunk: Uint8Array): void {
    const bytes = Buffer.isBuffer(chunk)
      ? chunk
      : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    try {
      this.#tokens.write(bytes);
    } catch (thrown) {
      throw this.#failed(thrown);
    }
  }

  end(): unknown {
    try {
      this.#tokens.end();
    } catch (thrown) {
      throw this.#failed(thrown);
    }
    return this.#document.root;
  }

  abort(): void {
    this.#tokens.abort();
  }

  get complete(): boolean {
    return this.#tokens.complete;
  }

  get partial(): unknown {
    return this.#document.root;
  }

  get textBytes(): number {
    return this.#tokens.textBytes;
  }

  get isPlain(): boolean {
    return this.#tokens.liftedEscapes === 0 && this.#document.isStandard;
  }

  #failed(thrown: unknown): unknown {
    this.#tokens.abort();
    return asFault(thrown, this.#tokens);
  }
}

/** Reads a whole document. Throws `JsonFault`, and what the source throws. */
export async function readJson(
  source: AsyncIterable<Uint8Array>,
  options: JsonReaderOptions,
): Promise<unknown> {
  const reader = createJsonReader(options);
  try {
    for await (const chunk of source) reader.write(chunk);
    return reader.end();
  } finally {
    // After a whole document there is nothing left to forget.
    reader.abort();
  }
}

/** A thrown value as a fault that names the picture's place in the document; what is not about a picture passes as it is. */
function asFault(thrown: unknown, tokens: JsonTokens): unknown {
  if (thrown instanceof DuplicateKey) {
    return tokens.fault("duplicate_key", "a key occurs twice", undefined);
  }
  if (thrown instanceof LiftError) return tokens.fault("picture", thrown.message, undefined);
  if (thrown instanceof Base64Error) return tokens.fault("picture", thrown.message, undefined);
  if (thrown instanceof PinholeError)
    return tokens.fault("picture", thrown.message, undefined, thrown);
  return thrown;
}

class DuplicateKey extends Error {}

/** Takes a string that is one picture too many, and keeps nothing of it. */
const unreadSink: LiftSink = { write() {}, unit() {}, end: () => undefined, abort() {} };

/** An object or array that is open. Used again for the next one at its depth. */
interface Frame {
  object: Record<string, unknown> | undefined;
  array: unknown[] | undefined;
  standing: Standing;
  key: string;
}

/** Builds ordinary objects and arrays, and knows at which places pictures are. */
class Document implements JsonHandler {
  root: unknown;
  readonly #options: JsonReaderOptions;
  readonly #isLenient: boolean;
  readonly #start: Standing;
  readonly #frames: Frame[] = [];
  /** Of those, how many are open; the last of them is the innermost. */
  #depth = 0;
  #inner: Frame | undefined;
  /** Strings that went to sinks. */
  #lifted = 0;
  #lastSink: LiftSink | undefined;
  /** True while those before the last one were standard base64. */
  #wereStandard = true;

  constructor(options: JsonReaderOptions) {
    this.#options = options;
    this.#isLenient = options.lenient === true;
    this.#start = compilePlaces(options.lift, options.liftInside);
  }

  open(kind: "object" | "array"): void {
    const standing = this.#standing();
    const object = kind === "object" ? {} : undefined;
    const array = kind === "array" ? [] : undefined;
    this.value(object ?? array);
    let frame = this.#frames[this.#depth];
    if (frame === undefined) {
      frame = { object, array, standing, key: "" };
      this.#frames.push(frame);
    } else {
      frame.object = object;
      frame.array = array;
      frame.standing = standing;
      frame.key = "";
    }
    this.#depth += 1;
    this.#inner = frame;
  }

  close(): void {
    this.#depth -= 1;
    this.#inner = this.#depth === 0 ? undefined : this.#frames[this.#depth - 1];
  }

  key(text: string): void {
    const frame = this.#inner;
    if (frame === undefined) return;
    frame.key = text;
    if (this.#isLenient || frame.object === undefined) return;
    if (Object.hasOwn(frame.object, text)) throw new DuplicateKey();
  }

  value(value: unknown): void {
    const frame = this.#inner;
    if (frame === undefined) this.root = value;
    else if (frame.object !== undefined) setOwn(frame.object, frame.key, value);
    else frame.array?.push(value);
  }

  mayLift(): ReturnType<JsonHandler["mayLift"]> {
    const { kind } = this.#standing();
    if (kind === undefined) return false;
    if (this.#lifted >= (this.#options.picturesMax ?? Number.POSITIVE_INFINITY)) return unreadSink;
    if (kind === "picture") return true;
    this.#lifted += 1;
    return createInlineSink(this.#options.spool, this.#options.limits);
  }

  decideLift(head: string, whole: boolean): ReturnType<JsonHandler["decideLift"]> {
    const decision = decideLift(head, whole, this.#options);
    if (typeof decision === "object") this.#addSink(decision);
    return decision;
  }

  /** False once a lifted string has shown anything but standard base64. */
  get isStandard(): boolean {
    return this.#wereStandard && this.#lastSink?.isStandard !== false;
  }

  #addSink(sink: LiftSink): void {
    this.#wereStandard = this.isStandard;
    this.#lastSink = sink;
    this.#lifted += 1;
  }

  path(): string {
    const last = this.#depth - 1;
    return this.#frames
      .slice(0, this.#depth)
      .map((frame, depth) => {
        if (frame.array === undefined) return frame.key;
        // The member that is being read is already in every array but the innermost.
        return String(frame.array.length - (depth < last ? 1 : 0));
      })
      .filter((name) => name !== "")
      .join(".");
  }

  /** The standing of the value that comes next. */
  #standing(): Standing {
    const frame = this.#inner;
    if (frame === undefined) return this.#start;
    return frame.standing.member(frame.array === undefined ? frame.key : frame.array.length);
  }
}

/** `__proto__` as an ordinary property, as JSON.parse makes it; assigning it would change the object's prototype. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") {
    object[key] = value;
    return;
  }
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
