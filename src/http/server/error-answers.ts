import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { asPinholeError, errorRow, PinholeError, publicCode } from "../../core/errors.ts";

/** The answer's JSON for an error (CONTRACT "Errors"). */
export function errorEnvelope(error: PinholeError): string {
  const { type } = errorRow(error.code);
  return JSON.stringify({
    error: {
      message: error.message,
      type,
      param: error.param ?? null,
      code: publicCode(error.code),
      ...error.more,
    },
  });
}

/** The wait that a 503 advises which knows of no better one, such as that of records that are too busy. */
const passingSeconds = 5;
const reasonLengthMax = 160;

/**
 * A message as the reason phrase of a status line, since some clients show their users nothing else:
 * printable ASCII, and not longer than anybody reads.
 */
export function reasonPhrase(message: string): string {
  return message
    .replace(/[^\x20-\x7e]+/g, "?")
    .slice(0, reasonLengthMax)
    .trim();
}

/** Any thrown value as what the client is told; the operator's side of it goes to the log. */
export function logError(request: FastifyRequest, thrown: unknown): PinholeError {
  const error = fromFastify(thrown, request) ?? asPinholeError(thrown);
  const row = errorRow(error.code);
  const fields = {
    code: error.code,
    status: row.status,
    ...(error.param === undefined ? {} : { param: error.param }),
    ...(error.detail === undefined ? {} : { detail: error.detail }),
  };
  if (row.status >= 500) request.log.error(fields, error.message);
  else request.log.info(fields, error.message);
  return error;
}

/** The one place that turns errors into HTTP. */
export function sendError(request: FastifyRequest, reply: FastifyReply, thrown: unknown): void {
  const error = logError(request, thrown);
  const row = errorRow(error.code);
  const mayPass = row.status === 503 && error.shouldRetry;
  const seconds = error.retryAfterSeconds ?? (mayPass ? passingSeconds : undefined);
  if (seconds !== undefined)
    void reply.header("retry-after", String(Math.max(1, Math.ceil(seconds))));
  if (row.status === 401) void reply.header("www-authenticate", "Bearer");
  if (row.status === 413 || row.status === 408) void reply.header("connection", "close");
  reply.raw.statusMessage = reasonPhrase(error.message);
  void reply
    .code(row.status)
    .header("content-type", "application/json")
    .header("x-should-retry", String(error.shouldRetry))
    .send(errorEnvelope(error));
}

/** Faults that Fastify itself raises about the request, in our words. */
function fromFastify(thrown: unknown, request: FastifyRequest): PinholeError | undefined {
  if (thrown instanceof PinholeError || !(thrown instanceof Error)) return undefined;
  const { statusCode, code } = thrown as Partial<FastifyError>;
  if (statusCode === undefined || statusCode >= 500 || code === undefined) return undefined;
  if (statusCode === 413) {
    return new PinholeError("request_too_large", {
      message: `The body is larger than ${request.routeOptions.bodyLimit} bytes, the most that this address takes.`,
      cause: thrown,
    });
  }
  if (statusCode === 415) {
    return new PinholeError("unsupported_media_type", {
      message: "The Content-Type is not one this address takes.",
      cause: thrown,
    });
  }
  if (statusCode === 503) {
    return new PinholeError("overloaded", {
      message: "The gateway is stopping; send the request again.",
      retryAfterSeconds: 1,
      cause: thrown,
    });
  }
  return new PinholeError("invalid_value", {
    message: "The request's address or headers are malformed.",
    detail: thrown.message,
    cause: thrown,
  });
}
