import type { PictureFacts, PictureWriter } from "../core/picture.ts";
import type { WireAnswer } from "../core/wire.ts";
import { type AnswerOptions, answerSink } from "./answer.ts";
import type { AnswerHead, AnswerSink } from "./exchange.ts";

/** Where an upstream's body goes, as it arrives, while it is read for its pictures and small fields. */
export interface RelayTap {
  /**
   * Asked at most once, as soon as the body's first picture is known for one: is this body the very
   * answer that the client is owed? `document` is what has been read of it so far, `text` the same as
   * it stands in the body.
   */
  wants(document: unknown, facts: PictureFacts, text: string): boolean;
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
  readonly #head: AnswerHead;
  readonly #tap: RelayTap;
  readonly #inner: ReturnType<typeof answerSink>;
  /** Of the first picture. */
  #writer: PictureWriter | undefined;
  #state: "undecided" | "relaying" | "not relayed" = "undecided";
  /** While undecided all that has come; while relaying the last chunk, so that a body's end goes only when all of it is sound. */
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(head: AnswerHead, options: AnswerOptions, tap: RelayTap) {
    this.#head = head;
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
    if (this.#state === "not relayed") return goesOn;
    if (this.#state === "relaying") {
      const [last] = this.#held;
      this.#held[0] = chunk;
      if (last !== undefined) this.#tap.write(last);
      return goesOn;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    this.#decide();
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
    if (this.#heldBytes < relayBytesMin) return;
    const facts = this.#writer?.facts();
    if (facts === undefined && this.#heldBytes < undecidedBytesMax) return;
    const isWanted = facts !== undefined && this.#isWanted(facts);
    this.#state = isWanted ? "relaying" : "not relayed";
    if (!isWanted) {
      this.#held = [];
      return;
    }
    this.#tap.begin(lengthOf(this.#head));
    const last = this.#held.pop();
    for (const chunk of this.#held) this.#tap.write(chunk);
    this.#held = last === undefined ? [] : [last];
  }

  #isWanted(facts: PictureFacts): boolean {
    const text = Buffer.concat(this.#held).toString("latin1");
    return this.#tap.wants(this.#inner.document(), facts, text);
  }
}

function lengthOf({ headers }: AnswerHead): number | undefined {
  const length = headers["content-length"];
  const isSaid = length !== undefined && /^\d+$/.test(length);
  return isSaid && headers["transfer-encoding"] === undefined ? Number(length) : undefined;
}
