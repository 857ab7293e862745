import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { Observer } from "../../core/observer.ts";
import { arrivals } from "../../runtime/batches.ts";
import { asMissingImage } from "../open/hosted-routes.ts";
import { answerBrokenRequest } from "./broken-requests.ts";
import type { Connections } from "./connections.ts";
import { allowOrigins } from "./cors.ts";
import { sendError } from "./error-answers.ts";
import { forgivePath } from "./forgiven-paths.ts";
import { loggedPath } from "./logged-path.ts";
import { installNotFound } from "./not-found.ts";
import { requireOrigin } from "./origin.ts";
import { RequestLog } from "./request-log.ts";

export interface ServerOptions {
  readonly logger: FastifyBaseLogger;
  /** Time for a client to send its whole request, milliseconds. */
  readonly requestTimeoutMs: number;
  /** Time for which a client may take nothing of an answer that waits for it, milliseconds. */
  readonly readTimeoutMs: number;
  /** Connections of clients beyond which idle ones are cut. */
  readonly connectionsMax: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Addresses and ranges whose X-Forwarded-* headers are believed; empty: nobody's. */
  readonly trustedProxies: readonly string[];
  /** Origins whose pages may call the API; `*`: all; empty: none. */
  readonly cors: readonly string[];
}

/** The parts that every application of the listening side has. */
export interface ApplicationParts {
  readonly connections: Connections;
  readonly newRequestId: () => string;
  /** Undefined: nobody listens. */
  readonly observer: Observer | undefined;
  readonly bodyBytesMax: number;
  /** Puts a step in front of the application: the listener that its server gets. It has none of its own unless given. */
  readonly before?: (own: RequestListener) => RequestListener;
}

const headerBytesMax = 16 * 1024;
const urlLengthMax = 4096;
/** Time for which an idle connection is kept: longer than common load balancers keep theirs (60 s), so that they close first. */
const keepAliveMs = 72_000;

/** The longest pause between two looks for slow senders; rare enough to cost nothing. */
const slowCheckMsMax = 30_000;

/** Compilers that refuse all schemas: routes check by themselves what they get, and Fastify's compilers need not be loaded. */
const noSchemas = { buildValidator: refuseSchema, buildSerializer: refuseSchema };

function refuseSchema(): never {
  throw new Error("routes have no schemas here");
}

/** An application without routes: request ids, refusals, and one line of log a request. */
export function createApplication(
  parts: ApplicationParts,
  options: ServerOptions,
): FastifyInstance {
  const { connections, newRequestId, before = (own) => own } = parts;
  const app = Fastify({
    loggerInstance: options.logger,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: "request_id",
    }),
    genReqId: newRequestId,
    rewriteUrl: ({ url, headers }) => forgivePath(url ?? "/", headers),
    childLoggerFactory: (logger, bindings, own) => new RequestLog(logger, bindings, own),
    requestIdHeader: false,
    trustProxy: options.trustedProxies.length === 0 ? false : [...options.trustedProxies],
    bodyLimit: parts.bodyBytesMax,
    schemaController: { compilersFactory: noSchemas },
    routerOptions: { maxParamLength: urlLengthMax },
    serverFactory: (own) => openServer(before(own), options),
    forceCloseConnections: "idle",
    // What still arrives on connections that stand is served and told to go: refused, it would be lost.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) =>
      answerBrokenRequest({ headerBytesMax, connections, newRequestId }, error, socket),
    frameworkErrors: (error, request, reply) =>
      sendError(request, reply, asMissingImage(request.url) ?? error),
  });
  app.decorateRequest("gatewayKey", undefined);
  app.decorateRequest("clientRequestId", undefined);
  installNotFound(app);
  app.setErrorHandler((error, request, reply) => sendError(request, reply, error));
  requestHooks(app, options.logger, parts.observer);
  allowOrigins(app, options.cors);
  return app;
}

function openServer(listener: RequestListener, { requestTimeoutMs }: ServerOptions): Server {
  const rules = {
    maxHeaderSize: headerBytesMax,
    headersTimeout: Math.min(requestTimeoutMs, 30_000),
    connectionsCheckingInterval: Math.min(requestTimeoutMs / 4, slowCheckMsMax),
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
  };
  return createServer(rules, listener);
}

/** `x-request-id` on every answer, the client's own as a label, and one log line a request. */
function requestHooks(
  app: FastifyInstance,
  log: FastifyBaseLogger,
  observer: Observer | undefined,
): void {
  // Many in a row. Of one whose connection broke meanwhile there is no further word, so it would never be over.
  app.addHook("onRequest", ({ raw }, _reply, done) =>
    arrivals.add(() => {
      if (!raw.socket.destroyed) done();
    }),
  );
  app.addHook("onRequest", (request, reply, done) => {
    void reply.header("x-request-id", request.id);
    requireOrigin(request);
    const own = request.headers["x-request-id"];
    if (typeof own === "string" && /^[\x21-\x7e]{1,128}$/.test(own)) {
      request.clientRequestId = own;
      void reply.header("x-client-request-id", own);
    }
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    log.info(
      {
        request_id: request.id,
        method: request.method,
        // The signature of a hosted image is a permission, so queries are not logged.
        path: loggedPath(request),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        // Left out of the line where it is undefined.
        key: request.gatewayKey?.id,
      },
      "request",
    );
    observer?.answered({ route: request.routeOptions.url, status: reply.statusCode });
    done();
  });
}
