import { base64Chunks, base64Length } from "../runtime/base64/base64.ts";
import { contentTypes } from "../core/picture.ts";
import { EncodedPicture, type WireJson } from "../core/wire.ts";

/** A body whose length is known before it is sent. */
export interface OutgoingBody {
  readonly byteLength: number;
  /**
   * The bytes in chunks of at most 64 KiB or one text between two pictures. May be called again, for a
   * retry. `lent`: a chunk is only read until the next one is asked for; it may have 256 KiB.
   */
  chunks(lent?: boolean): AsyncIterable<Buffer>;
  /** The whole body, where it holds no picture but small ones in memory. */
  readonly whole: Buffer | undefined;
}

/** A JSON document on its way out. */
export type JsonBody = OutgoingBody;

/**
 * Describes a JSON document that is written while it is sent: pictures become base64 or data URLs
 * chunk by chunk. Keys whose value is undefined are left out. Throws TypeError on a number that JSON
 * cannot say.
 */
export function jsonBody(value: WireJson): JsonBody {
  const pieces = new Pieces();
  writeValue(pieces, value);
  return bodyOf(pieces.take());
}

/** A picture of at most so many bytes that is in memory costs less as text than as a piece of its own. */
const smallPictureBytes = 16_384;

/** A text, or a picture as base64. */
type Piece = Buffer | EncodedPicture;

/** Gathers what is written; texts that follow one another become one. */
class Pieces {
  readonly #pieces: Piece[] = [];
  #text = "";

  text(text: string): void {
    this.#text += text;
  }

  picture(encoded: EncodedPicture): void {
    const { bytes } = encoded.picture;
    const held = bytes.byteLength <= smallPictureBytes ? bytes.inMemory?.() : undefined;
    const [block] = held ?? [];
    // So few bytes are in one block.
    if (block?.length === bytes.byteLength) this.#text += block.toString("base64");
    else this.#pieces.push(this.#flush(), encoded);
  }

  take(): readonly Piece[] {
    this.#pieces.push(this.#flush());
    return this.#pieces;
  }

  #flush(): Buffer {
    const text = Buffer.from(this.#text, "utf8");
    this.#text = "";
    return text;
  }
}

function writeValue(pieces: Pieces, value: WireJson): void {
  if (value === undefined || value === null) {
    pieces.text("null");
  } else if (value instanceof EncodedPicture) {
    const prefix = `data:${contentTypes[value.picture.format]};base64,`;
    pieces.text(value.as === "data_url" ? `"${prefix}` : '"');
    pieces.picture(value);
    pieces.text('"');
  } else if (Array.isArray(value)) {
    writeArray(pieces, value);
  } else if (typeof value === "object") {
    // Array.isArray does not narrow readonly arrays away, so the compiler still sees one here.
    writeObject(pieces, value as { readonly [key: string]: WireJson });
  } else {
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new TypeError(`JSON has no number ${value}`);
    }
    pieces.text(typeof value === "bigint" ? String(value) : JSON.stringify(value));
  }
}

function writeArray(pieces: Pieces, values: readonly WireJson[]): void {
  pieces.text("[");
  let separator = "";
  for (const value of values) {
    if (separator !== "") pieces.text(separator);
    separator = ",";
    writeValue(pieces, value);
  }
  pieces.text("]");
}

function writeObject(pieces: Pieces, object: { readonly [key: string]: WireJson }): void {
  let separator = "{";
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (value === undefined) continue;
    pieces.text(`${separator}${JSON.stringify(key)}:`);
    separator = ",";
    writeValue(pieces, value);
  }
  pieces.text(separator === "{" ? "{}" : "}");
}

function bodyOf(pieces: readonly Piece[]): OutgoingBody {
  const [first] = pieces;
  if (pieces.length === 1 && Buffer.isBuffer(first)) return wholeBody(first);
  let byteLength = 0;
  for (const piece of pieces) byteLength += pieceLength(piece);
  return {
    byteLength,
    whole: undefined,
    async *chunks(lent = false) {
      for (const piece of pieces) {
        if (Buffer.isBuffer(piece)) yield piece;
        else yield* base64Chunks(piece.picture.bytes, lent);
      }
    },
  };
}

function wholeBody(whole: Buffer): OutgoingBody {
  return {
    byteLength: whole.length,
    whole,
    async *chunks() {
      yield whole;
    },
  };
}

function pieceLength(piece: Piece): number {
  return Buffer.isBuffer(piece) ? piece.length : base64Length(piece.picture.bytes.byteLength);
}
