import { base64Chunks, base64Length } from "../core/base64.ts";
import { contentTypes } from "../core/picture.ts";
import { EncodedPicture, type WireJson } from "../core/wire.ts";

/** A body whose length is known before it is sent. */
export interface OutgoingBody {
  readonly byteLength: number;
  /** The bytes in chunks of at most 64 KiB or one text between two pictures. May be called again, for a retry. */
  chunks(): AsyncIterable<Buffer>;
  /** The whole body, where it holds no picture. */
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

/** A text, or a picture as base64. */
type Piece = Buffer | EncodedPicture;

/** Gathers what is written; texts that follow one another become one. */
class Pieces {
  readonly #pieces: Piece[] = [];
  #text: string[] = [];

  text(text: string): void {
    this.#text.push(text);
  }

  picture(encoded: EncodedPicture): void {
    this.#pieces.push(this.#flush(), encoded);
  }

  take(): readonly Piece[] {
    return [...this.#pieces, this.#flush()];
  }

  #flush(): Buffer {
    const text = Buffer.from(this.#text.join(""), "utf8");
    this.#text = [];
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
    pieces.text(JSON.stringify(value));
  }
}

function writeArray(pieces: Pieces, values: readonly WireJson[]): void {
  pieces.text("[");
  for (const [index, value] of values.entries()) {
    if (index > 0) pieces.text(",");
    writeValue(pieces, value);
  }
  pieces.text("]");
}

function writeObject(pieces: Pieces, object: { readonly [key: string]: WireJson }): void {
  let separator = "{";
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    pieces.text(`${separator}${JSON.stringify(key)}:`);
    separator = ",";
    writeValue(pieces, value);
  }
  pieces.text(separator === "{" ? "{}" : "}");
}

function bodyOf(pieces: readonly Piece[]): OutgoingBody {
  const [first] = pieces;
  return {
    byteLength: pieces.reduce((sum, piece) => sum + pieceLength(piece), 0),
    whole: pieces.length === 1 && Buffer.isBuffer(first) ? first : undefined,
    async *chunks() {
      for (const piece of pieces) {
        if (Buffer.isBuffer(piece)) yield piece;
        else yield* base64Chunks(piece.picture.bytes);
      }
    },
  };
}

function pieceLength(piece: Piece): number {
  return Buffer.isBuffer(piece) ? piece.length : base64Length(piece.picture.bytes.byteLength);
}
