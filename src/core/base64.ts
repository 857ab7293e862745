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

/** Characters decoded at once. */
const decodeChars = 65_536;
/** Short pieces (text cut up by escapes) are gathered to this length first. */
const gatherChars = 4096;

/**
 * Output of every decoder: decoding and emitting are synchronous, so no two can use it at once, and a
 * thousand pictures in flight need one buffer instead of a thousand. Made on first use.
 */
let sharedOutput: Buffer | undefined;

export function createBase64Decoder(): Base64Decoder {
  const gathered = Buffer.allocUnsafe(gatherChars);
  let length = 0;
  const gather = (ascii: Uint8Array): void => {
    gathered.set(ascii, length);
    length += ascii.length;
  };
  return {
    write(ascii, emit) {
      if (length + ascii.length <= gatherChars) {
        gather(ascii);
        return;
      }
      // What is gathered is topped up to whole groups of four; the rest is decoded where it is. At least
      // one character stays behind, since only the very last group may be padded.
      const missing = (4 - (length % 4)) % 4;
      gather(ascii.subarray(0, missing));
      const rest = ascii.subarray(missing);
      const direct = Math.max(0, Math.ceil((rest.length - gatherChars / 2) / 4) * 4);
      decodeGroups([gathered.subarray(0, length), rest.subarray(0, direct)], emit);
      length = 0;
      gather(rest.subarray(direct));
    },
    end(emit) {
      if (length % 4 !== 0) {
        throw new Base64Error("the base64 text has the wrong length or padding");
      }
      const whole = Math.max(0, length - 4);
      decodeGroups([gathered.subarray(0, whole)], emit);
      decodeLastGroup(gathered.toString("latin1", whole, length), emit);
      length = 0;
    },
  };
}

/** Decodes unpadded groups of four and emits them in pieces that are as large as the output allows. */
function decodeGroups(texts: readonly Uint8Array[], emit: (decoded: Uint8Array) => void): void {
  sharedOutput ??= Buffer.allocUnsafeSlow(decodeChars);
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

function decodeLastGroup(group: string, emit: (decoded: Uint8Array) => void): void {
  if (group === "") return;
  if (!/^[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/](?:=|[A-Za-z0-9+/]))$/.test(group)) {
    throw new Base64Error("the base64 text has illegal characters or wrong padding at its end");
  }
  emit(Buffer.from(group, "base64"));
}
