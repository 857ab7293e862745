import type { FastifyInstance } from "fastify";
import { PinholeError } from "../../core/errors.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { channelRoutes } from "./channel-routes.ts";
import { keyRoutes } from "./key-routes.ts";
import { requestRoutes } from "./request-routes.ts";
import { requireAdmin } from "../server/authentication.ts";

const bodyBytesMax = 64 * 1024;

/** The routes under /admin, each behind the admin token. */
export function adminRoutes(
  app: FastifyInstance,
  gateway: Pick<Gateway, "administration" | "channels">,
): void {
  const { administration } = gateway;
  requireAdmin(app, administration);
  app.addContentTypeParser(
    "application/json",
    { parseAs: "string", bodyLimit: bodyBytesMax },
    (_request, text, done) => {
      try {
        done(null, JSON.parse(String(text)));
      } catch {
        done(new PinholeError("invalid_json", { message: "The body is no valid JSON document." }));
      }
    },
  );
  keyRoutes(app, administration.keys);
  channelRoutes(app, gateway);
  requestRoutes(app, administration.requests);
}
