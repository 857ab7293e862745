import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** Headers of answers that scripts of another origin may read, besides the few that they always may. */
const exposed = [
  "x-request-id",
  "x-client-request-id",
  "x-should-retry",
  "retry-after",
  "x-pinhole-model",
  "x-pinhole-warnings",
  "x-pinhole-channel",
  "x-pinhole-attempts",
  "x-pinhole-seed",
  "x-pinhole-cost",
  "x-pinhole-price",
  "x-pinhole-replay-of",
  "x-ratelimit-limit-requests",
  "x-ratelimit-limit-images",
  "x-ratelimit-remaining-requests",
  "x-ratelimit-remaining-images",
  "x-ratelimit-reset-requests",
  "x-ratelimit-reset-images",
  "server-timing",
].join(", ");
const methods = "GET, HEAD, POST, DELETE";
/** Life of a preflight in a browser, seconds; more than two hours none does. */
const preflightSeconds = 7200;
const headerNames = /^[\w-]+(\s*,\s*[\w-]+)*$/;
const headerNamesLengthMax = 1000;

/**
 * Lets pages of these origins (`*`: of all) call the API below /v1. Keys are sent as headers and never as
 * cookies, so no page gets more than it knows already. The admin routes are for no other origin.
 */
export function allowOrigins(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.addHook("onRequest", (request, reply, done) => {
    if (!request.url.startsWith("/v1/")) return done();
    const isForAll = origins.includes("*");
    // A cache must not hand one origin the answer to another.
    if (!isForAll) void reply.header("vary", "origin");
    const { origin } = request.headers;
    if (origin === undefined || !(isForAll || origins.includes(origin))) return done();
    void reply
      .header("access-control-allow-origin", isForAll ? "*" : origin)
      .header("access-control-expose-headers", exposed);
    if (isPreflight(request)) answerPreflight(request, reply);
    else done();
  });
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

/** Answers a preflight. What is asked for is granted, since the official SDKs send a dozen headers of their own. */
function answerPreflight(request: FastifyRequest, reply: FastifyReply): void {
  const asked = request.headers["access-control-request-headers"] ?? "";
  const isList = asked.length <= headerNamesLengthMax && headerNames.test(asked);
  void reply
    .code(204)
    .header("access-control-allow-methods", methods)
    .header("access-control-allow-headers", isList ? asked : "authorization, content-type")
    .header("access-control-max-age", String(preflightSeconds))
    .send();
}
