import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
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
    },
  });
}

/** Any thrown value as what the client is told; the operator's side of it goes to the log. */
export function logError(request: FastifyRequest, thrown: unknown): PinholeError {
  const error = fromFastify(thrown) ?? asPinholeError(thrown);
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
  if (error.retryAfterSeconds !== undefined) {
    void reply.header("retry-after", String(Math.max(1, Math.ceil(error.retryAfterSeconds))));
  }
  if (row.status === 401) void reply.header("www-authenticate", "Bearer");
  if (row.status === 413 || row.status === 408) void reply.header("connection", "close");
  void reply
    .code(row.status)
    .header("content-type", "application/json")
    .header("x-should-retry", String(row.shouldRetry))
    .send(errorEnvelope(error));
}

/** Faults that Fastify itself raises about the request, in our words. */
function fromFastify(thrown: unknown): PinholeError | undefined {
  if (thrown instanceof PinholeError || !(thrown instanceof Error)) return undefined;
  const { statusCode, code } = thrown as Partial<FastifyError>;
  if (statusCode === undefined || statusCode >= 500 || code === undefined) return undefined;
  if (statusCode === 413) {
    return new PinholeError("request_too_large", {
      message: "The body is larger than this gateway takes.",
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

/** 404 for unknown addresses, 405 with `allow` for known ones of another method. */
export function installNotFound(app: FastifyInstance): void {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook("onRoute", (route) => {
    const source = route.url
      .split("/")
      .map((part) =>
        part === "*"
          ? ".*"
          : part.startsWith(":")
            ? "[^/]+"
            : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"),
      )
      .join("/");
    routes.push({ pattern: new RegExp(`^${source}$`), methods: [route.method].flat() });
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "";
    const methods = new Set(
      routes.filter((route) => route.pattern.test(path)).flatMap((route) => route.methods),
    );
    if (methods.size > 0) {
      void reply.header("allow", [...methods].join(", "));
      throw new PinholeError("method_not_allowed", {
        message: `${request.method} is not possible here; use ${[...methods].join(" or ")}.`,
      });
    }
    throw new PinholeError("not_found", {
      message: `There is nothing at ${request.method} ${path.slice(0, 200)}; the API begins at /v1.`,
    });
  });
}
