import { decodeCharsMax, encodeBytesMax, simd } from "./base64-simd.ts";
import type { Bytes, BytesReader } from "../../core/picture.ts";

/** Text that is no strict base64 (RFC 4648 §4: standard alphabet, padded, nothing in between). */
export class Base64Error extends Error {
  override readonly name = "Base64Error";
}

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
  /** What does not fill a group yet: at most two bytes. */
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

  /** What has been written; the next piece begins. */
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

/** Takes base64 text in as it arrives, in pieces of any length. */
export interface Base64Decoder {
  /** Throws `Base64Error` on anything but the standard alphabet. The decoded bytes are only valid during the call of `emit`. */
  write(ascii: Uint8Array, emit: (decoded: Uint8Array) => void): void;
  /** Throws `Base64Error` where the text's length or padding is wrong. */
  end(emit: (decoded: Uint8Array) => void): void;
}

/** Short pieces (text cut up by escapes) are gathered to this length first. */
const gatherChars = 4096;
/** What most pieces need: what stays behind of a long one, or a tiny picture. */
const gatherCharsAtFirst = 512;

export function createBase64Decoder(): Base64Decoder {
  return new GatheringDecoder();
}

class GatheringDecoder implements Base64Decoder {
  #gathered = Buffer.allocUnsafe(gatherCharsAtFirst);
  #length = 0;

  write(ascii: Uint8Array, emit: (decoded: Uint8Array) => void): void {
    if (this.#length + ascii.length <= gatherChars) {
      this.#gather(ascii);
      return;
    }
    // What is gathered is topped up to whole groups of four; the rest is decoded where it is. At least
    // one character stays behind, since only the very last group may be padded.
    const missing = (4 - (this.#length % 4)) % 4;
    this.#gather(ascii.subarray(0, missing));
    const rest = ascii.subarray(missing);
    const direct = Math.max(0, Math.floor((rest.length - 1) / 4) * 4);
    decodeGroups([this.#gathered.subarray(0, this.#length), rest.subarray(0, direct)], emit);
    this.#length = 0;
    this.#gather(rest.subarray(direct));
  }

  end(emit: (decoded: Uint8Array) => void): void {
    const length = this.#length;
    if (length % 4 !== 0) {
      throw new Base64Error("the base64 text has the wrong length or padding");
    }
    this.#length = 0;
    if (length > 0) decodeEnd(this.#gathered.subarray(0, length), emit);
  }

  #gather(ascii: Uint8Array): void {
    const length = this.#length + ascii.length;
    if (length > this.#gathered.length) {
      const larger = Buffer.allocUnsafe(gatherChars);
      larger.set(this.#gathered.subarray(0, this.#length));
      this.#gathered = larger;
    }
    this.#gathered.set(ascii, this.#length);
    this.#length = length;
  }
}

/**
 * Decodes unpadded groups of four and emits them in pieces that are as large as the output allows. Decoding
 * and emitting are synchronous, so all decoders share one memory.
 */
function decodeGroups(texts: readonly Uint8Array[], emit: (decoded: Uint8Array) => void): void {
  const { input } = simd();
  let filled = 0;
  for (const text of texts) {
    for (let at = 0; at < text.length;) {
      const count = Math.min(decodeCharsMax - filled, text.length - at);
      input.set(text.subarray(at, at + count), filled);
      at += count;
      filled += count;
      if (filled < decodeCharsMax) continue;
      emit(decoded(filled));
      filled = 0;
    }
  }
  if (filled > 0) emit(decoded(filled));
}

/** What so many characters of the input say; valid until the next call. */
function decoded(chars: number): Buffer {
  const { output, decode } = simd();
  if (!decode(chars)) throw new Base64Error("the text holds characters that are no base64");
  return output.subarray(0, (chars / 4) * 3);
}

const lastGroup = /^[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/](?:=|[A-Za-z0-9+/]))$/;

/** Decodes what is left, with the last group, which alone may be padded. */
function decodeEnd(text: Buffer, emit: (decoded: Uint8Array) => void): void {
  const { input, output } = simd();
  const whole = text.length - 4;
  input.set(text.subarray(0, whole));
  const bytes = decoded(whole).length;
  const group = text.toString("latin1", whole);
  if (!lastGroup.test(group)) {
    throw new Base64Error("the base64 text has illegal characters or wrong padding at its end");
  }
  emit(output.subarray(0, bytes + output.write(group, bytes, 3, "base64")));
}
