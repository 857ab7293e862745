import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import { type ErrorCode, PinholeError } from "../../core/errors.ts";
import type { TokenHttp, TokenRequest } from "../../core/provider.ts";
import type { WireError } from "../../core/wire.ts";
import { errorSink } from "./answer.ts";
import { type Clean, oneLine } from "./cleaner.ts";
import { exchange } from "../transport/exchange.ts";
import { TransportFault } from "../transport/transport-fault.ts";
import { retryAfterSeconds } from "../transport/retry-after.ts";
import { sentenceOf } from "./upstream-faults.ts";

/** The parts that the token calls of one attempt need. */
export interface TokenContext {
  readonly dispatcher: Dispatcher;
  readonly userAgent: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Unix milliseconds. */
  readonly deadline: number;
  readonly connectMs: number;
  readonly clean: Clean;
  /** The URL, checked: credentials may go there. Throws otherwise. */
  resolve(url: string): URL;
}

/** An identity provider that takes longer is down; the image itself needs the rest of the time. */
const tokenMs = 30_000;
const detailLengthMax = 2000;

/** The HTTP for `authorize`: a form goes out, JSON comes back, and every failure says that nothing paid was begun. */
export function createTokenHttp(context: TokenContext): TokenHttp {
  return { post: (request) => post(context, request) };
}

async function post(context: TokenContext, request: TokenRequest): Promise<unknown> {
  const url = context.resolve(request.url);
  const whole = Buffer.from(new URLSearchParams(request.form).toString(), "utf8");
  const { now, signal } = context;
  let answer: WireError;
  try {
    answer = await exchange<WireError>({
      dispatcher: context.dispatcher,
      url,
      method: "POST",
      headers: {
        "user-agent": context.userAgent,
        accept: "application/json",
        ...request.headers,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: { byteLength: whole.byteLength, whole, chunks: () => Readable.from([whole]) },
      signal,
      deadline: Math.min(context.deadline, now() + tokenMs),
      now,
      connectMs: context.connectMs,
      receive: errorSink,
    });
  } catch (thrown) {
    if (!(thrown instanceof TransportFault)) throw thrown;
    if (thrown.kind === "cancelled" && signal.reason instanceof PinholeError) throw signal.reason;
    throw tokenFault("upstream_unreachable", context.clean(thrown.message));
  }
  const { status, json } = answer;
  if (status >= 200 && status < 300 && json !== undefined) return json;
  const said = `HTTP ${status}: ${oneLine(context.clean(answer.text), detailLengthMax)}`;
  throw tokenFault(codeOf(status), said, retryAfterSeconds(answer.headers, now()));
}

/** Always a refusal: whatever happened here, the image was not asked for yet. */
function codeOf(status: number): ErrorCode {
  if (status === 429) return "upstream_rate_limited";
  if (status >= 400 && status < 500) return "upstream_credentials";
  return status >= 500 ? "upstream_busy" : "upstream_refused";
}

function tokenFault(code: ErrorCode, detail: string, retryAfter?: number): PinholeError {
  return new PinholeError(code, {
    message: sentenceOf(code),
    detail: `no token from the identity provider: ${detail}`,
    retryAfterSeconds: retryAfter,
  });
}
