import {
  type ErrorRow,
  type Evidence,
  caller,
  forbidden,
  invalid,
  upstream,
} from "./error-rows.ts";
import { isOutOfFiles } from "./out-of-files.ts";

/**
 * Every way a request can fail, in one table: what the client sees (CONTRACT "Errors"), what a
 * client's SDK may do next (`x-should-retry`), and what the attempt machine may do next (DESIGN §6).
 */

export type { Evidence };

/** One row per code. Codes that begin `upstream_` are internal: the client sees `publicCode`. */
export const errorTable = {
  missing_required_parameter: caller("A required field is absent, null or empty. Send it."),
  invalid_value: caller(
    "A field has a value outside what the model takes. The message lists what it takes.",
  ),
  unknown_parameter: caller(
    "Strict mode: a field that this contract does not know. Remove it or turn strict mode off.",
  ),
  unsupported_parameter: caller("The chosen model cannot honour this field."),
  unsupported_operation: caller(
    "The chosen model cannot do this operation, for example edits on a model that only generates.",
  ),
  invalid_image: caller(
    "An uploaded image is no readable PNG, JPEG or WebP, or has the wrong shape.",
  ),
  image_too_large: caller("An uploaded image has more bytes, pixels or frames than allowed."),
  mask_size_mismatch: caller("The mask has other dimensions than the first image."),
  string_above_max_length: caller("A text is longer than the model takes, in Unicode code points."),
  invalid_json: caller("The body is no valid JSON document."),
  invalid_multipart: caller("The body is no valid multipart/form-data document."),
  moderation_blocked: {
    ...caller("The provider's safety system refused the prompt, an input or the result."),
    type: "image_generation_user_error",
  },
  invalid_api_key: invalid(
    401,
    "The API key is missing, malformed, unknown, expired or disabled: one answer for all.",
  ),
  sign_in_failed: invalid(
    401,
    "Login or password are wrong, or the person is unknown or disabled: one answer for all.",
  ),
  invitation_not_valid: invalid(
    401,
    "The one-time link was used, has expired or was replaced. Ask an owner or admin for another.",
  ),
  identity_provider_failed: {
    ...invalid(502, "The identity provider does not answer as it should."),
    type: "server_error",
  },
  role_not_allowed: forbidden("The caller's role does not reach this route or this change."),
  origin_not_allowed: forbidden(
    "A request with a session's cookie did not say that it comes from a page of this gateway (`Origin`), or the page came over plain http from another machine.",
  ),
  model_not_allowed: forbidden("This key may not use the model."),
  operation_not_allowed: forbidden("This key may not use the operation."),
  ip_not_allowed: forbidden("This key may not be used from the client's address."),
  model_not_found: invalid(
    404,
    "No channel serves the model. GET /v1/models lists what this key may use.",
  ),
  not_found: invalid(404, "There is nothing at this address."),
  method_not_allowed: invalid(405, "The address exists, but not for this method."),
  unsupported_media_type: invalid(
    415,
    "The Content-Type is not one this route takes, or the body has a Content-Encoding.",
  ),
  result_expired: invalid(410, "The result existed and has expired or been deleted."),
  conflict: invalid(
    409,
    "What is asked for contradicts what is there: it exists already, or the configuration file holds it. The message says what to change first.",
  ),
  version_stale: invalid(
    412,
    "Somebody changed it since it was read. `error.current` is what it is now; its version goes into `If-Match`.",
  ),
  version_required: invalid(
    428,
    "A change names the version that it was made from: send the `ETag` of a read as `If-Match`.",
  ),
  request_stopped: invalid(410, "Stopped by who asked; the message says if it may be billed."),
  request_too_large: invalid(413, "The body is larger than this gateway takes."),
  request_timeout: invalid(
    408,
    "The client sent its request too slowly; the connection was closed.",
  ),
  idempotency_key_reused: {
    ...invalid(422, "The Idempotency-Key was used before with another body."),
    type: "idempotency_error",
  },
  rate_limit_exceeded: {
    status: 429,
    type: "rate_limit_error",
    shouldRetry: true,
    meaning: "Too many requests or images in the window. Wait for `retry-after` seconds.",
  },
  too_many_sign_ins: {
    ...invalid(
      429,
      "Too many tries to sign in failed, for this account or from this address. Wait for `retry-after` seconds.",
    ),
    type: "rate_limit_error",
  },
  budget_exceeded: {
    ...invalid(429, "The key's budget does not cover this request."),
    type: "insufficient_quota",
  },
  internal_error: {
    ...invalid(500, "A fault of the gateway itself. Report it with the request id."),
    type: "server_error",
  },
  no_channel_available: {
    status: 503,
    type: "upstream_error",
    shouldRetry: true,
    meaning: "Every channel that serves the model is busy or cooling down. Try again later.",
  },
  overloaded: {
    status: 503,
    type: "upstream_error",
    shouldRetry: true,
    meaning: "The gateway is at its limit or stopping; nothing was attempted.",
  },
  out_of_files: {
    status: 503,
    type: "upstream_error",
    publicCode: "overloaded",
    shouldRetry: false,
    meaning:
      "The gateway may open no more files or connections; its operator must raise the limit.",
  },
  storage_full: {
    status: 503,
    type: "upstream_error",
    shouldRetry: false,
    meaning: "There is no room to keep the image, so no paid call was made. The operator must act.",
  },
  storage_unavailable: {
    status: 503,
    type: "upstream_error",
    shouldRetry: false,
    meaning:
      "The store of images cannot be reached, so that no URL can be given; nothing was bought. Base64 goes on.",
  },
  outcome_unknown: {
    ...invalid(
      502,
      "The gateway's process ended while the request ran. Only a fresh Idempotency-Key buys again.",
    ),
    type: "upstream_error",
  },
  upstream_unreachable: upstream(
    502,
    "upstream_failed",
    true,
    "never_sent",
    "The upstream could not be reached; nothing was sent.",
  ),
  upstream_credentials: {
    ...upstream(
      502,
      "upstream_refused_credentials",
      false,
      "refused",
      "The upstream refused the operator's credentials or account (401, 402, 403, empty balance).",
    ),
    credentialFault: true,
  },
  upstream_model_missing: upstream(
    502,
    "upstream_failed",
    false,
    "refused",
    "The upstream does not know the model that the channel names.",
  ),
  upstream_rate_limited: {
    ...upstream(
      429,
      "rate_limit_exceeded",
      true,
      "refused",
      "Every upstream that could serve the model is rate limited.",
    ),
    type: "rate_limit_error",
    credentialFault: true,
  },
  upstream_busy: upstream(
    503,
    "no_channel_available",
    true,
    "refused",
    "The upstream said that it is overloaded or closed, in an answer of its own.",
  ),
  upstream_refused: upstream(
    502,
    "upstream_failed",
    false,
    "refused",
    "The upstream refused before making anything, for a reason that is not the caller's.",
  ),
  upstream_failed: upstream(
    502,
    "upstream_failed",
    false,
    "unknown",
    "The upstream failed after the request was sent; it may have been billed.",
  ),
  upstream_bad_answer: upstream(
    502,
    "upstream_failed",
    false,
    "unknown",
    "The upstream's answer could not be read or held no picture.",
  ),
  upstream_timeout: upstream(
    504,
    "upstream_timeout",
    false,
    "unknown",
    "The upstream did not answer in time; it may still be billed.",
  ),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof errorTable;

/** The description of one failure, besides its code. */
export interface ErrorFields {
  /** For the client: one English sentence that says what to change. Never names an upstream's host or account. */
  readonly message: string;
  /** The offending request field. */
  readonly param?: string | undefined;
  /** For the operator's log and the request record only. */
  readonly detail?: string | undefined;
  /** Seconds to wait before another try, for the `retry-after` header. */
  readonly retryAfterSeconds?: number | undefined;
  /** The `x-should-retry` of this failure, where more is known than its code says; absent: the code's own. */
  readonly shouldRetry?: boolean | undefined;
  /** Further fields of the answer's `error` object. */
  readonly more?: Readonly<Record<string, unknown>> | undefined;
  /** Evidence about this failure, for one of which more is known than its code says; absent: the code's own. */
  readonly evidence?: Evidence | undefined;
  readonly cause?: unknown;
}

/** The one error class. Match on `code`; look everything else up in `errorTable`. */
export class PinholeError extends Error {
  override readonly name = "PinholeError";
  readonly code: ErrorCode;
  readonly param: string | undefined;
  readonly detail: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly shouldRetry: boolean;
  readonly more: Readonly<Record<string, unknown>> | undefined;
  /** Undefined: the failure is of no upstream call. */
  readonly evidence: Evidence | undefined;

  constructor(code: ErrorCode, fields: ErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = code;
    this.param = fields.param;
    this.detail = fields.detail;
    this.retryAfterSeconds = fields.retryAfterSeconds;
    this.shouldRetry = fields.shouldRetry ?? errorRow(code).shouldRetry;
    this.more = fields.more;
    this.evidence = fields.evidence ?? errorRow(code).evidence;
  }
}

/** Type-widened view of a row, for code that reads optional columns. */
export function errorRow(code: ErrorCode): ErrorRow {
  return errorTable[code];
}

/** The `error.code` that a client sees for an internal code. */
export function publicCode(code: ErrorCode): string {
  return errorRow(code).publicCode ?? code;
}

/** Any thrown value as a `PinholeError`: `out_of_files`, or `internal_error` with its text kept inside. */
export function asPinholeError(thrown: unknown): PinholeError {
  if (thrown instanceof PinholeError) return thrown;
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  const isOut = isOutOfFiles(thrown);
  return new PinholeError(isOut ? "out_of_files" : "internal_error", {
    message: isOut
      ? errorTable.out_of_files.meaning
      : "The gateway failed while handling this request. Report it with the request id in x-request-id.",
    detail,
    cause: thrown,
  });
}
