import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { OutgoingBody } from "../json/writer.ts";
import type { AnswerHead, AnswerSink } from "./transport/answer-sink.ts";
import { exchange } from "./transport/exchange.ts";

/** The options of `fetch` that small libraries use. */
export interface FetchOptions {
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
}

/** `fetch` as small libraries call it; redirects are answers like any other. */
export type PlainFetch = (url: string | URL, options?: FetchOptions) => Promise<Response>;

export interface PlainFetchParts {
  /** The connections that a URL may be reached by. Throws where it may not. */
  readonly route: (url: URL) => Dispatcher;
  readonly userAgent: string;
  /** Unix milliseconds. */
  readonly now: () => number;
}

const connectMs = 10_000;
const wholeMs = 30_000;
/** The longest answer: a document of keys or claims is a few kilobytes. */
const answerBytesMax = 1024 * 1024;
/** Answers that have no body, by the standard of `Response`. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

/** A `fetch` over our own transport, for libraries that bring none: its answers are read whole, and small. */
export function createPlainFetch({ route, userAgent, now }: PlainFetchParts): PlainFetch {
  return (given, { method = "GET", headers, body, signal } = {}) => {
    const url = new URL(given);
    return exchange<Response>({
      dispatcher: route(url),
      url,
      method: methodOf(method),
      headers: { "user-agent": userAgent, ...Object.fromEntries(new Headers(headers)) },
      body: outgoing(body),
      signal: signal ?? AbortSignal.timeout(wholeMs),
      deadline: now() + wholeMs,
      now,
      connectMs,
      receive: (head) => new ResponseSink(head),
    });
  };
}

function methodOf(method: string): "GET" | "POST" {
  if (method === "GET" || method === "POST") return method;
  throw new TypeError(`${method} is not sent here`);
}

function outgoing(body: unknown): OutgoingBody | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body !== "string" && !(body instanceof URLSearchParams))
    throw new TypeError("only text and forms are sent here");
  const whole = Buffer.from(body.toString(), "utf8");
  return { byteLength: whole.byteLength, whole, chunks: () => Readable.from([whole]) };
}

/** Gathers an answer. */
class ResponseSink implements AnswerSink<Response> {
  readonly complete = false;
  readonly #head: AnswerHead;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(head: AnswerHead) {
    this.#head = head;
  }

  write(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes > answerBytesMax)
      throw new RangeError(`the answer has more than ${answerBytesMax} bytes`);
    this.#chunks.push(chunk);
    return true;
  }

  end(): Response {
    const { status, headers } = this.#head;
    const body = bodiless.has(status) ? null : Buffer.concat(this.#chunks);
    return new Response(body, { status, headers });
  }

  abort(): void {
    this.#chunks.length = 0;
  }
}
