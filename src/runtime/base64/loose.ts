/** Text that is no base64, however generously it is read. */
export class Base64Error extends Error {
  override readonly name = "Base64Error";
}

const illegal = 0;
const gap = 1;
const padding = 2;
const percent = 3;

/** For each byte its letter in the standard alphabet, or what else it is. Letters are above those marks. */
const meanings = meaningOfBytes();

/** Gaps that a text may have besides as many as it has letters: no more than a line break each is usual. */
const gapsMax = 65_536;

/**
 * Turns base64 as some encoders write it into the standard alphabet without padding: lines, spaces and
 * tabs between, URL-safe letters, no or too much padding, percent-encoded letters in a URL.
 */
export class LooseText {
  #letters = 0;
  #gaps = 0;
  #padding = 0;
  /** The part of a percent-encoded byte that has come, behind its percent sign. */
  #escape: string | undefined;

  /**
   * Writes letters to the target from its place `at` on until it is full or the text is over. Returns how
   * much of the text is read and how far the target is filled. Throws `Base64Error`.
   */
  clean(
    text: Uint8Array,
    from: number,
    target: Uint8Array,
    at: number,
  ): { readonly read: number; readonly filled: number } {
    let read = from;
    let filled = at;
    while (read < text.length && filled < target.length) {
      const letter = this.#meaning(text[read] ?? 0);
      read += 1;
      if (letter > percent) {
        if (this.#padding > 0) throw new Base64Error("the base64 text goes on behind its padding");
        target[filled] = letter;
        filled += 1;
      } else if (letter === padding) this.#padding += 1;
      else if (letter === gap) this.#gaps += 1;
      else if (letter === illegal) {
        throw new Base64Error("the text holds characters that are no base64");
      }
    }
    this.#letters += filled - at;
    if (this.#gaps > this.#letters + gapsMax) {
      throw new Base64Error("the base64 text has more gaps than letters");
    }
    return { read, filled };
  }

  /** No more text comes. Throws `Base64Error` where it cannot end here. */
  end(): void {
    const rest = this.#letters % 4;
    const isWhole = rest === 0 ? this.#padding === 0 : rest !== 1 && this.#padding <= 2;
    if (this.#escape !== undefined || !isWhole) {
      throw new Base64Error("the base64 text has the wrong length or padding");
    }
  }

  #meaning(byte: number): number {
    if (this.#escape === undefined) {
      const meaning = meanings[byte] ?? illegal;
      if (meaning === percent) this.#escape = "";
      return meaning;
    }
    this.#escape += String.fromCharCode(byte);
    if (this.#escape.length < 2) return percent;
    const code = /^[0-9A-Fa-f]{2}$/.test(this.#escape) ? Number.parseInt(this.#escape, 16) : 0;
    this.#escape = undefined;
    const meaning = meanings[code] ?? illegal;
    return meaning === percent ? illegal : meaning;
  }
}

function meaningOfBytes(): Uint8Array {
  const table = new Uint8Array(256);
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (const letter of Buffer.from(letters)) table[letter] = letter;
  const put = (char: string, meaning: number): void => {
    table[char.charCodeAt(0)] = meaning;
  };
  put("-", "+".charCodeAt(0));
  put("_", "/".charCodeAt(0));
  put("=", padding);
  put("%", percent);
  for (const char of " \t\n\r\f\v") put(char, gap);
  return table;
}
