import { type ErrorCode, errorRow, errorTable, PinholeError } from "../../core/errors.ts";
import { faultFromStatus, type UpstreamFault } from "../../core/provider.ts";
import { readErrorBody } from "../../core/error-body.ts";
import { publicText } from "../../core/public-text.ts";
import type { WireError } from "../../core/wire.ts";
import { UnreadableAnswer } from "./answer.ts";
import { type Clean, oneLine } from "./cleaner.ts";
import { TransportFault } from "../transport/transport-fault.ts";
import { retryAfterSeconds } from "../transport/retry-after.ts";

const messageLengthMax = 500;
const detailLengthMax = 2000;

/** Sentences that the client reads where the fault is not its own: nothing of the upstream's words, hosts or accounts. */
const sentences: Partial<Readonly<Record<ErrorCode, string>>> = {
  upstream_unreachable: "The upstream could not be reached and nothing was sent; try again later.",
  upstream_credentials:
    "The upstream refused this gateway's account; ask the gateway's operator to look at the channel.",
  upstream_model_missing:
    "The upstream does not know the model that the channel names; ask the gateway's operator to look at it.",
  upstream_rate_limited: "The upstream is rate limited; wait and try again.",
  upstream_busy: "The upstream is overloaded; try again later.",
  upstream_refused: "The upstream refused the request for a reason that is not the caller's.",
  upstream_failed:
    "The upstream failed after the request was sent; the request may have been billed.",
  upstream_bad_answer: "The upstream's answer could not be read; the request may have been billed.",
  upstream_timeout: "The upstream did not answer in time; the request may have been billed.",
};

/** The sentence for clients that belongs to a code. */
export function sentenceOf(code: ErrorCode): string {
  return sentences[code] ?? errorTable[code].meaning;
}

/** The parts that the reading of one upstream's faults needs. */
export interface FaultContext {
  readonly readError: ((error: WireError) => UpstreamFault | undefined) | undefined;
  readonly clean: Clean;
  /** The request held pictures: else none of them can be too large. */
  readonly hasPictures: boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/** An answer with an error status as the error that it means. */
export function refusal(error: WireError, context: FaultContext): PinholeError {
  const fault = context.readError?.(error) ?? { code: codeOf(error) };
  return faultError(fault, error, context);
}

/** The error that an answer with a good status turned out to mean. */
export function goodStatusRefusal(
  fault: UpstreamFault,
  error: WireError,
  context: FaultContext,
): PinholeError {
  return faultError(fault, error, context, "an error in an answer with a good status");
}

/** An `error` event in a stream. Before a picture it is the provider's own refusal (DESIGN §6). */
export function errorEvent(error: WireError, context: FaultContext): PinholeError {
  const fault = context.readError?.(error) ?? { code: "upstream_refused" as const };
  return faultError(fault, error, context, "an error event");
}

/** The error that a thrown value of an exchange means. A value that is none of these passes as it is. */
export function exchangeError(thrown: unknown, context: FaultContext): unknown {
  if (thrown instanceof TransportFault) return transportError(thrown, context.clean);
  if (thrown instanceof UnreadableAnswer) return unreadable(thrown, context);
  return pictureError(thrown);
}

/** A bad picture from upstream is never the caller's fault, whatever the spool was told. */
export function pictureError(thrown: unknown): unknown {
  if (!(thrown instanceof PinholeError)) return thrown;
  if (thrown.code !== "invalid_image" && thrown.code !== "image_too_large") return thrown;
  return new PinholeError("upstream_bad_answer", {
    message: sentenceOf("upstream_bad_answer"),
    detail: thrown.detail ?? thrown.message,
  });
}

const codesOfBreaks: Readonly<Record<TransportFault["kind"], ErrorCode>> = {
  failed: "upstream_failed",
  cancelled: "upstream_failed",
  timeout: "upstream_timeout",
  unreadable: "upstream_bad_answer",
};

/** The error of a call whose connection broke; the way it broke is the one evidence of whether something may have been billed. */
export function transportError(fault: TransportFault, clean: Clean): PinholeError {
  const code = fault.sent ? codesOfBreaks[fault.kind] : "upstream_unreachable";
  return new PinholeError(code, { message: sentenceOf(code), detail: clean(fault.message) });
}

function unreadable(thrown: UnreadableAnswer, context: FaultContext): unknown {
  const { cause } = thrown.fault;
  // What the writer found wrong, or a full disk, which is not the upstream's fault.
  if (cause instanceof PinholeError) return pictureError(cause);
  const fault = context.readError?.(thrown.error) ?? { code: "upstream_bad_answer" as const };
  return faultError(fault, thrown.error, context, thrown.message);
}

function faultError(
  fault: UpstreamFault,
  error: WireError,
  { clean, now, hasPictures }: FaultContext,
  problem?: string,
): PinholeError {
  const words = fault.message ?? publicText(readErrorBody(error)?.message ?? "");
  // A 413 may be about the prompt: without pictures, only the upstream's own words can blame one.
  const isOfPictures = hasPictures || /image|picture|mask|file/i.test(words);
  const code = fault.code === "image_too_large" && !isOfPictures ? "invalid_value" : fault.code;
  const isCaller = errorRow(code).evidence === "caller";
  const said = isCaller ? oneLine(clean(words), messageLengthMax) : "";
  const excerpt = oneLine(clean(error.text), detailLengthMax);
  return new PinholeError(code, {
    message: said === "" ? standIn(code, error.status) : said,
    param: isCaller ? fieldName(fault.param, clean) : undefined,
    detail: `HTTP ${error.status}${problem === undefined ? "" : `, ${clean(problem)}`}: ${excerpt}`,
    retryAfterSeconds: fault.retryAfterSeconds ?? retryAfterSeconds(error.headers, now),
  });
}

/** The name of a field, where that is what it is: an upstream may say anything there, secrets too. */
function fieldName(param: string | undefined, clean: Clean): string | undefined {
  const isName = param !== undefined && /^[\w.[\]-]{1,80}$/.test(param) && clean(param) === param;
  return isName ? param : undefined;
}

/** Sentences that the client reads where the upstream blamed the request and gave no reason. */
const unsaid: Partial<Readonly<Record<ErrorCode, string>>> = {
  moderation_blocked:
    "The provider's safety system refused the prompt, an input image or the result; change the request.",
  missing_required_parameter:
    "The upstream misses a field that it needs and did not name it; send more of the model's fields.",
  unsupported_parameter:
    "The upstream refused a field that it does not take and did not name it; leave optional fields out.",
  string_above_max_length: "A text is longer than the upstream takes; send a shorter prompt.",
  invalid_image: "The upstream could not use an input image; send another PNG, JPEG or WebP.",
  image_too_large: "An input image is larger than the upstream takes; send a smaller one.",
};

function standIn(code: ErrorCode, status: number): string {
  if (errorRow(code).evidence !== "caller") return sentenceOf(code);
  if (status === 413) {
    return "The request has more bytes than the upstream takes; send a shorter prompt, or fewer or smaller images.";
  }
  return (
    unsaid[code] ??
    "The upstream refused the request as invalid and did not say why; change the prompt, the fields or the images, or use another model."
  );
}

/**
 * The code that a status means where the provider says nothing better. A 503 that is not in the provider's own
 * form may come from a machine between, after the request had gone on. A redirect has made nothing.
 */
function codeOf({ status, json }: WireError): ErrorCode {
  if (status === 503 && (typeof json !== "object" || json === null)) return "upstream_failed";
  if (status >= 300 && status < 400) return "upstream_refused";
  return faultFromStatus(status);
}
