/** Takes what a stream of server-sent events says, as it arrives. */
export interface EventLinesHandler {
  /** A piece of the current event's data. Lines of one event are joined by a line feed. */
  data(piece: Buffer): void;
  /** The current event is whole; called only where it had data. */
  dispatch(event: string): void;
}

/** Reads the lines of a stream. */
export interface EventLines {
  write(chunk: Buffer): void;
  /** No more comes. What has no blank line behind it is dispatched too: a picture may be in it. */
  end(): void;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const space = 0x20;
const byteOrderMark = [0xef, 0xbb, 0xbf];
const joint = Buffer.from("\n");
/** Longer names and event types are cut: none is known that long. Bytes. */
const wordBytesMax = 256;

/** The part of a line that is being read: a field's name, the one space that may follow its colon, its value, or a line that says nothing. */
type Mode = "name" | "space" | "value" | "ignored";

/**
 * Server-sent events by WHATWG's rules (lines end with CR, LF or both; comments; a mark at the
 * beginning), in chunks cut anywhere. Data is passed on where it lies, however long a line is.
 */
export function createEventLines(handler: EventLinesHandler): EventLines {
  const reader = new LineReader(handler);
  return {
    write: (chunk) => reader.write(chunk),
    end: () => reader.end(),
  };
}

class LineReader {
  readonly #handler: EventLinesHandler;
  #mode: Mode = "name";
  /** Bytes of the mark seen so far; -1 once the stream has begun. */
  #mark = 0;
  #afterReturn = false;
  /** The line so far, where it is no value of `data`. */
  #word = "";
  #field = "";
  #event = "";
  /** Lines of data in the current event. */
  #dataLines = 0;
  /** Ends of lines in the current chunk, at or after the reading place. */
  #feedAt = -1;
  #returnAt = -1;

  constructor(handler: EventLinesHandler) {
    this.#handler = handler;
  }

  write(chunk: Buffer): void {
    this.#feedAt = -1;
    this.#returnAt = -1;
    let at = this.#mark === -1 ? 0 : this.#skipMark(chunk);
    while (at < chunk.length) at = this.#step(chunk, at);
  }

  end(): void {
    if (this.#mode !== "name" || this.#word !== "") this.#endLine();
    this.#dispatch();
  }

  #skipMark(chunk: Buffer): number {
    let at = 0;
    while (at < chunk.length && this.#mark < 3 && chunk[at] === byteOrderMark[this.#mark]) {
      this.#mark += 1;
      at += 1;
    }
    if (at < chunk.length || this.#mark === 3) this.#mark = -1;
    return at;
  }

  #step(chunk: Buffer, at: number): number {
    const byte = chunk[at];
    if (this.#afterReturn) {
      this.#afterReturn = false;
      if (byte === lineFeed) return at + 1;
    }
    const stop = this.#lineEnd(chunk, at);
    if (at < stop) return this.#readLine(chunk, at, stop);
    this.#afterReturn = byte === carriageReturn;
    this.#endLine();
    return at + 1;
  }

  /** Remembered, or a chunk of many short lines would be searched to its end once for each of them. */
  #lineEnd(chunk: Buffer, at: number): number {
    if (this.#feedAt < at) this.#feedAt = find(chunk, lineFeed, at);
    if (this.#returnAt < at) this.#returnAt = find(chunk, carriageReturn, at);
    return Math.min(this.#feedAt, this.#returnAt);
  }

  /** As much of a line as has one meaning; returns where to go on. */
  #readLine(chunk: Buffer, at: number, stop: number): number {
    switch (this.#mode) {
      case "name": {
        const found = chunk.subarray(at, stop).indexOf(colon);
        const end = found === -1 ? stop : at + found;
        this.#addWord(chunk.subarray(at, end));
        if (found === -1) return stop;
        this.#beginValue();
        return end + 1;
      }
      case "space":
        this.#mode = "value";
        return chunk[at] === space ? at + 1 : at;
      case "value":
        if (this.#field === "data") this.#handler.data(chunk.subarray(at, stop));
        else this.#addWord(chunk.subarray(at, stop));
        return stop;
      case "ignored":
        return stop;
      default:
        return this.#mode satisfies never;
    }
  }

  #addWord(bytes: Buffer): void {
    const room = wordBytesMax - this.#word.length;
    if (room > 0) this.#word += bytes.toString("latin1", 0, room);
  }

  /** Behind the colon. A line that begins with one is a comment. */
  #beginValue(): void {
    this.#field = this.#word;
    this.#word = "";
    this.#mode = this.#field === "data" || this.#field === "event" ? "space" : "ignored";
    if (this.#field === "data") this.#beginData();
  }

  #beginData(): void {
    if (this.#dataLines > 0) this.#handler.data(joint);
    this.#dataLines += 1;
  }

  #endLine(): void {
    const isBlank = this.#mode === "name" && this.#word === "";
    if (this.#mode === "name" && this.#word === "data") this.#beginData();
    if (this.#mode !== "name" && this.#field === "event") this.#event = this.#word;
    this.#mode = "name";
    this.#word = "";
    this.#field = "";
    if (isBlank) this.#dispatch();
  }

  #dispatch(): void {
    const event = this.#event === "" ? "message" : this.#event;
    const isWhole = this.#dataLines > 0;
    this.#event = "";
    this.#dataLines = 0;
    if (isWhole) this.#handler.dispatch(event);
  }
}

function find(chunk: Buffer, byte: number, from: number): number {
  const found = chunk.indexOf(byte, from);
  return found === -1 ? chunk.length : found;
}
