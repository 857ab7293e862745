import { once } from "node:events";
import type { FastifyReply } from "fastify";
import type { PinholeError } from "../../core/errors.ts";
import { errorEnvelope } from "./error-answers.ts";

/** The data of one event: text, or a document that is written while it is sent. */
export interface EventData {
  chunks(): AsyncIterable<Buffer>;
}

/** Pauses in which nothing is sent before a comment line is, milliseconds. */
export interface HeartbeatPace {
  readonly firstMs: number;
  readonly everyMs: number;
}

/**
 * Server-sent events to one client. Nothing has left, and any answer is still possible, until
 * `begun`. What is sent waits its turn behind a slow reader; a reader that is gone takes everything.
 */
export interface EventStream {
  readonly begun: boolean;
  /** `id`: the place to go on after, where the stream can be taken up again. */
  event(name: string, data: EventData, id?: number): void;
  /** A line that clients do not see. */
  comment(text: string): void;
  /** The envelope as an `error` event. */
  error(error: PinholeError): void;
  /** Resolves when all has left or the client has. */
  end(): Promise<void>;
}

const newline = Buffer.from("\n\n");

/** `head` is asked for further headers when the first byte is about to leave. */
export function openEventStream(
  reply: FastifyReply,
  pace: HeartbeatPace,
  head: () => Readonly<Record<string, string>>,
): EventStream {
  const { raw } = reply;
  let begun = false;
  let waiting = 0;
  let tail: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const rest = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => send(text(": still working\n\n")), ms);
  };
  const write = async (data: EventData): Promise<void> => {
    clearTimeout(timer);
    if (raw.destroyed) return;
    for await (const chunk of data.chunks()) {
      if (raw.destroyed) return;
      if (!raw.write(chunk)) await drained(reply);
    }
  };
  const send = (data: EventData): void => {
    if (!begun) {
      begun = true;
      begin(reply, head());
    }
    waiting += 1;
    tail = tail
      .then(() => write(data))
      // The head is out, so a cut line is the only way left to say that this is not whole.
      .catch((thrown: unknown) => {
        raw.destroy(thrown instanceof Error ? thrown : undefined);
      })
      .finally(() => {
        waiting -= 1;
        if (waiting === 0 && !raw.destroyed && !raw.writableEnded) rest(pace.everyMs);
      });
  };
  raw.once("close", () => clearTimeout(timer));
  rest(Math.min(pace.firstMs, pace.everyMs));
  return {
    get begun() {
      return begun;
    },
    event: (name, data, id) => send(framed(name, data, id)),
    comment: (line) => send(text(`: ${line.replaceAll(/[\r\n]+/g, " ")}\n\n`)),
    error: (error) => send(text(`event: error\ndata: ${errorEnvelope(error)}\n\n`)),
    async end() {
      clearTimeout(timer);
      // `rest` may set the timer anew after the last event; the end of the answer clears it.
      await tail;
      clearTimeout(timer);
      if (begun && !raw.destroyed) raw.end();
    },
  };
}

function begin(reply: FastifyReply, head: Readonly<Record<string, string>>): void {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...definedHeaders(reply),
    ...head,
    "content-type": "text/event-stream; charset=utf-8",
    // no-transform keeps compressing proxies from holding events back, the last one nginx from buffering.
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  });
}

/** Headers that hooks have put on the answer so far; a hijacked reply does not send it by itself. */
function definedHeaders(reply: FastifyReply): Record<string, string | number | string[]> {
  const headers: Record<string, string | number | string[]> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

/** Waits until the client has taken what was written, or has gone. */
async function drained({ raw }: FastifyReply): Promise<void> {
  if (raw.destroyed || !raw.writableNeedDrain) return;
  const over = new AbortController();
  const settled = (name: string): Promise<unknown> => once(raw, name, { signal: over.signal });
  await Promise.race([settled("drain"), settled("close")]).catch(() => undefined);
  over.abort();
}

function text(words: string): EventData {
  return {
    async *chunks() {
      yield Buffer.from(words, "utf8");
    },
  };
}

/** An event as it is written: JSON has no line breaks of its own, so one `data:` line holds all of it. */
function framed(name: string, data: EventData, id: number | undefined): EventData {
  const place = id === undefined ? "" : `id: ${id}\n`;
  return {
    async *chunks() {
      yield Buffer.from(`event: ${name}\n${place}data: `, "utf8");
      yield* data.chunks();
      yield newline;
    },
  };
}
