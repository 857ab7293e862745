import type { PictureFacts, PictureWriter } from "../../core/picture.ts";
import { releaseSoon } from "../../runtime/release.ts";
import type { WireAnswer } from "../../core/wire.ts";
import { type AnswerOptions, answerSink } from "./answer.ts";
import { type AnswerHead, type AnswerSink, announcedLength } from "../transport/answer-sink.ts";

/** Where an upstream's body goes, as it arrives, while it is read for its pictures and small fields. */
export interface RelayTap {
  /**
   * Asked at most once, as soon as the body's first picture is known for one: is this body the very
   * answer that the client is owed? `document` is what has been read of it so far, `body` the same as
   * it stands in the body.
   */
  wants(document: unknown, facts: PictureFacts, body: readonly Buffer[]): boolean;
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
  #state: "undecided" | "relaying" | "not relayed" = "undecided";
  /**
   * While undecided all that has come. While relaying the body's last chunk, or where its length was not
   * said the latest one, so that a body's end goes only when all of it is sound.
   */
  #held: Buffer[] = [];
  readonly #byteLength: number | undefined;
  #received = 0;

  constructor(head: AnswerHead, options: AnswerOptions, tap: RelayTap) {
    this.#byteLength = announcedLength(head);
    this.#tap = tap;
    const { spool } = options;
    const watched: AnswerOptions = {
      ...options,
      spool: {
        begin: (limits) => {
          const writer = spool.begin(limits);
          this.#writer ??= writer;
          return writer;
        },
        dispose: () => spool.dispose(),
      },
    };
    this.#inner = answerSink(head, watched, false);
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
    if (this.#state === "relaying") this.#pass();
    else this.#decide();
    return goesOn;
  }

  end(): WireAnswer {
    const answer = this.#inner.end();
    if (this.#state === "relaying") for (const chunk of this.#held) this.#tap.write(chunk);
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

  #decide(): void {
    if (this.#received < relayBytesMin) return;
    const facts = this.#writer?.facts();
    if (facts === undefined && this.#received < undecidedBytesMax) return;
    const isWanted =
      facts !== undefined && this.#tap.wants(this.#inner.document(), facts, this.#held);
    this.#state = isWanted ? "relaying" : "not relayed";
    if (!isWanted) {
      for (const chunk of this.#held) releaseSoon(chunk);
      this.#held = [];
      return;
    }
    this.#tap.begin(this.#byteLength);
    this.#pass();
  }

  /** Writes what is held but for what may be the body's end. */
  #pass(): void {
    const byteLength = this.#byteLength ?? this.#received;
    const kept = this.#received < byteLength ? 0 : 1;
    const passed = this.#held.splice(0, this.#held.length - kept);
    for (const chunk of passed) this.#tap.write(chunk);
  }
}
