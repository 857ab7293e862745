import { encodeBytesMax, simd } from "./base64-simd.ts";
import type { Bytes, BytesReader } from "../../core/picture.ts";

/** Length of the padded base64 text of `byteLength` bytes. */
export function base64Length(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4;
}

/** Characters written at once. */
const pieceChars = 65_536;
/** The same where the reader lends them back: fewer turns for a long text. */
const largePieceChars = 262_144;
/** So many texts have large pieces at a time; with more of them under way their memory counts. */
const largeTextsMax = 32;
let largeTexts = 0;
/** Large pieces that came back, for the next texts: memory that the processor still has at hand. */
const idlePieces: Buffer[] = [];

/**
 * The bytes as base64 text in ASCII, in pieces of at most 64 KiB (256 KiB where they are lent), whatever
 * the lengths of the source's chunks. `lent`: a piece is only read until the next one is asked for.
 */
export async function* base64Chunks(
  bytes: Pick<Bytes, "byteLength" | "chunks" | "reader">,
  lent = false,
): AsyncGenerator<Buffer> {
  const chars = base64Length(bytes.byteLength);
  if (!lent || chars <= pieceChars || largeTexts >= largeTextsMax) {
    yield* encoded(bytes, new Encoder(Math.min(pieceChars, chars), lent));
    return;
  }
  largeTexts += 1;
  const piece = idlePieces.pop() ?? Buffer.allocUnsafeSlow(largePieceChars);
  try {
    yield* encoded(bytes, new Encoder(Math.min(largePieceChars, chars), lent, piece));
    // Who stopped before the end may hold on to the last piece, and must not send another's picture.
    idlePieces.push(piece);
  } finally {
    largeTexts -= 1;
  }
}

async function* encoded(
  bytes: Pick<Bytes, "byteLength" | "chunks" | "reader">,
  encoder: Encoder,
): AsyncGenerator<Buffer> {
  const reader = bytes.reader?.();
  if (reader === undefined) {
    for await (const chunk of bytes.chunks(0, undefined, true)) {
      for (let at = 0; at < chunk.length;) {
        at += encoder.take(chunk, at);
        if (encoder.isFull()) yield encoder.piece();
      }
    }
  } else {
    try {
      for (let at = 0; at < bytes.byteLength;) {
        at += encoder.takeFrom(reader, at, bytes.byteLength - at);
        if (encoder.isFull()) yield encoder.piece();
      }
    } finally {
      reader.close();
    }
  }
  if (encoder.end()) yield encoder.piece();
}

/** Encodes into pieces of one size. */
class Encoder {
  readonly #size: number;
  readonly #lent: boolean;
  /** Bytes that do not fill a group yet: at most two. */
  readonly #carry = Buffer.alloc(2);
  #carried = 0;
  #piece: Buffer;
  #filled = 0;

  constructor(size: number, lent: boolean, piece: Buffer = Buffer.allocUnsafeSlow(size)) {
    this.#size = size;
    this.#lent = lent;
    this.#piece = piece;
  }

  isFull(): boolean {
    return this.#filled === this.#size;
  }

  /** Encodes what fits of the chunk from there on; says how many bytes that is. */
  take(chunk: Buffer, at: number): number {
    const { input } = simd();
    const count = Math.min(this.#room(), chunk.length - at);
    input.set(this.#carry.subarray(0, this.#carried));
    chunk.copy(input, this.#carried, at, at + count);
    this.#encode(this.#carried + count);
    return count;
  }

  /** The same, of the `rest` bytes that the reader has from there on. */
  takeFrom(reader: BytesReader, at: number, rest: number): number {
    const count = Math.min(this.#room(), rest);
    reader.read(simd().input, 0, count, at);
    this.#encode(count);
    return count;
  }

  /** Pads the last group; whether there is a last piece. */
  end(): boolean {
    if (this.#carried > 0) {
      const group = this.#carry.toString("base64", 0, this.#carried);
      this.#filled += this.#piece.write(group, this.#filled, "latin1");
      this.#carried = 0;
    }
    return this.#filled > 0;
  }

  /** The characters that have been written; the next piece begins. */
  piece(): Buffer {
    const piece = this.#piece.subarray(0, this.#filled);
    this.#filled = 0;
    if (!this.#lent) this.#piece = Buffer.allocUnsafeSlow(this.#size);
    return piece;
  }

  /** Bytes that may be encoded next, beside what is carried. */
  #room(): number {
    return Math.min(encodeBytesMax, ((this.#size - this.#filled) / 4) * 3) - this.#carried;
  }

  #encode(bytes: number): void {
    const { input, output, encode } = simd();
    this.#carried = bytes % 3;
    const whole = bytes - this.#carried;
    input.copy(this.#carry, 0, whole, bytes);
    encode(whole);
    this.#filled += output.copy(this.#piece, this.#filled, 0, (whole / 3) * 4);
  }
}
