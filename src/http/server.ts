import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import type { ProviderShelf } from "../core/provider-shelf.ts";
import type { Observer } from "../core/observer.ts";
import { arrivals } from "../runtime/batches.ts";
import { type AdminParts, adminRoutes } from "./admin/admin-routes.ts";
import { movedRoutes } from "./admin/moved-routes.ts";
import { requireKey } from "./server/authentication.ts";
import { answerBrokenRequest } from "./server/broken-requests.ts";
import { type ConnectionRules, type Connections, createConnections } from "./server/connections.ts";
import { galleryRoutes } from "./console/gallery-routes.ts";
import { generationRoutes } from "./console/generation-routes.ts";
import { requireMaker } from "./console/maker.ts";
import { consoleRoutes } from "./open/console-routes.ts";
import { documentRoutes } from "./open/document-routes.ts";
import { allowOrigins } from "./server/cors.ts";
import { sendError } from "./server/error-answers.ts";
import { forgivePath } from "./server/forgiven-paths.ts";
import { loggedPath } from "./server/logged-path.ts";
import { installNotFound } from "./server/not-found.ts";
import { healthRoutes } from "./open/health-routes.ts";
import { type MetricsPage, metricsRoutes } from "./open/metrics-routes.ts";
import { type HostedImages, asMissingImage, hostedRoutes } from "./open/hosted-routes.ts";
import { estimateRoutes } from "./v1/estimate-routes.ts";
import { imageRoutes } from "./v1/image-routes.ts";
import { modelRoutes } from "./v1/model-routes.ts";
import { usageRoutes } from "./v1/usage-routes.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Identity } from "../identity/identity.ts";
import type { ClientWatch } from "./server/client-watch.ts";
import type { RelayPatience } from "./v1/relay-answer.ts";
import { requireOrigin } from "./server/origin.ts";
import { recoveryRoutes } from "./v1/request-routes.ts";
import { RequestLog } from "./server/request-log.ts";
import { rateLimitHeaders } from "./v1/rate-limit-headers.ts";

/** The parts of the listening side; each file of routes takes the few members that it needs. */
export interface ServerParts extends Pick<AdminParts, "examine" | "settings"> {
  readonly gateway: Gateway;
  readonly identity: Identity;
  readonly hosted: HostedImages;
  /** The folder of the console's build. */
  readonly consoleFolder: string;
  readonly clients: ClientWatch;
  /** Undefined: URLs are built from the request's Host. */
  readonly publicUrl: string | undefined;
  readonly bodyBytesMax: number;
  readonly exposeChannel: boolean;
  readonly heartbeatMs: number;
  readonly interimMs: number | undefined;
  readonly relayPatience: RelayPatience;
  /** Aborted when the gateway must end at once. */
  readonly stopped: AbortSignal;
  /** True from the moment the gateway is asked to stop: not ready, but answering. */
  readonly stopping: () => boolean;
  /** Undefined: nobody listens. */
  readonly observer: Observer | undefined;
  readonly providers: ProviderShelf;
  /** The page of metrics of this address; undefined: it has none. */
  readonly metrics: MetricsPage | undefined;
}

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

export interface HttpServer {
  readonly app: FastifyInstance;
  readonly connections: Connections;
}

function connectionRules(options: ServerOptions): ConnectionRules {
  const { logger, readTimeoutMs, connectionsMax, now } = options;
  return {
    readTimeoutMs,
    connectionsMax,
    now,
    onCut: () => logger.warn({ after_ms: readTimeoutMs }, "a client that read nothing was cut"),
    onCrowd: () =>
      logger.warn(
        { connections_max: connectionsMax },
        "clients have more connections than this process may well open files for; idle ones are cut; raise the limit (ulimit -n)",
      ),
  };
}

/** The listening side: routes, authentication, error answers. Not listening yet. */
export function createServer(parts: ServerParts, options: ServerOptions): HttpServer {
  const connections = createConnections(connectionRules(options));
  const { gateway } = parts;
  const newRequestId = (): string => gateway.newRequestId();
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
    requestTimeout: options.requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    bodyLimit: parts.bodyBytesMax,
    schemaController: { compilersFactory: noSchemas },
    routerOptions: { maxParamLength: urlLengthMax },
    http: {
      maxHeaderSize: headerBytesMax,
      headersTimeout: Math.min(options.requestTimeoutMs, 30_000),
      connectionsCheckingInterval: Math.min(options.requestTimeoutMs / 4, slowCheckMsMax),
    },
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
  openRoutes(app, parts);
  app.register((scope, _options, done) => {
    readAsStreams(scope);
    requireKey(scope, gateway);
    scope.addHook("onRequest", (request, _reply, done) => {
      connections.trust(request.raw.socket);
      done();
    });
    rateLimitHeaders(scope, gateway);
    imageRoutes(scope, parts);
    keyRoutes(scope, parts);
    done();
  });
  makingRoutes(app, { ...parts, now: options.now });
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    adminRoutes(scope, { ...parts, now: options.now });
    done();
  });
  connections.watch(app.server);
  return { app, connections };
}

/** Routes of `/v1` for people who are signed in to the console. */
function makingRoutes(app: FastifyInstance, parts: ServerParts & Pick<ServerOptions, "now">): void {
  app.register(
    (scope, _options, done) => {
      readAsStreams(scope);
      requireMaker(scope, parts);
      generationRoutes(scope, parts);
      keyRoutes(scope, parts);
      scope.register((inner, _inner, ready) => {
        galleryRoutes(inner, parts);
        ready();
      });
      done();
    },
    { prefix: "/console" },
  );
}

/** Bodies are read as streams by the routes: pictures must not be gathered in memory. */
function readAsStreams(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  // What has a parser of its own name is found without reading the header anew for each request.
  const types = ["application/json", "multipart/form-data", "*"];
  scope.addContentTypeParser(types, (_request, payload, parsed) => parsed(null, payload));
}

/** The routes that a key opens, besides those that make pictures. */
function keyRoutes(scope: FastifyInstance, parts: ServerParts): void {
  estimateRoutes(scope, parts);
  recoveryRoutes(scope, parts);
  modelRoutes(scope, parts.gateway);
  usageRoutes(scope, parts.gateway);
}

/** The routes that ask for no key. */
function openRoutes(app: FastifyInstance, parts: ServerParts): void {
  healthRoutes(app, parts);
  hostedRoutes(app, parts.hosted);
  documentRoutes(app, parts);
  consoleRoutes(app, parts);
  movedRoutes(app);
  if (parts.metrics !== undefined) metricsRoutes(app, parts.metrics);
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
