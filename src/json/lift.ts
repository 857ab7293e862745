import { Base64Error, createBase64Decoder } from "../runtime/base64/decoder.ts";
import { PinholeError } from "../core/errors.ts";
import type { Picture, PictureLimits, PictureSpool, PictureWriter } from "../core/picture.ts";
import type { LiftDecision, LiftSink } from "./handler.ts";

/** The longest `data:…;base64,` that is read. Characters. */
const prefixMax = 256;
/** A colon among the first characters makes a string an address: base64 has none. */
const schemeMax = 32;
/** Characters of an upstream's string that are kept, in case that they turn out to be no picture but a link. */
const linkMax = 4096;

/** An address without a scheme: a dot, which is in no base64, among what addresses are made of. */
const address = /^[\w%/?&=+~:@#,;-]*\.[\w%/?&=+~:@#,;.-]*$/;

/** A string at a place of pictures that can be none. */
export class LiftError extends Error {
  override readonly name = "LiftError";
}

export interface LiftOptions {
  readonly spool: PictureSpool;
  readonly limits: PictureLimits;
  /** Of an answer that was paid for: links need no scheme. */
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
  if (isLink(start.slice(0, schemeMax), options.lenient === true)) return "text";
  return beginLift(start, options);
}

/** Base64 has no colon. A path begins with a slash, as a JPEG's base64 does, or holds what is in no base64. */
function isLink(start: string, lenient: boolean): boolean {
  if (start.includes(":")) return true;
  return lenient && (/^\/(?!9j\/)/.test(start) || address.test(start));
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
  /** The text itself, as long as it may be a link; undefined: it is none. */
  #link: string | undefined;

  constructor({ spool, limits, lenient }: LiftOptions) {
    this.#writer = spool.begin(limits);
    this.#link = lenient === true ? "" : undefined;
  }

  write(ascii: Uint8Array): void {
    if (this.#link !== undefined) {
      const isShort = this.#link.length + ascii.length <= linkMax;
      this.#link = isShort ? this.#link + Buffer.from(ascii).toString("latin1") : undefined;
    }
    this.#decoder.write(ascii, this.#emit);
  }

  end(): Picture | string {
    try {
      this.#decoder.end(this.#emit);
      return this.#writer.end();
    } catch (thrown) {
      if (this.#link === undefined || !address.test(this.#link)) throw thrown;
      if (!isNoPicture(thrown)) throw thrown;
      this.#writer.abort();
      return this.#link;
    }
  }

  abort(): void {
    this.#writer.abort();
  }

  readonly #emit = (decoded: Uint8Array): void => this.#writer.write(decoded);
}

/** Bytes that are no base64 or no image, as opposed to a full disk. */
function isNoPicture(thrown: unknown): boolean {
  if (thrown instanceof Base64Error) return true;
  return (
    thrown instanceof PinholeError &&
    (thrown.code === "invalid_image" || thrown.code === "upstream_bad_answer")
  );
}
