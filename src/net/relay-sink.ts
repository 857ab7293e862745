import type { PictureFacts, PictureSpool, PictureWriter } from "../core/picture.ts";
import { type AnswerBody, type AnswerOptions, answerSink } from "./answer.ts";
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
  /** Everything written was found sound so far; the last bytes come only after the whole body was. */
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
): AnswerSink<AnswerBody> {
  const watched = watchFirst(options.spool);
  const inner = answerSink(head, { ...options, spool: watched.spool });
  let state: "undecided" | "relaying" | "not relayed" = "undecided";
  /** While undecided all that has come; while relaying the last chunk, so that a body's end goes only when all of it is sound. */
  let held: Buffer[] = [];
  let heldBytes = 0;
  const decide = (): void => {
    const facts = watched.facts();
    if (facts === undefined && heldBytes < undecidedBytesMax) return;
    if (facts !== undefined && heldBytes < relayBytesMin) return;
    const text = Buffer.concat(held).toString("latin1");
    const isWanted = facts !== undefined && tap.wants(inner.document(), facts, text);
    state = isWanted ? "relaying" : "not relayed";
    if (state === "relaying") tap.begin(lengthOf(head));
    else held = [];
  };
  const forward = (): void => {
    const last = held.pop();
    for (const chunk of held) tap.write(chunk);
    held = last === undefined ? [] : [last];
  };
  return {
    write(chunk) {
      // First, since what throws here must not have been passed on.
      const goesOn = inner.write(chunk);
      if (state === "not relayed") return goesOn;
      held.push(chunk);
      heldBytes += chunk.length;
      if (state === "undecided") decide();
      if (state === "relaying") forward();
      return goesOn;
    },
    end() {
      const body = inner.end();
      if (state === "relaying") for (const chunk of held) tap.write(chunk);
      held = [];
      return body;
    },
    abort() {
      held = [];
      inner.abort();
    },
    get complete() {
      return inner.complete;
    },
    congested: (resume) => state === "relaying" && tap.congested(resume),
  };
}

/** The spool, and what is known of the first picture that goes into it. */
function watchFirst(spool: PictureSpool): {
  readonly spool: PictureSpool;
  readonly facts: () => PictureFacts | undefined;
} {
  let first: PictureWriter | undefined;
  return {
    spool: {
      begin(limits) {
        const writer = spool.begin(limits);
        first ??= writer;
        return writer;
      },
      dispose: () => spool.dispose(),
    },
    facts: () => first?.facts(),
  };
}

function lengthOf({ headers }: AnswerHead): number | undefined {
  const length = headers["content-length"];
  const isSaid = length !== undefined && /^\d+$/.test(length);
  return isSaid && headers["transfer-encoding"] === undefined ? Number(length) : undefined;
}
