import type { FastifyInstance } from "fastify";
import { asPinholeError } from "../../core/errors.ts";
import type { HttpParts } from "../parts.ts";

/** Alive: the event loop answers. Ready: database and image store take writes and nobody asked us to stop. A dead provider changes neither. */
export function healthRoutes(app: FastifyInstance, parts: HttpParts): void {
  app.get("/health/live", () => ({ status: "live" }));
  app.get("/health/ready", async (request, reply) => {
    if (parts.stopping()) return reply.code(503).send({ status: "stopping" });
    const failing: string[] = [];
    const check = async (name: string, ping: Promise<void>): Promise<void> => {
      try {
        await ping;
      } catch (thrown) {
        failing.push(name);
        request.log.error(
          { check: name, detail: asPinholeError(thrown).detail },
          "a readiness check failed",
        );
      }
    };
    await Promise.all([
      check("database", parts.gateway.store.ping()),
      check("images", parts.gateway.blobs.ping()),
    ]);
    if (failing.length === 0) return { status: "ready" };
    return reply.code(503).send({ status: "not ready", failing });
  });
}
