import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { GuardRefusal } from "./guard.ts";
import type { OutgoingBody } from "./json-writer.ts";

/** Status and headers of an answer; names in lower case, repeated headers joined with `, `. */
export interface AnswerHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Takes an answer's body in. Everything is synchronous; reading pauses only where `congested` says so. */
export interface AnswerSink<T> {
  /** False: has seen enough, the rest is not wanted. May throw. */
  write(chunk: Buffer): boolean;
  /** May throw. */
  end(): T;
  /** Called instead of `end`, and after a throw. */
  abort(): void;
  /** True where what came is whole by its own form, so that a broken end of the transport loses nothing. */
  readonly complete: boolean;
  /** True where reading should wait until `resume` is called; asked after a `write` that was not the last. */
  congested?(resume: () => void): boolean;
}

/** How one HTTP exchange broke. */
export class TransportFault extends Error {
  override readonly name = "TransportFault";
  /** False: not a byte of the request can have reached the other side. */
  readonly sent: boolean;
  readonly kind: "failed" | "timeout" | "cancelled";

  constructor(sent: boolean, kind: TransportFault["kind"], problem: string) {
    super(problem);
    this.sent = sent;
    this.kind = kind;
  }
}

export interface ExchangeOptions<T> {
  readonly dispatcher: Dispatcher;
  readonly url: URL;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: OutgoingBody | undefined;
  readonly signal: AbortSignal;
  /** Unix milliseconds, over the whole exchange. */
  readonly deadline: number;
  readonly now: () => number;
  /** From the start until the connection is there, TLS included. */
  readonly connectMs: number;
  /** From the first byte written, so a long upload counts, to the head of the answer; undefined: the deadline counts. */
  readonly firstByteMs?: number | undefined;
  /** Called just before the first byte is written. */
  readonly onSent?: (() => void) | undefined;
  /** Called once, with the final head. */
  receive(head: AnswerHead): AnswerSink<T>;
}

/** What an exchange waits for. */
type Step = "connection" | "head" | "body";

/** The longest delay that a timer takes. */
const timerMax = 2_147_483_647;

/**
 * One request and its answer on undici's `dispatch`. Throws `TransportFault`, or whatever the sink
 * threw. A body that is as long as announced is a success whatever happens to the socket afterwards
 * (undici 8.12 reports a complete answer as `other side closed` where its reader was paused).
 */
export function exchange<T>(options: ExchangeOptions<T>): Promise<T> {
  const running = new Exchange(options);
  running.start();
  return running.outcome.promise;
}

class Exchange<T> implements Dispatcher.DispatchHandler {
  readonly outcome = Promise.withResolvers<T>();
  readonly #options: ExchangeOptions<T>;
  /** What is waited for, and until when on `performance.now()`: the step under way or the end of all. */
  #step: Step = "connection";
  #stepEnd = 0;
  #end = 0;
  /** One timer for all, since a step mostly ends long before its time: it is moved only where it would ring late. */
  #timer: NodeJS.Timeout | undefined;
  #timerAt = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #sink: AnswerSink<T> | undefined;
  #over = false;
  #bodyFault: unknown;
  /** Bytes that the answer announced and that came. */
  #expected: number | undefined;
  #received = 0;

  constructor(options: ExchangeOptions<T>) {
    this.#options = options;
  }

