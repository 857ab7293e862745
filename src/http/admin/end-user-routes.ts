import type { FastifyInstance } from "fastify";
import type { Gateway } from "../../gateway/gateway.ts";
import { changerOf } from "./callers.ts";

/** DELETE /admin/v1/end-users/{user}: forgets an end user of clients. The log has the route alone, without the name. */
export function endUserRoutes(app: FastifyInstance, gateway: Pick<Gateway, "eraseEndUser">): void {
  app.delete<{ Params: { user: string } }>(
    "/admin/v1/end-users/:user",
    { config: { isPathPrivate: true } },
    async (request) => {
      const { digest, ...done } = await gateway.eraseEndUser(
        changerOf(request),
        request.params.user,
      );
      return { object: "erasure", ...done, audit_id: digest };
    },
  );
}
