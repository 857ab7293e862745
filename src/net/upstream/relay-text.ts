import type { KeptBytes } from "../../core/picture.ts";

/** The place of the picture in OpenAI's own answers; some servers write a data URL there, which is not relayed. */
const textStart = /"b64_json"\s*:\s*"(?=[A-Za-z0-9+/])/;
const nothing = Buffer.alloc(0);
/** Bytes in which the text begins nearly always. */
const lookedAt = 1024;
const quote = 0x22;
const lastGroup = /^[A-Za-z0-9+/]{4}$/;

/** The reading of a picture, as far as it has come, while its body is being relayed. */
export interface PictureReading {
  readonly kept: KeptBytes;
  /** The picture's text so far is standard base64, written without escapes. */
  isPlain(): boolean;
}

/**
 * The text of a picture in a body that is being relayed. As long as nothing is cut out of the picture and its
 * text is plain, the body passes as it came, as far as it is sure that both stay so. From then on the text is
 * written anew, of what is kept of the picture.
 */
export class RelayText {
  /** Place in the body behind the text's opening quote. */
  readonly start: number;
  #end: number | undefined;
  readonly #reading: PictureReading;
  /** Kept bytes that have been written anew; undefined: the text passes as it came. */
  #encodedTo: number | undefined;
  /** Characters of the new text that have passed as they came, since groups of four may be cut. */
  #skipChars = 0;
  /** Characters of the text that the client has been given. */
  #written = 0;
  /** The last kept bytes, which cannot be asked for once the picture has ended. */
  #last: { readonly from: number; readonly bytes: Buffer } | undefined;

  constructor(start: number, reading: PictureReading) {
    this.start = start;
    this.#reading = reading;
  }

  get isRewritten(): boolean {
    return this.#encodedTo !== undefined;
  }

  /** Place of the closing quote; undefined: it has not come. */
  get end(): number | undefined {
    return this.#end;
  }

  /** Says whether the text has to be written anew from `passed` on, a place in the body. */
  decide(passed: number): void {
    const { kept, isPlain } = this.#reading;
    if (this.isRewritten || (!kept.isChanged && isPlain())) return;
    const chars = Math.max(0, passed - this.start);
    if (this.#end !== undefined && passed >= this.#end) return;
    this.#encodedTo = Math.floor(chars / 4) * 3;
    this.#skipChars = chars % 4;
    this.#written = chars;
  }

  /** Whether a piece of the body may pass as it came, which ends at a place. */
  mayPass(piece: Buffer, end: number): boolean {
    if (this.#end !== undefined || end <= this.start) return true;
    const { byteLength, sure } = this.#reading.kept;
    const decoded = this.start + Math.floor(byteLength / 3) * 4;
    if (end <= decoded) return true;
    // A decoder leaves the last group behind, since it may be the padded one.
    return (
      end <= decoded + 4 && sure >= 3 && lastGroup.test(piece.toString("latin1", piece.length - 4))
    );
  }

  /** The picture's last byte has been written; `passed`: how far the body has been passed on. */
  pictureEnds(passed: number): void {
    this.decide(passed);
    if (this.#encodedTo === undefined) return;
    this.#last = { from: this.#encodedTo, bytes: this.#reading.kept.read(this.#encodedTo) };
  }

  /** Looks for the closing quote in a piece of the body that begins at a place; the picture has ended. */
  findEnd(piece: Buffer, at: number): void {
    if (this.#end !== undefined) return;
    const found = piece.indexOf(quote, Math.max(0, this.start - at));
    if (found !== -1) this.#end = at + found;
  }

  /**
   * The part of the new text that is there by now. `isSized`: the client was told a length, so that the text may not be
   * longer than the one it stands for, which had no padding then.
   */
  encode(isSized: boolean): Buffer {
    const from = this.#encodedTo ?? 0;
    // Groups of three bytes make whole groups of characters, until the last.
    if (this.#last === undefined && this.#reading.kept.byteLength - from < 3) return nothing;
    const bytes =
      this.#last?.bytes.subarray(from - this.#last.from) ?? this.#reading.kept.read(from);
    const count = this.#last === undefined ? bytes.length - (bytes.length % 3) : bytes.length;
    this.#encodedTo = from + count;
    const whole = bytes.toString("base64", 0, count).slice(this.#skipChars);
    const room =
      isSized && this.#end !== undefined ? this.#end - this.start - this.#written : whole.length;
    const text = whole.slice(0, room);
    this.#skipChars = 0;
    this.#written += text.length;
    return Buffer.from(text, "latin1");
  }

  /** The closing quote, and where the client was told a length spaces for the characters that are no longer there. */
  closing(isSized: boolean): Buffer {
    const missing = isSized ? (this.#end ?? 0) - this.start - this.#written : 0;
    return Buffer.from(`"${" ".repeat(missing)}`, "latin1");
  }
}

/** The place behind the opening quote of the picture's text; undefined: it cannot be found. */
export function findTextStart(body: readonly Buffer[]): number | undefined {
  const head = body[0]?.toString("latin1", 0, lookedAt) ?? "";
  const found = textStart.exec(head) ?? textStart.exec(Buffer.concat(body).toString("latin1"));
  return found === null ? undefined : found.index + found[0].length;
}
