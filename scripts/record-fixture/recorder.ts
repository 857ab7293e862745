import type { Dispatcher } from "undici";

/** One exchange as it went over the wire. */
export interface Recorded {
  readonly method: string;
  /** `https://api.vendor.example` */
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** 0 where no answer came. */
  readonly status: number;
  readonly answerHeaders: Readonly<Record<string, string>>;
  readonly answer: Buffer;
}

/** Writes down every exchange that passes, in the order in which they begin. */
export interface Recorder {
  readonly exchanges: readonly Recorded[];
  readonly watch: Dispatcher.DispatcherComposeInterceptor;
}

function textHeaders(headers: unknown): Record<string, string> {
  if (typeof headers !== "object" || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]: [string, unknown]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(", ") : String(value),
    ]),
  );
}

export function createRecorder(): Recorder {
  const exchanges: Recorded[] = [];
  return {
    exchanges,
    watch: (dispatch) => (options, handler) => {
      const sent: Buffer[] = [];
      const came: Buffer[] = [];
      const head = { status: 0, headers: textHeaders({}) };
      exchanges.push({
        method: options.method,
        origin: String(options.origin),
        path: options.path,
        headers: textHeaders(options.headers),
        get body() {
          return Buffer.concat(sent);
        },
        get status() {
          return head.status;
        },
        get answerHeaders() {
          return head.headers;
        },
        get answer() {
          return Buffer.concat(came);
        },
      });
      return dispatch({ ...options, body: tee(options.body, sent) } as Dispatcher.DispatchOptions, {
        onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
        onResponseStart(controller, status, headers, message) {
          head.status = status;
          head.headers = textHeaders(headers);
          handler.onResponseStart?.(controller, status, headers, message);
        },
        onResponseData(controller, chunk) {
          came.push(Buffer.from(chunk));
          handler.onResponseData?.(controller, chunk);
        },
        onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
        onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
      });
    },
  };
}

/** The body, with a copy of all that is sent of it. */
function tee(body: unknown, sent: Buffer[]): unknown {
  if (body === null || body === undefined) return body;
  if (typeof body === "string" || Buffer.isBuffer(body)) {
    sent.push(Buffer.from(body));
    return body;
  }
  return copied(body as AsyncIterable<Buffer>, sent);
}

async function* copied(body: AsyncIterable<Buffer>, sent: Buffer[]): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    sent.push(Buffer.from(chunk));
    yield chunk;
  }
}
