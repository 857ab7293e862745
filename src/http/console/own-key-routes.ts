import type { FastifyInstance } from "fastify";
import type { Gateway } from "../../gateway/gateway.ts";
import { callerOf } from "../admin/callers.ts";

/** The parts that the route works with. */
interface OwnKeyParts {
  readonly gateway: Pick<Gateway, "administration">;
}

/** The address below the plugin's prefix; like the others of the console it is for its own pages, and stands in no document. */
const ownKeysPath = "/v1/keys";

/** GET /v1/keys: the keys that the person may make pictures with besides the console's, for `?as_key=` of the other routes. */
export function ownKeyRoutes(
  app: FastifyInstance,
  { gateway: { administration } }: OwnKeyParts,
): void {
  app.get(ownKeysPath, (request) => ({
    object: "list",
    data: administration
      .ownKeys(callerOf(request), request)
      .map(({ id, name, operations }) => ({ id, name, operations })),
  }));
}
