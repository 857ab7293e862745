import { Readable } from "node:stream";
import type { EgressParts } from "./upstream/context.ts";
import type { AnswerHead, AnswerSink } from "./transport/answer-sink.ts";
import { exchange } from "./transport/exchange.ts";

/** A message to a server that the operator named, such as a collector of traces. */
export interface Report {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: Uint8Array;
  /** Over all of it. */
  readonly timeoutMs: number;
}

/** Sends a report; resolves with the status of the answer, whose body nobody wants. Throws `TransportFault`. */
export function sendReport(parts: EgressParts, report: Report): Promise<number> {
  const whole = Buffer.from(report.body.buffer, report.body.byteOffset, report.body.byteLength);
  return exchange({
    dispatcher: parts.open,
    url: new URL(report.url),
    method: "POST",
    headers: {
      "user-agent": parts.userAgent,
      ...report.headers,
      "content-type": report.contentType,
    },
    body: { byteLength: whole.byteLength, whole, chunks: () => Readable.from([whole]) },
    // It has an end of its own, and that at a stop is short.
    signal: new AbortController().signal,
    deadline: parts.now() + report.timeoutMs,
    now: parts.now,
    connectMs: report.timeoutMs,
    receive: statusSink,
  });
}

function statusSink({ status }: AnswerHead): AnswerSink<number> {
  return { write: () => true, end: () => status, abort: () => undefined, complete: false };
}
