import type { FastifyInstance } from "fastify";
import type { Administration } from "../../gateway/gateway.ts";
import { resourceHandlers } from "./resource-handlers.ts";

interface OfOne {
  readonly Params: { readonly id: string };
}

/** /admin/v1/aliases and /admin/v1/aliases/{id}, /admin/v1/policies and /admin/v1/policies/{id}. */
export function nameRoutes(
  app: FastifyInstance,
  { aliases, policies }: Pick<Administration, "aliases" | "policies">,
): void {
  const alias = resourceHandlers(aliases);
  app.get("/admin/v1/aliases", alias.list);
  app.post("/admin/v1/aliases", alias.create);
  app.get<OfOne>("/admin/v1/aliases/:id", alias.show);
  app.put<OfOne>("/admin/v1/aliases/:id", alias.put);
  app.patch<OfOne>("/admin/v1/aliases/:id", alias.change);
  app.delete<OfOne>("/admin/v1/aliases/:id", alias.remove);
  const policy = resourceHandlers(policies);
  app.get("/admin/v1/policies", policy.list);
  app.post("/admin/v1/policies", policy.create);
  app.get<OfOne>("/admin/v1/policies/:id", policy.show);
  app.put<OfOne>("/admin/v1/policies/:id", policy.put);
  app.patch<OfOne>("/admin/v1/policies/:id", policy.change);
  app.delete<OfOne>("/admin/v1/policies/:id", policy.remove);
}
