import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify";
import { type MetricsPage, metricsRoutes } from "./open/metrics-routes.ts";
import { sendError } from "./server/error-answers.ts";
import { installNotFound } from "./server/not-found.ts";

const requestTimeoutMs = 10_000;
const bodyBytesMax = 1024;

/** The listener of the metrics' own address: it serves nothing else. Not listening yet. */
export function createMetricsServer(page: MetricsPage, logger: FastifyBaseLogger): FastifyInstance {
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: requestTimeoutMs,
    bodyLimit: bodyBytesMax,
    forceCloseConnections: true,
  });
  installNotFound(app);
  app.setErrorHandler((error, request, reply) => sendError(request, reply, error));
  metricsRoutes(app, page);
  return app;
}
