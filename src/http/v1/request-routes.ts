import type { FastifyInstance } from "fastify";
import type { Gateway } from "../../gateway/gateway.ts";
import { keyOf } from "../server/authentication.ts";
import type { ClientWatch } from "../server/client-watch.ts";
import { type OutcomeParts, sendOutcome } from "./send-outcome.ts";

/** Seconds after which a client may ask again for a request that runs. */
const askAgainSeconds = 2;

/** The parts that the routes of recovery work with. */
interface RecoveryParts extends OutcomeParts {
  readonly gateway: Pick<Gateway, "fetch" | "forget" | "answer" | "rates">;
  readonly clients: ClientWatch;
}

interface ById {
  readonly Params: { readonly id: string };
}

/** GET and DELETE /v1/images/requests/{id}: what a client comes back for, by our id or its own. */
export function recoveryRoutes(app: FastifyInstance, parts: RecoveryParts): void {
  app.get<ById>("/v1/images/requests/:id", async (request, reply) => {
    const started = performance.now();
    const client = parts.clients.watch(request, reply, false);
    const found = await parts.gateway.fetch(keyOf(request).id, request.params.id, client);
    if (found.status === "over") return sendOutcome(parts, request, reply, found.outcome, started);
    return reply
      .code(202)
      .header("retry-after", String(askAgainSeconds))
      .send({ id: found.id, status: found.status });
  });
  app.delete<ById>("/v1/images/requests/:id", async (request) => {
    const id = await parts.gateway.forget(keyOf(request).id, request.params.id);
    return { id, deleted: true };
  });
}
