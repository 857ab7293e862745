import { z } from "zod";
import { PinholeError } from "../../core/errors.ts";
import type { WireAnswer, WireError, WireEvent } from "../../core/wire.ts";
import { answerSink, type AnswerOptions } from "../upstream/answer.ts";
import { createEventLines } from "./event-lines.ts";
import type { AnswerHead, AnswerSink, PromptSink } from "../transport/answer-sink.ts";
import { createJsonReader, JsonFault, type JsonReader } from "../../json/reader.ts";
import { pictureError, sentenceOf } from "../upstream/upstream-faults.ts";

/** Bytes of one event beside its lifted pictures. */
const eventTextBytesMax = 4 * 1024 * 1024;
const eventDepthMax = 64;
/** Bytes of an event's data that are kept as they came, for an error that is a text. */
const beginningBytesMax = 512;
/** Events of one stream: ten pictures with three previews each are forty. */
const eventsMax = 10_000;
/** Bytes of one stream, pictures and all: ten pictures of 100 MB as base64. */
const streamBytesMax = 2 * 1024 * 1024 * 1024;
/** The data that ends a stream at OpenAI and its imitators; no JSON. */
const done = "[DONE]";

/** An upstream said in mid-stream that it has failed. */
export class ErrorEvent extends Error {
  override readonly name = "ErrorEvent";
  readonly error: WireError;

  constructor(error: WireError) {
    super("an error event");
    this.error = error;
  }
}

export interface EventSinkOptions extends AnswerOptions {
  /** Names of events whose `error` does not end the stream. */
  readonly partialFailures?: readonly string[] | undefined;
  /** Takes each event as soon as it is whole, with the bytes of its text. */
  readonly push: (event: WireEvent, textBytes: number) => void;
}

/**
 * Reads a 2xx answer to a stream request: events, or an ordinary answer from an upstream that does not
 * stream. Throws `ErrorEvent`, what `answerSink` throws, and upstream_bad_answer beyond the limits.
 */
export function eventSink(head: AnswerHead, options: EventSinkOptions): AnswerSink<void> {
  let events: AnswerSink<void> | undefined;
  let answer: PromptSink<WireAnswer> | undefined;
  const begin = (first: number | undefined): void => {
    if (isStream(head, first)) events = framesSink(head, options);
    else answer = answerSink(head, options);
  };
  return {
    write(chunk) {
      if (events === undefined && answer === undefined) begin(chunk[0]);
      return events?.write(chunk) ?? answer?.write(chunk) ?? true;
    },
    end() {
      events?.end();
      if (events === undefined) {
        const whole = answer?.end() ?? { ...head, json: undefined, picture: undefined };
        options.push({ answer: whole }, 0);
      }
    },
    abort() {
      events?.abort();
      answer?.abort();
    },
    get complete() {
      return events?.complete ?? answer?.complete ?? false;
    },
  };
}

/** No line of a stream begins with a bracket, whatever the header says; without a header a text is taken for a stream. */
function isStream(head: AnswerHead, first: number | undefined): boolean {
  if (first === 0x7b || first === 0x5b) return false;
  const type = (head.headers["content-type"] ?? "text/event-stream").toLowerCase();
  return type.startsWith("text/");
}

const errorForm = z.union([
  z.object({ type: z.literal("error") }),
  z.object({ error: z.union([z.string().min(1), z.record(z.string(), z.unknown())]) }),
]);

const typeForm = z.object({ type: z.string() });

/** True for an event that says that the whole call failed. */
function endsStream(event: string, json: unknown, partial: readonly string[] = []): boolean {
  if (event === "error") return true;
  if (!errorForm.safeParse(json).success) return false;
  const name = event === "message" ? (typeForm.safeParse(json).data?.type ?? event) : event;
  return !partial.includes(name);
}

