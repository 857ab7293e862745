import type { PictureFacts, PictureSpool, PictureWriter } from "../../core/picture.ts";
import { releaseSoon } from "../../runtime/release.ts";
import type { WireAnswer } from "../../core/wire.ts";
import { type AnswerOptions, answerSink } from "./answer.ts";
import { RelayFacts } from "./relay-facts.ts";
import { findTextStart, RelayText } from "./relay-text.ts";
import { type AnswerHead, type AnswerSink, announcedLength } from "../transport/answer-sink.ts";

/** The way of an upstream's body to the client, as it arrives, while it is read for its pictures and small fields. */
export interface RelayTap {
  /**
   * Asked at most once, as soon as the body's first picture is known for one: is this body the very
   * answer that the client is owed? `document` is what has been read of it so far, `body` the same as
   * it stands in the body.
   */
  wants(document: unknown, facts: PictureFacts, body: readonly Buffer[]): boolean;
  /** The facts, by name, that the answer has to say where the upstream's does not. Asked once the body is wanted. */
  facts(): Readonly<Record<string, string>>;
  /** Called once, before the first `write`. `byteLength` is undefined where the upstream did not say. */
  begin(byteLength: number | undefined): void;
  /** The chunk is the tap's own from then on. Everything written was found sound so far; the last bytes come only after the whole body was. */
  write(chunk: Buffer): void;
  /** True where more should wait: `resume` is then called once, when it may go on. */
  congested(resume: () => void): boolean;
}

/** Shorter bodies have arrived before a relay could begin; they are answered from what was read. */
const relayBytesMin = 65_536;
/** A body that has not shown a picture by then is not relayed. */
const undecidedBytesMax = 262_144;

/** Reads a 2xx answer as `answerSink` does, and relays it where the tap wants that. */
export function relaySink(
  head: AnswerHead,
  options: AnswerOptions,
  tap: RelayTap,
): AnswerSink<WireAnswer> {
  return new RelayingSink(head, options, tap);
}

class RelayingSink implements AnswerSink<WireAnswer> {
  /** A small answer is not relayed, and the beginning of a large one is held here as well. */
  readonly patient = true;
  readonly #tap: RelayTap;
  readonly #inner: ReturnType<typeof answerSink>;
  /** Of the first picture. */
  #writer: PictureWriter | undefined;
  #hasPictureEnded = false;
  #state: "undecided" | "relaying" | "not relayed" = "undecided";
  /** The picture's text, where its writer says what is kept of it. */
  #text: RelayText | undefined;
  /**
   * Chunks that have come and may not be passed on yet: while undecided all; while relaying the body's last chunk, or
   * where its length was not said the latest one, so that a body's end goes only when all of it is sound; and
   * what may still have to be written anew.
   */
  #held: Buffer[] = [];
  #facts: RelayFacts | undefined;
  /** The number of chunks from the one on that closes the document, which wait for what is written in there. */
  #closing = 0;
  readonly #byteLength: number | undefined;
  #received = 0;
  /** The client was told the body's length. */
  #isSized = false;
  /** Bytes of the body that were passed on, or written anew. */
  #passed = 0;

  constructor(head: AnswerHead, options: AnswerOptions, tap: RelayTap) {
    this.#byteLength = announcedLength(head);
    this.#tap = tap;
    this.#inner = answerSink(head, { ...options, spool: this.#watched(options.spool) }, false);
  }

