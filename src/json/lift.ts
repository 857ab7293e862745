import { createBase64Decoder } from "../runtime/base64/base64.ts";
import type { PictureLimits, PictureSpool } from "../core/picture.ts";
import type { LiftDecision, LiftSink } from "./handler.ts";

/** The longest `data:…;base64,` that is read. Characters. */
const prefixMax = 256;
/** A colon among the first characters makes a string an address: base64 has none. */
const schemeMax = 32;

/** A string at a place of pictures that can be none. */
export class LiftError extends Error {
  override readonly name = "LiftError";
}

/**
 * Says from the head of a string at a place of pictures what it is: `data:<type>;base64,…` and bare
 * base64 are lifted, an address and the empty string stay text. Throws `LiftError` on a data URL in
 * another encoding, and what the picture's writer throws.
 */
export function decideLift(
  head: string,
  whole: boolean,
  spool: PictureSpool,
  limits: PictureLimits,
): LiftDecision {
  if (head === "") return whole ? "text" : "more";
  if (head.slice(0, 5).toLowerCase() === "data:") {
    const comma = head.indexOf(",");
    if (comma === -1 && !whole && head.length < prefixMax) return "more";
    if (!head.slice(0, comma).toLowerCase().endsWith(";base64")) {
      throw new LiftError("a data URL must have the form data:<type>;base64,<data>");
    }
    return beginLift(head.slice(comma + 1), spool, limits);
  }
  // `data` may still become a data URL, which is why nothing shorter than a scheme is decided.
  if (head.slice(0, schemeMax).includes(":")) return "text";
  if (head.length < schemeMax && !whole) return "more";
  return beginLift(head, spool, limits);
}

/** Base64 text into a picture. The sink throws `Base64Error` and what the writer throws. */
function beginLift(head: string, spool: PictureSpool, limits: PictureLimits): LiftSink {
  const decoder = createBase64Decoder();
  const writer = spool.begin(limits);
  const emit = (decoded: Uint8Array): void => writer.write(decoded);
  const sink: LiftSink = {
    write: (ascii) => decoder.write(ascii, emit),
    end() {
      decoder.end(emit);
      return writer.end();
    },
    abort: () => writer.abort(),
  };
  try {
    sink.write(Buffer.from(head, "utf8"));
  } catch (thrown) {
    writer.abort();
    throw thrown;
  }
  return sink;
}
