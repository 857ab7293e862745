import type { FastifyInstance } from "fastify";
import { PinholeError } from "../core/errors.ts";
import type { Observer } from "../core/observer.ts";
import type { ProviderShelf } from "../core/provider-shelf.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Identity } from "../identity/identity.ts";
import type { AdminParts } from "./admin/admin-routes.ts";
import { movedRoutes } from "./open/moved-routes.ts";
import { consoleRoutes } from "./open/console-routes.ts";
import { documentRoutes } from "./open/document-routes.ts";
import { healthRoutes } from "./open/health-routes.ts";
import { type HostedImages, hostedRoutes } from "./open/hosted-routes.ts";
import { type MetricsPage, metricsRoutes } from "./open/metrics-routes.ts";
import { type ServerOptions, createApplication } from "./server/application.ts";
import { requireKey } from "./server/authentication.ts";
import type { ClientWatch } from "./server/client-watch.ts";
import { type ConnectionRules, type Connections, createConnections } from "./server/connections.ts";
import { servedOnUse } from "./server/on-use.ts";
import { imageRoutes } from "./v1/image-routes.ts";
import { keyRoutes, readAsStreams } from "./v1/key-routes.ts";
import { rateLimitHeaders } from "./v1/rate-limit-headers.ts";
import type { RelayPatience } from "./v1/relay-answer.ts";

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

export interface HttpServer {
  readonly app: FastifyInstance;
  readonly connections: Connections;
}

/**
 * Addresses of the admin API and of what people make in the console, with their slashes doubled or not: all that most
 * gateways are never asked for.
 */
const areOfPeople = /^(?:https?:\/\/[^/]*)?\/+(?:admin\/+v1|console)(?:[/?#]|$)/;

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
  const { gateway, observer, bodyBytesMax } = parts;
  const connections = createConnections(connectionRules(options));
  const newRequestId = (): string => gateway.newRequestId();
  const shared = { connections, newRequestId, observer, bodyBytesMax };
  /** The applications that are to be closed with this one. */
  const others: FastifyInstance[] = [];
  const ofPeople = {
    isTheirs: (url: string) => areOfPeople.test(url),
    async load() {
      const { peopleRoutes } = await import("./people-routes.ts");
      const other = createApplication(shared, options);
      peopleRoutes(other, { ...parts, now: options.now });
      await other.ready();
      others.push(other);
      return other.routing;
    },
    log: options.logger,
  };
  const app = createApplication(
    { ...shared, before: (own) => servedOnUse(ofPeople, own) },
    options,
  );
  app.addHook("onClose", async () => {
    for (const other of others) await other.close();
  });
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
  connections.watch(app.server);
  return { app, connections };
}

/** The routes that ask for no key. */
function openRoutes(app: FastifyInstance, parts: ServerParts): void {
  healthRoutes(app, parts);
  hostedRoutes(app, parts.hosted);
  documentRoutes(app, parts);
  consoleRoutes(app, parts);
  movedRoutes(app);
  notLoadedRoutes(app);
  if (parts.metrics !== undefined) metricsRoutes(app, parts.metrics);
}

/** The answer of what is loaded on use and could not be: only then does the application itself get its requests. */
function notLoadedRoutes(app: FastifyInstance): void {
  for (const url of ["/admin/v1", "/admin/v1/*", "/console/*"])
    app.all(url, {
      onRequest: async () => {
        throw new PinholeError("internal_error", {
          message: "This part of the gateway could not be loaded; the gateway's log says why.",
        });
      },
      handler: () => undefined,
    });
}