  write(chunk: Buffer): boolean {
    // First, since what throws here must not have been passed on.
    const goesOn = this.#inner.write(chunk);
    if (this.#state === "not relayed") {
      releaseSoon(chunk);
      return goesOn;
    }
    this.#held.push(chunk);
    this.#received += chunk.length;
    if (this.#inner.complete) this.#closing += 1;
    if (this.#state === "relaying") this.#pass(undefined);
    else this.#decide();
    return goesOn;
  }

  end(): WireAnswer {
    const answer = this.#inner.end();
    if (this.#state === "relaying") this.#pass(answer.json);
    this.#held = [];
    return answer;
  }

  abort(): void {
    this.#held = [];
    this.#inner.abort();
  }

  get complete(): boolean {
    return this.#inner.complete;
  }

  congested(resume: () => void): boolean {
    return this.#state === "relaying" && this.#tap.congested(resume);
  }

  /** The same spool, whose first picture is known here. */
  #watched(spool: PictureSpool): PictureSpool {
    return {
      begin: (limits) => {
        const writer = spool.begin(limits);
        if (this.#writer !== undefined) return writer;
        const watched: PictureWriter = {
          ...(writer.kept === undefined ? {} : { kept: writer.kept }),
          write: (bytes) => writer.write(bytes),
          facts: () => writer.facts(),
          abort: () => writer.abort(),
          end: () => {
            this.#pictureEnds(writer);
            return writer.end();
          },
        };
        this.#writer = watched;
        return watched;
      },
      dispose: () => spool.dispose(),
    };
  }

  #pictureEnds({ kept }: PictureWriter): void {
    this.#hasPictureEnded = true;
    if (kept === undefined || this.#state === "not relayed") return;
    this.#text?.pictureEnds(this.#passed);
    // Too early to relay anything: what has been read of it is answered from where it is kept.
    if (this.#text === undefined && (kept.isChanged || !this.#inner.isPlain)) this.#giveUp();
  }

  #giveUp(): void {
    this.#state = "not relayed";
    for (const chunk of this.#held) releaseSoon(chunk);
    this.#held = [];
  }

  #decide(): void {
    if (this.#received < relayBytesMin) return;
    const facts = this.#writer?.facts();
    if (facts === undefined && this.#received < undecidedBytesMax) return;
    const isWanted =
      facts !== undefined &&
      this.#writer?.kept?.isPatched !== true &&
      this.#tap.wants(this.#inner.document(), facts, this.#held);
    if (!isWanted || !this.#findText()) {
      this.#giveUp();
      return;
    }
    this.#state = "relaying";
    this.#text?.decide(0);
    const told = this.#text?.isRewritten === true ? undefined : this.#byteLength;
    this.#isSized = told !== undefined;
    this.#writer?.kept?.pin();
    this.#facts = new RelayFacts(this.#tap.facts(), this.#inner.document());
    this.#tap.begin(told === undefined ? undefined : told + this.#facts.roomBytes);
    this.#pass(undefined);
  }

  /** False where the picture's text is nowhere in what has come. */
  #findText(): boolean {
    const kept = this.#writer?.kept;
    if (kept === undefined) return true;
    const start = findTextStart(this.#held);
    if (start === undefined) return false;
    this.#text = new RelayText(start, { kept, isPlain: () => this.#inner.isPlain });
    return true;
  }

  /** Passes on what may go. `document`: the body's, once all of it has come and is sound. */
  #pass(document: unknown): void {
    const text = this.#text;
    if (text !== undefined && this.#hasPictureEnded) this.#findEnd(text);
    text?.decide(this.#passed);
    if (text?.isRewritten === true) this.#passAnew(text);
    else this.#passAsItCame(text);
    if (document === undefined) return;
    if (text?.isRewritten === true) this.#closeText(text);
    this.#close(document);
  }

  #findEnd(text: RelayText): void {
    let at = this.#passed;
    for (const chunk of this.#held) {
      text.findEnd(chunk, at);
      at += chunk.length;
    }
  }

  #passAsItCame(text: RelayText | undefined): void {
    const isAllThere = this.#received >= (this.#byteLength ?? 0);
    const kept = Math.max(this.#closing, isAllThere ? 1 : 0);
    let count = 0;
    let passed = this.#passed;
    for (const chunk of this.#held) {
      const waits = count >= this.#held.length - kept;
      if (waits || text?.mayPass(chunk, passed + chunk.length) === false) break;
      passed += chunk.length;
      count += 1;
    }
    this.#passed = passed;
    // At once, since taking them one by one is slow where there are many.
    for (const chunk of this.#held.splice(0, count)) this.#tap.write(chunk);
  }

  /** Passes on what stands before the text, then the new text; what stands behind it waits for the body's end. */
  #passAnew(text: RelayText): void {
    this.#passUpTo(text.start, (part) => this.#tap.write(part));
    const encoded = text.encode(this.#isSized);
    if (encoded.length > 0) this.#tap.write(encoded);
    this.#passUpTo(text.end ?? this.#received, releaseSoon);
  }

  /** Writes the new text's closing quote in place of the old one, which is the first byte that is held. */
  #closeText(text: RelayText): void {
    this.#tap.write(text.closing(this.#isSized));
    this.#passUpTo(this.#passed + 1, () => undefined);
  }

  /** Passes on all that is held, with the facts that the body lacks in its last chunks. */
  #close(document: unknown): void {
    const closing = this.#held.splice(Math.max(0, this.#held.length - this.#closing));
    for (const chunk of this.#held) this.#tap.write(chunk);
    this.#held = [];
    if (this.#facts === undefined) return;
    this.#tap.write(this.#facts.close(Buffer.concat(closing), document, this.#isSized));
    for (const chunk of closing) releaseSoon(chunk);
  }

  /** Takes what is held before that place of the body away. */
  #passUpTo(place: number, take: (part: Buffer) => void): void {
    let whole = 0;
    for (const chunk of this.#held) {
      if (this.#passed + chunk.length > place) break;
      this.#passed += chunk.length;
      whole += 1;
      take(chunk);
    }
    this.#held.splice(0, whole);
    const [chunk] = this.#held;
    const count = place - this.#passed;
    if (chunk === undefined || count <= 0) return;
    this.#passed = place;
    this.#held[0] = chunk.subarray(count);
    take(chunk.subarray(0, count));
  }
}
