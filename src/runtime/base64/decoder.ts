import { decodeCharsMax, simd } from "./base64-simd.ts";
import { Base64Error, LooseText } from "./loose.ts";

export { Base64Error };

/** Takes base64 text in as it arrives, in pieces of any length. */
export interface Base64Decoder {
  /** Throws `Base64Error` on what cannot be base64. The decoded bytes are only valid during the call of `emit`. */
  write(ascii: Uint8Array, emit: (decoded: Uint8Array) => void): void;
  /** Throws `Base64Error` where the text's length or padding is wrong. */
  end(emit: (decoded: Uint8Array) => void): void;
  /** False once the text has shown anything but the standard alphabet with its padding (RFC 4648 §4). */
  readonly isStandard: boolean;
}

/** Short pieces (text cut up by escapes) are gathered to this length first. */
const gatherChars = 4096;
/** Room that most pieces need: what stays behind of a long one, or a tiny picture. */
const gatherCharsAtFirst = 512;
const nothing = new Uint8Array();

/** A decoder that is fast for standard text, and reads text as other encoders write it too (`LooseText`). */
export function createBase64Decoder(): Base64Decoder {
  return new GatheringDecoder();
}

class GatheringDecoder implements Base64Decoder {
  #gathered = Buffer.allocUnsafe(gatherCharsAtFirst);
  #length = 0;
  /** Set from the first character on that is not of the standard alphabet. */
  #loose: LooseText | undefined;
  /** Letters of loose text that are no whole group of four yet. */
  #carry: Uint8Array = nothing;

  get isStandard(): boolean {
    return this.#loose === undefined;
  }

  write(ascii: Uint8Array, emit: (decoded: Uint8Array) => void): void {
    if (this.#length + ascii.length <= gatherChars) {
      this.#gather(ascii);
      return;
    }
    if (this.#loose === undefined) this.#writeStandard(ascii, emit);
    else this.#writeLoose(this.#loose, [this.#takeGathered(), ascii], emit);
  }

  end(emit: (decoded: Uint8Array) => void): void {
    const text = this.#takeGathered();
    if (this.#loose === undefined && decodeEnd(text, emit)) return;
    this.#loose ??= new LooseText();
    this.#writeLoose(this.#loose, [text], emit);
    this.#loose.end();
    if (this.#carry.length > 0)
      emit(Buffer.from(Buffer.from(this.#carry).toString("latin1"), "base64"));
  }

  #writeStandard(ascii: Uint8Array, emit: (decoded: Uint8Array) => void): void {
    // What is gathered is topped up to whole groups of four; the rest is decoded where it is. At least
    // one character stays behind, since only the very last group may be padded.
    const missing = (4 - (this.#length % 4)) % 4;
    this.#gather(ascii.subarray(0, missing));
    const rest = ascii.subarray(missing);
    const direct = Math.max(0, Math.floor((rest.length - 1) / 4) * 4);
    const texts = [this.#takeGathered(), rest.subarray(0, direct)];
    const undecoded = decodeGroups(texts, emit);
    if (undecoded === undefined) {
      this.#gather(rest.subarray(direct));
      return;
    }
    this.#loose = new LooseText();
    this.#writeLoose(this.#loose, [...undecoded, rest.subarray(direct)], emit);
  }

  /** Decodes all whole groups of four letters; the letters of the last one that is none are carried. */
  #writeLoose(
    loose: LooseText,
    texts: readonly Uint8Array[],
    emit: (decoded: Uint8Array) => void,
  ): void {
    const { input } = simd();
    input.set(this.#carry);
    let filled = this.#carry.length;
    for (const text of texts) {
      for (let at = 0; at < text.length;) {
        const cleaned = loose.clean(text, at, input, filled);
        at = cleaned.read;
        filled = cleaned.filled;
        if (filled < decodeCharsMax) continue;
        emit(standardBytes(filled));
        filled = 0;
      }
    }
    const whole = filled - (filled % 4);
    this.#carry = filled === whole ? nothing : Buffer.from(input.subarray(whole, filled));
    if (whole > 0) emit(standardBytes(whole));
  }

  #takeGathered(): Buffer {
    const text = this.#gathered.subarray(0, this.#length);
    this.#length = 0;
    return text;
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
 * and emitting are synchronous, so all decoders share one memory. Returns what is left from the first piece
 * on that holds anything but standard letters; undefined: nothing.
 */
function decodeGroups(
  texts: readonly Uint8Array[],
  emit: (decoded: Uint8Array) => void,
): Uint8Array[] | undefined {
  const { input } = simd();
  let filled = 0;
  for (const [index, text] of texts.entries()) {
    for (let at = 0; at < text.length;) {
      const count = Math.min(decodeCharsMax - filled, text.length - at);
      input.set(text.subarray(at, at + count), filled);
      at += count;
      filled += count;
      if (filled < decodeCharsMax) continue;
      const bytes = decoded(filled);
      if (bytes === undefined) return undecoded(filled, text.subarray(at), texts.slice(index + 1));
      emit(bytes);
      filled = 0;
    }
  }
  if (filled === 0) return undefined;
  const bytes = decoded(filled);
  if (bytes === undefined) return undecoded(filled, new Uint8Array(), []);
  emit(bytes);
  return undefined;
}

/** The undecoded characters: those in the input, which is used again at once, and those that follow. */
function undecoded(filled: number, rest: Uint8Array, others: readonly Uint8Array[]): Uint8Array[] {
  return [Buffer.from(simd().input.subarray(0, filled)), rest, ...others];
}

/** The bytes that so many characters of the input stand for, valid until the next call; undefined where one is no standard letter. */
function decoded(chars: number): Buffer | undefined {
  const { output, decode } = simd();
  return decode(chars) ? output.subarray(0, (chars / 4) * 3) : undefined;
}

/** The same of letters that are standard already. */
function standardBytes(chars: number): Buffer {
  const bytes = decoded(chars);
  if (bytes === undefined) throw new Base64Error("the text holds characters that are no base64");
  return bytes;
}

const lastGroup = /^[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/](?:=|[A-Za-z0-9+/]))$/;

/** Decodes what is left, with the last group, which alone may be padded; false, and nothing is done, where it is no standard text. */
function decodeEnd(text: Buffer, emit: (decoded: Uint8Array) => void): boolean {
  if (text.length === 0) return true;
  if (text.length % 4 !== 0) return false;
  const { input, output } = simd();
  const whole = text.length - 4;
  input.set(text.subarray(0, whole));
  const bytes = decoded(whole)?.length;
  const group = text.toString("latin1", whole);
  if (bytes === undefined || !lastGroup.test(group)) return false;
  emit(output.subarray(0, bytes + output.write(group, bytes, 3, "base64")));
  return true;
}