  start(): void {
    const { signal, deadline, now, connectMs } = this.#options;
    const left = deadline - now();
    if (signal.aborted || left <= 0) {
      this.#fail(this.#fault(signal.aborted ? "cancelled" : "timeout", "nothing was begun"));
      return;
    }
    signal.addEventListener("abort", this.#cancel);
    const began = performance.now();
    this.#end = began + left;
    this.#await("connection", began + connectMs);
    this.#dispatch();
  }

  /** Waits for the next step, for so long at most. */
  #await(step: Step, until: number): void {
    this.#step = step;
    this.#stepEnd = until;
    const at = Math.min(until, this.#end);
    if (this.#timer !== undefined && this.#timerAt <= at) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(this.#ring, Math.min(Math.ceil(at - performance.now()), timerMax));
  }

  readonly #ring = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    const { connectMs, firstByteMs } = this.#options;
    if (now < Math.min(this.#stepEnd, this.#end)) this.#await(this.#step, this.#stepEnd);
    else if (now >= this.#end) this.#expire("no whole answer before the deadline");
    else if (this.#step === "connection") this.#expire(`no connection within ${connectMs} ms`);
    else this.#expire(`no answer began within ${firstByteMs} ms`);
  };

  #expire(problem: string): void {
    this.#break(this.#fault("timeout", problem));
  }

  #dispatch(): void {
    const { dispatcher, url, method, headers, body } = this.#options;
    dispatcher.dispatch(
      {
        origin: url.origin,
        path: url.pathname + url.search,
        method,
        headers:
          body === undefined ? headers : { ...headers, "content-length": String(body.byteLength) },
        // undici takes any async iterable; its types name only Node's streams.
        body:
          body === undefined ? null : (body.whole ?? (this.#source(body) as unknown as Readable)),
        headersTimeout: 0,
        bodyTimeout: 0,
        idempotent: false,
      },
      this,
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A second start would send a paid request twice.
    if (this.#over || this.#controller !== undefined) {
      controller.abort(new Error("the request is over"));
      this.#fail(this.#fault("failed", "the connection was lost before the request was written"));
      return;
    }
    this.#controller = controller;
    const { firstByteMs = Number.POSITIVE_INFINITY, onSent } = this.#options;
    this.#await("head", performance.now() + firstByteMs);
    onSent?.();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // Parts of the first chunk that was read: they would keep all 64 KiB of it until the answer's end.
    controller.rawHeaders = null;
    if (this.#over || status < 200) return;
    this.#await("body", Number.POSITIVE_INFINITY);
    const flat = flatten(headers);
    try {
      this.#sink = this.#options.receive({ status, headers: flat });
    } catch (thrown) {
      this.#break(thrown);
      return;
    }
    const length = flat["content-length"];
    if (length !== undefined && /^\d+$/.test(length) && flat["transfer-encoding"] === undefined) {
      this.#expected = Number(length);
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    this.#received += chunk.length;
    try {
      if (this.#sink?.write(chunk) === false) {
        this.#finish();
        this.#controller?.abort(new Error("the rest of the answer is not wanted"));
        return;
      }
    } catch (thrown) {
      this.#break(thrown);
      return;
    }
    // Never after the last byte: undici makes an error of a paused answer that is whole already where
    // its upstream closes the connection. What is still to come keeps the connection's end from being seen.
    if (this.#received === this.#expected) this.#finish();
    else if (this.#sink?.congested?.(this.#resume) === true) controller.pause();
  }

  onResponseEnd(): void {
    this.#finish();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return;
    if (this.#sink?.complete === true) {
      this.#finish();
      return;
    }
    const code = "code" in error ? String(error.code) : error.name;
    // A body that cannot be read and a request that cannot be written are no faults of the network.
    if (this.#bodyFault !== undefined) this.#fail(this.#bodyFault);
    else if (error instanceof GuardRefusal) this.#fail(error);
    else if (code === "UND_ERR_INVALID_ARG" && this.#controller === undefined) this.#fail(error);
    else this.#fail(this.#fault("failed", `${code}: ${describe(error)}`));
  }

  async *#source(body: OutgoingBody): AsyncGenerator<Buffer> {
    try {
      yield* body.chunks();
    } catch (thrown) {
      this.#bodyFault = thrown;
      throw thrown;
    }
  }

  #finish(): void {
    if (this.#over || this.#sink === undefined) return;
    try {
      const result = this.#sink.end();
      this.#settle();
      this.outcome.resolve(result);
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  readonly #resume = (): void => {
    if (!this.#over) this.#controller?.resume();
  };

  readonly #cancel = (): void => {
    this.#break(this.#fault("cancelled", "the request was cancelled"));
  };

  /** Fails, and drops the connection. Before the request's start undici offers no way; `onRequestStart` then ends it. */
  #break(thrown: unknown): void {
    this.#fail(thrown);
    this.#controller?.abort(new Error("the exchange has failed"));
  }

  #fail(thrown: unknown): void {
    if (this.#over) return;
    this.#settle();
    this.#sink?.abort();
    this.outcome.reject(thrown);
  }

  #settle(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#options.signal.removeEventListener("abort", this.#cancel);
  }

  #fault(kind: TransportFault["kind"], problem: string): TransportFault {
    return new TransportFault(this.#controller !== undefined, kind, problem);
  }
}

/** An AggregateError (all addresses of a name failed) says nothing itself. */
function describe(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message;
  return error.errors.map((one) => (one instanceof Error ? one.message : String(one))).join("; ");
}

function flatten(headers: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
