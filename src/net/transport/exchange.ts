import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { isOutOfFiles } from "../../core/out-of-files.ts";
import { answers } from "../../runtime/batches.ts";
import { abortListeners } from "../../runtime/abort-listeners.ts";
import { type AnswerHead, type AnswerSink, announcedLength, flatHeaders } from "./answer-sink.ts";
import { plainSink } from "./decompress.ts";
import { describeBreak, noConnection, TransportFault } from "./transport-fault.ts";
import { GuardRefusal } from "../guard/guard.ts";
import type { OutgoingBody } from "../../json/writer.ts";
import { type Step, StepClock } from "../../runtime/step-clock.ts";

export interface ExchangeOptions<T> {
  readonly dispatcher: Dispatcher;
  readonly url: URL;
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
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
  /** True: `firstByteMs` counts from the newest chunk that the other side had room for, so that only standing still is too long. */
  readonly isSendingFree?: boolean;
  /** Called just before the first byte is written. */
  readonly onSent?: (() => void) | undefined;
  /** Called once, with the final head. */
  receive(head: AnswerHead): AnswerSink<T>;
}

/** A patient sink's answer to a POST is held until all of it has come, up to this size and so many pieces. */
const heldBytesMax = 65_536;
const heldPiecesMax = 4;

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
  readonly #clock = new StepClock((expired) => this.#expire(expired));
  #controller: Dispatcher.DispatchController | undefined;
  #sink: AnswerSink<T> | undefined;
  /** The exchange's place among those who are told of an abort. */
  #watching: number | undefined;
  #over = false;
  #bodyFault: unknown;
  /** Bytes that the answer announced and that came. */
  #expected: number | undefined;
  #received = 0;
  /** The chunks that have come of an answer for a patient sink; undefined: it is written as it comes. */
  #held: Buffer[] | undefined;
  /** All has come, and waits for the others that came with it. What happens to the connection now says nothing. */
  #whole = false;

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
    this.#watching = abortListeners(signal).add(this.#cancel);
    const began = performance.now();
    this.#clock.start(began + connectMs, began + left);
    this.#dispatch();
  }

  #expire(expired: Step | "all"): void {
    const { connectMs, firstByteMs } = this.#options;
    const problem =
      expired === "all"
        ? "no whole answer before the deadline"
        : expired === "connection"
          ? `no connection within ${connectMs} ms`
          : `no answer began within ${firstByteMs} ms`;
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
    this.#awaitHead();
    this.#options.onSent?.();
  }

  #awaitHead(): void {
    const { firstByteMs = Number.POSITIVE_INFINITY } = this.#options;
    this.#clock.await("head", performance.now() + firstByteMs);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    // Parts of the first chunk that was read: they would keep all 64 KiB of it until the answer's end.
    controller.rawHeaders = null;
    if (this.#over || status < 200) return;
    this.#clock.await("body", Number.POSITIVE_INFINITY);
    const head = { status, headers: flatHeaders(headers) };
    try {
      this.#sink = plainSink(head, (plain) => this.#options.receive(plain));
      this.#sink.attach?.({
        fail: (thrown) => this.#break(thrown),
        finish: () => this.#finishEarly(),
      });
    } catch (thrown) {
      this.#break(thrown);
      return;
    }
    this.#expected = announcedLength(head);
    // A look at work that goes on elsewhere is read at once: the work's own answer may come right behind it.
    const mayWait = this.#sink.patient === true && this.#options.method === "POST";
    if (mayWait && (this.#expected ?? 0) <= heldBytesMax) this.#held = [];
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return;
    this.#received += chunk.length;
    const isLast = this.#received === this.#expected;
    if (this.#held !== undefined) {
      this.#held.push(chunk);
      const isSmall = this.#received <= heldBytesMax && this.#held.length < heldPiecesMax;
      if (isSmall && !isLast) return;
      if (!isLast) this.#writeHeld();
    } else {
      this.#write(chunk);
    }
    if (this.#over) return;
    // Never after the last byte: undici makes an error of a paused answer that is whole already where
    // its upstream closes the connection. What is still to come keeps the connection's end from being seen.
    if (isLast) this.#end();
    else if (this.#sink?.congested?.(this.#resume) === true) controller.pause();
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over || this.#whole) return;
    this.#writeHeld();
    if (this.#sink?.complete === true) {
      this.#finish();
      return;
    }
    const code = "code" in error ? String(error.code) : error.name;
    // A body that cannot be read and a request that cannot be written are no faults of the network.
    if (this.#bodyFault !== undefined) this.#fail(this.#bodyFault);
    else if (error instanceof GuardRefusal) this.#fail(error);
    else if (this.#controller === undefined && isOutOfFiles(error)) this.#fail(noConnection(error));
    else if (code === "UND_ERR_INVALID_ARG" && this.#controller === undefined) this.#fail(error);
    else this.#fail(this.#fault("failed", `${code}: ${describeBreak(error)}`));
  }

  async *#source(body: OutgoingBody): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of body.chunks()) {
        if (this.#options.isSendingFree === true && this.#sink === undefined) this.#awaitHead();
        yield chunk;
      }
    } catch (thrown) {
      this.#bodyFault = thrown;
      throw thrown;
    }
  }

  /** Writes what was held to the sink, which takes the rest as it comes. */
  #writeHeld(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const chunk of held) if (!this.#over) this.#write(chunk);
  }

  /** All has come. */
  #end(): void {
    if (this.#whole) return;
    if (this.#held === undefined) {
      this.#finish();
      return;
    }
    this.#whole = true;
    this.#unwatch();
    answers.add(() => {
      this.#writeHeld();
      this.#finish();
    });
  }

  #write(chunk: Buffer): void {
    try {
      if (this.#sink?.write(chunk) === false) this.#finishEarly();
    } catch (thrown) {
      this.#break(thrown);
    }
  }

  #finishEarly(): void {
    this.#finish();
    this.#controller?.abort(new Error("the rest of the answer is not wanted"));
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
    this.#unwatch();
  }

  #unwatch(): void {
    this.#clock.stop();
    if (this.#watching === undefined) return;
    abortListeners(this.#options.signal).remove(this.#watching);
    this.#watching = undefined;
  }

  #fault(kind: TransportFault["kind"], problem: string): TransportFault {
    return new TransportFault(this.#controller !== undefined, kind, problem);
  }
}
