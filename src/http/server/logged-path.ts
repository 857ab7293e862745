import type { FastifyRequest } from "fastify";
import { withoutKeys } from "../../core/keys.ts";

/** The path of a request as the log has it: without the query and without keys; of a route whose path names somebody, the route. */
export function loggedPath({ originalUrl, routeOptions }: FastifyRequest): string {
  if (routeOptions.config.isPathPrivate === true) return routeOptions.url ?? "";
  const end = originalUrl.indexOf("?");
  return withoutKeys(end === -1 ? originalUrl : originalUrl.slice(0, end));
}
