import type { FastifyInstance, RouteOptions } from "fastify";
import { adminBodyBytesMax, openBodyBytesMax } from "../../api/admin/body-limits.ts";
import { accessOf } from "./callers.ts";

/** Sets the most bytes that a route's body may have, where the route does not say so itself. */
export function limitBodies(app: FastifyInstance): void {
  app.addHook("onRoute", (route: RouteOptions) => {
    // Whoever has not said who they are gets no room for more than a password.
    route.bodyLimit ??= accessOf(route) === "anybody" ? openBodyBytesMax : adminBodyBytesMax;
  });
}
