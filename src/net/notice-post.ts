import { createDispatcher, type ProxyUrls } from "./transport/dispatcher.ts";
import type { AnswerSink } from "./transport/answer-sink.ts";
import { exchange } from "./transport/exchange.ts";
import { retryAfterSeconds } from "./transport/retry-after.ts";
import { TransportFault } from "./transport/transport-fault.ts";
import { type AllowPrivate, createGuard, GuardRefusal, type Resolve } from "./guard/guard.ts";

/** A message to post. */
export interface NoticeMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The end of a post: an answer's status, or the reason why there was none, in words without the address's path. */
export type PostEnd =
  | { readonly status: number; readonly retryAfterSeconds: number | undefined }
  | { readonly fault: string };

/** The HTTP of notices: one POST through the guard, no redirect followed. */
export interface NoticePost {
  /** Never rejects. */
  post(url: string, message: NoticeMessage): Promise<PostEnd>;
  /** Ends every connection; what is in flight fails. */
  close(): Promise<void>;
}

/** The parts that posting works with. */
export interface NoticePostOptions {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly allowPrivate: AllowPrivate;
  readonly proxy?: ProxyUrls | undefined;
  /** The system's resolver unless given. */
  readonly resolve?: Resolve | undefined;
}

const connectMs = 5_000;
const wholeMs = 10_000;
/** Notices are rare: a connection is not kept for the next. */
const restMsMax = 100;

/** Opens no connection until it is used. */
export function createNoticePost(options: NoticePostOptions): NoticePost {
  const { now, allowPrivate, proxy, resolve } = options;
  const guard = createGuard({ allowPrivate, resolve, connectTimeoutMs: connectMs });
  const dispatcher = createDispatcher({
    connectTimeoutMs: connectMs,
    restMsMax,
    // The operator names the targets: through a proxy only what the URL itself says is checked.
    ...(proxy === undefined ? { connect: guard.connect } : { proxy }),
  });
  const closed = new AbortController();
  return {
    async post(address, { headers, body }) {
      const bytes = Buffer.from(body, "utf8");
      try {
        const url = new URL(address);
        guard.check(url);
        return await exchange<PostEnd>({
          dispatcher,
          url,
          method: "POST",
          headers: { "user-agent": "pinhole", "content-type": "application/json", ...headers },
          body: { byteLength: bytes.length, whole: bytes, chunks: () => oneChunk(bytes) },
          signal: closed.signal,
          deadline: now() + wholeMs,
          now,
          connectMs,
          receive: ({ status, headers: answered }) =>
            headOnly({ status, retryAfterSeconds: retryAfterSeconds(answered, now()) }),
        });
      } catch (thrown) {
        return { fault: faultOf(thrown) };
      }
    },
    async close() {
      closed.abort();
      await dispatcher.destroy();
    },
  };
}

async function* oneChunk(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** The head says all: nothing is read of the body. */
function headOnly(end: PostEnd): AnswerSink<PostEnd> {
  return { write: () => false, end: () => end, abort() {}, complete: true };
}

function faultOf(thrown: unknown): string {
  if (thrown instanceof GuardRefusal) return thrown.message.replaceAll("egress.", "notices.");
  if (thrown instanceof TransportFault) return thrown.message;
  return "the message could not be posted";
}
