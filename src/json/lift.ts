import { createBase64Decoder } from "../runtime/base64/decoder.ts";
import type { Picture, PictureLimits, PictureSpool, PictureWriter } from "../core/picture.ts";
import type { LiftDecision, LiftSink } from "./handler.ts";

/** The longest `data:…;base64,` that is read. Characters. */
const prefixMax = 256;
/** A colon among the first characters makes a string an address: base64 has none. */
const schemeMax = 32;
/**
 * Beginnings of the base64 of every picture that is known, in either alphabet, and of others that a fault
 * may name. In an answer that was paid for a string that begins otherwise is a link or a word.
 */
const pictureStart =
  /^(iVBOR|[/_]9j[/_]|R0lGOD|UklGR|(77u[/_])?(PHN2Z|PD94bW|PCEtL|PCFE)|Cjx|Cjw|IDx|AAAA|Qk|SUkq|TU0A|JVBER)/;

/** A string at a place of pictures that can be none. */
export class LiftError extends Error {
  override readonly name = "LiftError";
}

export interface LiftOptions {
  readonly spool: PictureSpool;
  readonly limits: PictureLimits;
  /** Of an answer that was paid for: it may hold links without a scheme and words at such a place. */
  readonly lenient?: boolean | undefined;
}

/**
 * Says from the head of a string at a place of pictures what it is: `data:<type>;base64,…` and bare
 * base64 are lifted, an address and the empty string stay text. Throws `LiftError` on a data URL in
 * another encoding, and what the picture's writer throws.
 */
export function decideLift(head: string, whole: boolean, options: LiftOptions): LiftDecision {
  const start = head.trimStart();
  if (start === "") return whole || head.length > prefixMax ? "text" : "more";
  if (start.slice(0, 5).toLowerCase() === "data:") {
    const comma = start.indexOf(",");
    if (comma === -1 && !whole && start.length < prefixMax) return "more";
    if (!/;\s*base64\s*$/i.test(start.slice(0, comma))) {
      throw new LiftError("a data URL must have the form data:<type>;base64,<data>");
    }
    return beginLift(start.slice(comma + 1), options);
  }
  // `data` may still become a data URL, which is why nothing shorter than a scheme is decided.
  if (start.length < schemeMax && !whole) return "more";
  if (isText(start.slice(0, schemeMax), options.lenient === true)) return "text";
  return beginLift(start, options);
}

/** Base64 has no colon; beyond that a client's string is taken for a picture, and refused by name where it is none. */
function isText(start: string, lenient: boolean): boolean {
  return start.includes(":") || (lenient && !pictureStart.test(start));
}

/** Base64 text into a picture. */
function beginLift(head: string, options: LiftOptions): LiftSink {
  const sink = new PictureSink(options);
  try {
    sink.write(Buffer.from(head, "utf8"));
  } catch (thrown) {
    sink.abort();
    throw thrown;
  }
  return sink;
}

/** Throws `Base64Error` and what the picture's writer throws. */
class PictureSink implements LiftSink {
  readonly #decoder = createBase64Decoder();
  readonly #writer: PictureWriter;

  constructor({ spool, limits }: LiftOptions) {
    this.#writer = spool.begin(limits);
  }

  write(ascii: Uint8Array): void {
    this.#decoder.write(ascii, this.#emit);
  }

  get isStandard(): boolean {
    return this.#decoder.isStandard;
  }

  end(): Picture {
    this.#decoder.end(this.#emit);
    return this.#writer.end();
  }

  abort(): void {
    this.#writer.abort();
  }

  readonly #emit = (decoded: Uint8Array): void => this.#writer.write(decoded);
}