function framesSink(head: AnswerHead, options: EventSinkOptions): AnswerSink<void> {
  let data = new EventData(options);
  let isDone = false;
  let seen = 0;
  let bytes = 0;
  const lines = createEventLines({
    data: (piece) => data.write(piece),
    dispatch(event) {
      const read = data.end();
      data = new EventData(options);
      seen += 1;
      if (seen > eventsMax) throw tooMuch(`more than ${eventsMax} events`);
      if (isDone) return;
      isDone = read.isDone;
      if (endsStream(event, read.json, options.partialFailures)) {
        throw new ErrorEvent(errorOf(head, read));
      }
      options.push({ event, json: read.json, fault: read.fault }, read.textBytes);
    },
  });
  return {
    write(chunk) {
      bytes += chunk.length;
      if (bytes > streamBytesMax) throw tooMuch(`more than ${streamBytesMax} bytes`);
      lines.write(chunk);
      return true;
    },
    end: () => lines.end(),
    abort: () => data.abort(),
    // The document of an event may be whole where the blank line behind it never came.
    get complete() {
      return isDone || data.complete;
    },
  };
}

/** An error event as an error answer: its data is a document, or a text. */
function errorOf({ status, headers }: AnswerHead, { json, beginning }: ReadData): WireError {
  if (json !== undefined) return { status, headers, json, text: JSON.stringify(json) };
  return { status, headers: { ...headers, "content-type": "text/plain" }, json, text: beginning };
}

/** The result of reading one event's data. */
interface ReadData {
  readonly json: unknown;
  readonly fault: PinholeError | undefined;
  /** The data's first characters, as they came. */
  readonly beginning: string;
  /** Bytes beside its lifted pictures. */
  readonly textBytes: number;
  readonly isDone: boolean;
}

/** Reads one event's data as it arrives. A fault in it is kept: the events after it may hold the picture. */
class EventData {
  readonly #options: AnswerOptions;
  /** The first bytes, until they can be told from the end mark. */
  #head: Buffer = Buffer.alloc(0);
  #reader: JsonReader | undefined;
  #fault: PinholeError | undefined;
  #beginning = "";

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  write(piece: Buffer): void {
    const room = beginningBytesMax - this.#beginning.length;
    if (room > 0) this.#beginning += piece.toString("utf8", 0, room);
    if (this.#reader !== undefined) {
      this.#read(this.#reader, piece);
      return;
    }
    // A copy, since the chunk may be used again.
    this.#head = Buffer.concat([this.#head, piece]);
    if (!done.startsWith(this.#head.toString("latin1", 0, done.length + 1))) this.#begin();
  }

  end(): ReadData {
    const isDone = this.#reader === undefined && this.#head.toString("latin1") === done;
    const beginning = this.#beginning;
    if (isDone) return { json: undefined, fault: undefined, isDone, beginning, textBytes: 0 };
    const reader = this.#reader ?? this.#begin();
    const read = this.#guard(() => reader.end());
    const json = this.#fault === undefined ? read : undefined;
    return { json, fault: this.#fault, isDone, beginning, textBytes: reader.textBytes };
  }

  get complete(): boolean {
    return this.#fault === undefined && this.#reader?.complete === true;
  }

  abort(): void {
    this.#reader?.abort();
  }

  #begin(): JsonReader {
    const { lift, liftInside, spool, limits } = this.#options;
    const reader = createJsonReader({
      lift,
      liftInside,
      spool,
      limits,
      textBytesMax: eventTextBytesMax,
      depthMax: eventDepthMax,
      lenient: true,
    });
    this.#reader = reader;
    this.#read(reader, this.#head);
    this.#head = Buffer.alloc(0);
    return reader;
  }

  #read(reader: JsonReader, piece: Buffer): void {
    this.#guard(() => reader.write(piece));
  }

  #guard<T>(work: () => T): T | undefined {
    if (this.#fault !== undefined) return undefined;
    try {
      return work();
    } catch (thrown) {
      if (!(thrown instanceof JsonFault)) throw thrown;
      this.#fault = faultOf(thrown);
      return undefined;
    }
  }
}

/** Throws what is not the upstream's fault, a full disk above all. */
function faultOf(fault: JsonFault): PinholeError {
  const { cause } = fault;
  if (cause instanceof PinholeError) {
    const error = pictureError(cause);
    if (!(error instanceof PinholeError) || error.evidence === undefined) throw error;
    return error;
  }
  return badAnswer(`an event that cannot be read: ${fault.message}`);
}

function tooMuch(what: string): PinholeError {
  return badAnswer(`the stream has ${what}`);
}

function badAnswer(detail: string): PinholeError {
  return new PinholeError("upstream_bad_answer", {
    message: sentenceOf("upstream_bad_answer"),
    detail,
  });
}
