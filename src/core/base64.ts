import type { Bytes } from "./picture.ts";

/** Text that is no strict base64 (RFC 4648 §4: standard alphabet, padded, nothing in between). */
export class Base64Error extends Error {
  override readonly name = "Base64Error";
}

/** Length of the padded base64 text of `byteLength` bytes. */
export function base64Length(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4;
}

/** Bytes encoded at once: a multiple of 3 whose text has exactly 64 KiB. */
const encodeBytes = 49_152;

/** The bytes as base64 text in ASCII, in pieces of at most 64 KiB, whatever the lengths of the source's chunks. */
export async function* base64Chunks(bytes: Pick<Bytes, "chunks">): AsyncGenerator<Buffer> {
  let carry: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes.chunks(0, undefined, true)) {
    const all = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
    const whole = all.length - (all.length % 3);
    for (let start = 0; start < whole; start += encodeBytes) {
      yield encode(all.subarray(start, Math.min(start + encodeBytes, whole)));
    }
    // A copy, since the chunk is lent.
    carry = Buffer.from(all.subarray(whole));
  }
  if (carry.length > 0) yield encode(carry);
}

function encode(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString("base64"), "latin1");
}

/** Takes base64 text in as it arrives, in pieces of any length. */
export interface Base64Decoder {
  /** Throws `Base64Error` on anything but the standard alphabet. The decoded bytes are only valid during the call of `emit`. */
  write(ascii: Uint8Array, emit: (decoded: Uint8Array) => void): void;
  /** Throws `Base64Error` where the text's length or padding is wrong. */
  end(emit: (decoded: Uint8Array) => void): void;
}

/** Bytes of decoded output that are emitted at once, at most. */
const outputBytes = 65_536;
/**
 * Characters decoded at once. Node's decoder takes a string, and one this short is made in the young
 * generation; longer ones are allocated outside, which took a third of the time.
 */
const decodeChars = 8_192;
/** Short pieces (text cut up by escapes) are gathered to this length first. */
const gatherChars = 4096;
/** What most pieces need: what stays behind of a long one, or a tiny picture. */
const gatherCharsAtFirst = 512;

/**
 * Output of every decoder: decoding and emitting are synchronous, so no two can use it at once, and a
 * thousand pictures in flight need one buffer instead of a thousand. Made on first use.
 */
let sharedOutput: Buffer | undefined;

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

/** Decodes unpadded groups of four and emits them in pieces that are as large as the output allows. */
function decodeGroups(texts: readonly Uint8Array[], emit: (decoded: Uint8Array) => void): void {
  sharedOutput ??= Buffer.allocUnsafeSlow(outputBytes);
  const output = sharedOutput;
  let filled = 0;
  for (const text of texts) {
    const ascii = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
    for (let start = 0; start < ascii.length; start += decodeChars) {
      const piece = ascii.subarray(start, start + decodeChars);
      const bytes = (piece.length / 4) * 3;
      if (filled + bytes > output.length) {
        emit(output.subarray(0, filled));
        filled = 0;
      }
      decodePiece(piece, output, filled, bytes);
      filled += bytes;
    }
  }
  if (filled > 0) emit(output.subarray(0, filled));
}

/**
 * Node's decoder skips what is no base64, so anything illegal shows as missing output; it also takes
 * the URL-safe alphabet, which two fast scans rule out.
 */
function decodePiece(piece: Buffer, output: Buffer, offset: number, bytes: number): void {
  const written = output.write(piece.toString("latin1"), offset, bytes, "base64");
  if (written !== bytes || piece.includes(0x2d) || piece.includes(0x5f)) {
    throw new Base64Error("the text holds characters that are no base64");
  }
}

const lastGroup = /^[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/](?:=|[A-Za-z0-9+/]))$/;

/** Decodes what is left, with the last group, which alone may be padded. */
function decodeEnd(text: Buffer, emit: (decoded: Uint8Array) => void): void {
  const whole = text.length - 4;
  const bytes = (whole / 4) * 3;
  sharedOutput ??= Buffer.allocUnsafeSlow(outputBytes);
  decodePiece(text.subarray(0, whole), sharedOutput, 0, bytes);
  const group = text.toString("latin1", whole);
  if (!lastGroup.test(group)) {
    throw new Base64Error("the base64 text has illegal characters or wrong padding at its end");
  }
  emit(sharedOutput.subarray(0, bytes + sharedOutput.write(group, bytes, 3, "base64")));
}
