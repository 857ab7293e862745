import type { FastifyInstance } from "fastify";
import type { Gateway } from "../../gateway/gateway.ts";

/** GET /admin/v1/models. */
export function servedModelRoutes(
  app: FastifyInstance,
  gateway: Pick<Gateway, "servedModels">,
): void {
  app.get("/admin/v1/models", () => ({ object: "list", data: gateway.servedModels() }));
}
