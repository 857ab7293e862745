import type { FastifyInstance } from "fastify";
import type { Gateway } from "../../gateway/gateway.ts";
import { estimateRoutes } from "./estimate-routes.ts";
import { modelRoutes } from "./model-routes.ts";
import { recoveryRoutes } from "./request-routes.ts";
import { usageRoutes } from "./usage-routes.ts";

/** The parts that the routes work with. */
export type KeyRouteParts = Parameters<typeof estimateRoutes>[1] &
  Parameters<typeof recoveryRoutes>[1] & { readonly gateway: Gateway };

/** The routes that a key opens, besides those that make pictures. */
export function keyRoutes(app: FastifyInstance, parts: KeyRouteParts): void {
  estimateRoutes(app, parts);
  recoveryRoutes(app, parts);
  modelRoutes(app, parts.gateway);
  usageRoutes(app, parts.gateway);
}

/** Bodies are read as streams by the routes: pictures must not be gathered in memory. */
export function readAsStreams(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  // What has a parser of its own name is found without reading the header anew for each request.
  const types = ["application/json", "multipart/form-data", "*"];
  app.addContentTypeParser(types, (_request, payload, parsed) => parsed(null, payload));
}
