import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { Socket } from "node:net";
import { PinholeError } from "../core/errors.ts";
import { adminRoutes } from "./admin-routes.ts";
import { requireKey } from "./authentication.ts";
import { errorEnvelope, installNotFound, sendError } from "./error-answers.ts";
import { healthRoutes } from "./health-routes.ts";
import { hostedRoutes } from "./hosted-routes.ts";
import { imageRoutes } from "./image-routes.ts";
import { modelRoutes } from "./model-routes.ts";
import type { HttpParts } from "./parts.ts";

export interface ServerOptions {
  readonly logger: FastifyBaseLogger;
  /** How long a client may take to send its whole request, milliseconds. */
  readonly requestTimeoutMs: number;
  /** Addresses and ranges whose X-Forwarded-* headers are believed; empty: nobody's. */
  readonly trustedProxies: readonly string[];
}

const headerBytesMax = 16 * 1024;
const urlLengthMax = 4096;
/** Longer than the idle timeout of common load balancers (60 s), so that they close first. */
const keepAliveMs = 72_000;

/** The listening side: routes, authentication, error answers. Not listening yet. */
export function createServer(parts: HttpParts, options: ServerOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: "request_id",
    }),
    genReqId: () => parts.gateway.newId("req"),
    requestIdHeader: false,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    bodyLimit: parts.bodyBytesMax,
    routerOptions: { maxParamLength: urlLengthMax },
    http: {
      maxHeaderSize: headerBytesMax,
      headersTimeout: Math.min(options.requestTimeoutMs, 30_000),
    },
    forceCloseConnections: "idle",
    return503OnClosing: true,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => sendError(request, reply, error),
  });
  app.decorateRequest("gatewayKey", undefined);
  app.decorateRequest("clientRequestId", undefined);
  installNotFound(app);
  app.setErrorHandler((error, request, reply) => sendError(request, reply, error));
  requestHooks(app);
  healthRoutes(app, parts);
  hostedRoutes(app, parts);
  app.register((scope, _options, done) => {
    // Bodies are read as streams by the routes: pictures must not be gathered in memory.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, payload, parsed) => parsed(null, payload));
    requireKey(scope, parts);
    imageRoutes(scope, parts);
    modelRoutes(scope, parts);
    done();
  });
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    adminRoutes(scope, parts);
    done();
  });
  return app;
}

/** `x-request-id` on every answer, the client's own as a label, and one log line a request. */
function requestHooks(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    void reply.header("x-request-id", request.id);
    const own = request.headers["x-request-id"];
    if (typeof own === "string" && /^[\x21-\x7e]{1,128}$/.test(own)) {
      request.clientRequestId = own;
      void reply.header("x-client-request-id", own);
    }
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    request.log.info(
      {
        method: request.method,
        // The signature of a hosted image is a permission, so queries are not logged.
        path: request.url.split("?", 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        ...(request.gatewayKey === undefined ? {} : { key: request.gatewayKey.id }),
      },
      "request",
    );
    done();
  });
}

/** Answers what never became a request (bad HTTP, too slow, headers too large) in the error envelope. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, fault] = brokenRequest(error.code);
  const body = errorEnvelope(fault);
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nx-should-retry: false\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function brokenRequest(code: string | undefined): readonly [string, PinholeError] {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    return [
      "408 Request Timeout",
      new PinholeError("request_timeout", {
        message: "The request was sent too slowly; send it again on a faster line.",
      }),
    ];
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return [
      "431 Request Header Fields Too Large",
      new PinholeError("invalid_value", {
        message: `The request's headers are larger than ${headerBytesMax} bytes.`,
      }),
    ];
  }
  return [
    "400 Bad Request",
    new PinholeError("invalid_value", { message: "This is no valid HTTP request." }),
  ];
}
