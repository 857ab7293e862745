import { createDispatcher, type ProxyUrls } from "./transport/dispatcher.ts";
import type { AnswerSink, SinkControl } from "./transport/answer-sink.ts";
import { exchange } from "./transport/exchange.ts";
import { TransportFault } from "./transport/transport-fault.ts";

/** One request to a server that the operator named, such as the one that keeps the pictures. */
export interface PlainRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent with its length. */
  readonly body?: PlainBody | undefined;
  /** Time for the connection, from one chunk sent to the next or the answer's head, and for all of it; milliseconds. */
  readonly connectMs: number;
  readonly headMs: number;
  readonly wholeMs: number;
  /** True: never through a proxy, as for the addresses of the machine's own cloud. */
  readonly isDirect?: boolean;
}

/** A body whose length is known before it is sent. */
export interface PlainBody {
  readonly byteLength: number;
  chunks(): AsyncIterable<Buffer>;
}

/** An answer whose head has come. Read its body to the end or leave the loop: until then it holds a connection. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it comes, once; throws where it breaks off. */
  readonly body: AsyncIterable<Buffer>;
}

/** HTTP to servers that the operator named, without any meaning of its own. */
export interface PlainHttp {
  /** Resolves with the answer's head, whatever its status; rejects where there is none. */
  open(request: PlainRequest): Promise<PlainAnswer>;
  /** Ends every connection; what is in flight fails. */
  close(): Promise<void>;
}

export interface PlainHttpOptions {
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly userAgent: string;
  readonly proxy?: ProxyUrls | undefined;
}

const connectTimeoutMs = 60_000;
/** Servers of objects keep connections for several seconds; a request that meets one just closed is sent again. */
const restMsMax = 4_000;
/** Time for which a body may stand still while somebody waits for it. */
const stallMs = 15_000;
/** Bytes that wait for their reader before the connection is paused. */
const waitingBytesMax = 128 * 1024;

/** Opens no connection until it is used. Connections are kept alive. */
export function createPlainHttp({ now, userAgent, proxy }: PlainHttpOptions): PlainHttp {
  const through = createDispatcher({ connectTimeoutMs, restMsMax, proxy });
  const direct = proxy === undefined ? through : createDispatcher({ connectTimeoutMs, restMsMax });
  const closed = new AbortController();
  return {
    open: ({ isDirect, wholeMs, headMs, headers, body, ...rest }) =>
      new Promise((resolve, reject) => {
        let answering: BodySink | undefined;
        exchange<void>({
          ...rest,
          dispatcher: isDirect === true ? direct : through,
          headers: { "user-agent": userAgent, ...headers },
          body: body === undefined ? undefined : { ...outgoing(body), whole: undefined },
          signal: closed.signal,
          now,
          deadline: now() + wholeMs,
          firstByteMs: headMs,
          isSendingFree: true,
          receive({ status, headers: answered }) {
            answering = new BodySink();
            resolve({ status, headers: answered, body: answering });
            return answering;
          },
        }).catch((thrown: unknown) => {
          if (answering === undefined) reject(thrown);
          else answering.fail(thrown);
        });
      }),
    async close() {
      closed.abort();
      await Promise.all([through.destroy(), direct.destroy()]);
    },
  };
}

function outgoing(body: PlainBody): PlainBody {
  return { byteLength: body.byteLength, chunks: () => body.chunks() };
}

/** Hands a body on as it comes, and pauses the connection while nobody reads. */
class BodySink implements AnswerSink<void>, AsyncIterable<Buffer> {
  readonly complete = false;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #control: SinkControl | undefined;
  #resume: (() => void) | undefined;
  #wake: (() => void) | undefined;
  #fault: { readonly thrown: unknown } | undefined;
  #isOver = false;

  attach(control: SinkControl): void {
    this.#control = control;
  }

  write(chunk: Buffer): boolean {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#wake?.();
    return true;
  }

  congested(resume: () => void): boolean {
    if (this.#waitingBytes < waitingBytesMax) return false;
    this.#resume = resume;
    return true;
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  abort(): void {
    // The exchange's own failure says why, and comes by `fail`.
  }

  fail(thrown: unknown): void {
    this.#isOver = true;
    this.#fault = { thrown };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    try {
      for (;;) {
        const chunk = this.#waiting.shift();
        if (chunk !== undefined) {
          this.#waitingBytes -= chunk.length;
          if (this.#waitingBytes < waitingBytesMax) this.#goOn();
          yield chunk;
        } else if (this.#fault !== undefined) {
          throw this.#fault.thrown;
        } else if (this.#isOver) {
          return;
        } else {
          await this.#more();
        }
      }
    } finally {
      this.#waiting.length = 0;
      if (!this.#isOver) this.#control?.finish();
    }
  }

  #goOn(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const fault = new TransportFault(true, "timeout", `nothing came for ${stallMs} ms`);
    const timer = setTimeout(() => this.#control?.fail(fault), stallMs);
    this.#wake = resolve;
    await promise;
    this.#wake = undefined;
    clearTimeout(timer);
  }
}
