import type { Picture, PictureLimits, PictureSpool } from "../core/picture.ts";
import type { LiftSink } from "./handler.ts";
import { InlinePicture } from "./inline-picture.ts";
import { LiftError } from "./lift.ts";

const marker = "data:image/";
const base64Mark = ";base64";
/** The longest `png;…;base64` between the marker and the comma. Characters. */
const typeMax = 128;
/** Bytes that are kept of the words around the pictures. */
const textBytesMax = 65_536;
const picturesMax = 16;
const replacement = "\ufffd";

const comma = 0x2c;
/** Characters before an address that ends with their counterpart. */
const enclosing = ["(", "<", "[", '"', "'"];

/** A text, or a picture that stood in it as a data URL. */
type Piece = string | Picture;

/**
 * Takes in a text that may have pictures among its words, as data URLs in Markdown or HTML. Its end is
 * the text, or where there are pictures a list of texts and pictures in their order. Of the words the
 * first 64 KiB are kept. Throws `Base64Error`, `LiftError` and what the pictures' writers throw.
 */
export function createInlineSink(spool: PictureSpool, limits: PictureLimits): LiftSink {
  const words = new Words();
  const pieces: Piece[] = [];
  let open: InlinePicture | undefined;
  const beginPicture = (): InlinePicture => {
    if (pieces.filter((piece) => typeof piece !== "string").length === picturesMax)
      throw new LiftError(`a text holds more than ${picturesMax} pictures`);
    const { isEnclosed } = words;
    pieces.push(words.take());
    return new InlinePicture(spool.begin(limits), isEnclosed);
  };
  const endPicture = (): void => {
    if (open === undefined) return;
    const { pending } = open;
    pieces.push(open.end());
    open = undefined;
    for (const byte of pending) words.read(byte);
  };
  const write = (run: Uint8Array): void => {
    for (let at = 0; at < run.length;) {
      if (open === undefined) {
        if (words.read(run[at] ?? 0)) open = beginPicture();
        at += 1;
        continue;
      }
      at = open.take(run, at);
      if (at < run.length) endPicture();
    }
  };
  return {
    write,
    unit(unit) {
      if (unit < 0x80) {
        write(Uint8Array.of(unit));
        return;
      }
      endPicture();
      words.readUnit(unit);
    },
    end() {
      endPicture();
      const last = words.take();
      if (pieces.length === 0) return last;
      return [...pieces, last].filter((piece) => piece !== "");
    },
    abort() {
      open?.abort();
    },
  };
}

/** The words outside of pictures; finds where a data URL begins. */
class Words {
  readonly #text = new KeptText();
  /** Characters of the marker that the last ones are. */
  #matched = 0;
  /** The part of a data URL's type that has come, behind the marker. */
  #type: string | undefined;

  /** The text so far ends in what encloses an address: a bracket or a quote. */
  get isEnclosed(): boolean {
    return enclosing.includes(this.#text.last);
  }

  /** One character. True where behind it a picture's base64 begins: its `data:…;base64,` is no text. */
  read(byte: number): boolean {
    if (this.#type === undefined) {
      this.#text.add(byte);
      // Only its first letter begins the marker again, so there is nothing else to fall back to.
      const letter = lower(byte);
      const goesOn = letter === marker.charCodeAt(this.#matched);
      this.#matched = goesOn ? this.#matched + 1 : Number(letter === marker.charCodeAt(0));
      if (this.#matched < marker.length) return false;
      this.#matched = 0;
      this.#text.drop(marker.length);
      this.#type = "";
      return false;
    }
    if (byte === comma && this.#type.toLowerCase().endsWith(base64Mark)) {
      this.#type = undefined;
      return true;
    }
    this.#type += String.fromCharCode(byte);
    if (this.#type.length > typeMax || !/^[\w.+;=-]*$/.test(this.#type)) this.#giveBack();
    return false;
  }

  /** One UTF-16 code unit beyond ASCII. */
  readUnit(unit: number): void {
    this.#giveBack();
    this.#matched = 0;
    this.#text.addUnit(unit);
  }

  take(): string {
    this.#giveBack();
    return this.#text.take();
  }

  /** Gives back as text the head of a data URL that turned out to be none. */
  #giveBack(): void {
    if (this.#type === undefined) return;
    for (const letter of Buffer.from(marker + this.#type, "latin1")) this.#text.add(letter);
    this.#type = undefined;
  }
}

/** The first bytes of a text, as UTF-8. */
class KeptText {
  #bytes = Buffer.alloc(256);
  #length = 0;
  /** Characters that were no longer kept, so that `drop` does not take others in their stead. */
  #over = 0;
  /** The first half of a character, until its second comes. */
  #high: number | undefined;

  add(byte: number): void {
    if (this.#high !== undefined) this.#write(replacement);
    this.#put(byte);
  }

  /** An escaped UTF-16 code unit; two surrogates in a row are one character. */
  addUnit(unit: number): void {
    const isLow = unit >= 0xdc00 && unit < 0xe000;
    if (this.#high !== undefined) {
      this.#write(isLow ? String.fromCharCode(this.#high, unit) : replacement);
      if (isLow) return;
    }
    if (unit >= 0xd800 && unit < 0xdc00) this.#high = unit;
    else this.#write(String.fromCharCode(unit));
  }

  #write(text: string): void {
    this.#high = undefined;
    for (const byte of Buffer.from(text, "utf8")) this.#put(byte);
  }

  #put(byte: number): void {
    if (this.#length === textBytesMax) {
      this.#over += 1;
      return;
    }
    if (this.#length === this.#bytes.length) {
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)]);
    }
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  /** Takes back the last characters. */
  drop(count: number): void {
    const over = Math.min(count, this.#over);
    this.#over -= over;
    this.#length -= count - over;
  }

  /** The last character, where it is ASCII. */
  get last(): string {
    return String.fromCharCode(this.#bytes[this.#length - 1] ?? 0);
  }

  take(): string {
    if (this.#high !== undefined) this.#write(replacement);
    const text = this.#bytes.toString("utf8", 0, this.#length);
    this.#length = 0;
    this.#over = 0;
    return text;
  }
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
