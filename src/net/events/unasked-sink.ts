import { PinholeError } from "../../core/errors.ts";
import type { StreamedEvent, UnaskedStream, WireAnswer } from "../../core/wire.ts";
import type { AnswerHead, AnswerSink, PromptSink } from "../transport/answer-sink.ts";
import { answerSink, type AnswerOptions } from "../upstream/answer.ts";
import { sentenceOf } from "../upstream/upstream-faults.ts";
import { eventSink } from "./event-sink.ts";

/** Bytes of all events together, beside their lifted pictures: as many as one answer may have. */
const textBytesMax = 32 * 1024 * 1024;

/** Bytes in which a stream shows that it is one. */
const lookedAt = 64;

/** True where a text came that may be a stream of events; JSON and pictures say what they are. */
export function mayBeUnaskedStream({ headers }: AnswerHead): boolean {
  return headers["content-type"]?.toLowerCase().startsWith("text/") === true;
}

/** The first line of a stream: a field or a comment. */
const firstLine = /^(?:\xef\xbb\xbf)?\s*(?:data|event|id|retry)?:/;

/**
 * Reads a 2xx answer to a request that asked for no stream and may have got one: the request's `unasked`
 * makes one document of its events, as the answer should have been. Throws what `eventSink` and `answerSink` throw.
 */
export function unaskedSink(
  head: AnswerHead,
  options: AnswerOptions,
  unasked: UnaskedStream,
): PromptSink<WireAnswer> {
  let inner: PromptSink<WireAnswer> | undefined;
  const begin = (chunk: Buffer): PromptSink<WireAnswer> => {
    const isNamed = head.headers["content-type"]?.toLowerCase().startsWith("text/event-stream");
    const isStream = isNamed === true || firstLine.test(chunk.toString("latin1", 0, lookedAt));
    return isStream ? streamSink(head, options, unasked) : answerSink(head, options);
  };
  return {
    write(chunk) {
      inner ??= begin(chunk);
      return inner.write(chunk);
    },
    end: () => inner?.end() ?? { ...head, json: undefined, picture: undefined },
    abort: () => inner?.abort(),
    get complete() {
      return inner?.complete ?? false;
    },
  };
}

function streamSink(
  head: AnswerHead,
  options: AnswerOptions,
  unasked: UnaskedStream,
): PromptSink<WireAnswer> {
  const events: StreamedEvent[] = [];
  let answer: WireAnswer | undefined;
  let fault: PinholeError | undefined;
  let textBytes = 0;
  const inner: AnswerSink<void> = eventSink(head, {
    ...options,
    lift: [...options.lift, ...unasked.lift],
    push(event, bytes) {
      if ("answer" in event) {
        answer = event.answer;
        return;
      }
      fault ??= event.fault;
      textBytes += bytes;
      if (textBytes > textBytesMax) {
        throw new PinholeError("upstream_bad_answer", {
          message: sentenceOf("upstream_bad_answer"),
          detail: `a stream that nobody asked for has more than ${textBytesMax} bytes of text`,
        });
      }
      if (event.json !== undefined) events.push({ event: event.event, json: event.json });
    },
  });
  return {
    write: (chunk) => inner.write(chunk),
    end() {
      void inner.end();
      if (answer !== undefined) return answer;
      if (events.length === 0 && fault !== undefined) throw fault;
      return { ...head, json: unasked.document(events), picture: undefined };
    },
    abort: () => inner.abort(),
    get complete() {
      return inner.complete;
    },
  };
}
