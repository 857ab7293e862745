import type { FastifyInstance } from "fastify";
import { asPinholeError } from "../../core/errors.ts";
import type { Gateway } from "../../gateway/gateway.ts";

/** The parts whose health is told. */
interface HealthParts {
  readonly gateway: Pick<Gateway, "unready" | "standing">;
  /** True from the moment the gateway is asked to stop: not ready, but answering. */
  readonly stopping: () => boolean;
}

/**
 * Alive: the event loop answers. Ready: this node can do what another could, and nobody asked it to stop; a bucket or a provider that is
 * away changes neither, and of Redis it is only said. Neither writes anything.
 */
export function healthRoutes(app: FastifyInstance, parts: HealthParts): void {
  app.get("/health/live", () => ({ status: "live" }));
  app.get("/health/ready", async (request, reply) => {
    if (parts.stopping()) return reply.code(503).send({ status: "stopping" });
    const faults = await parts.gateway.unready();
    for (const { part, thrown } of faults) {
      const { detail } = asPinholeError(thrown);
      request.log.error({ check: part, detail }, "a readiness check failed");
    }
    if (faults.length === 0) {
      const isApart = parts.gateway.standing().counting === "apart";
      return isApart ? { status: "ready", without: ["redis"] } : { status: "ready" };
    }
    return reply.code(503).send({ status: "not ready", failing: faults.map(({ part }) => part) });
  });
}
