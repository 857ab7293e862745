import type { FastifyInstance } from "fastify";
import type { Examine, Finding } from "../../core/examination.ts";

/** GET /admin/v1/doctor. */
export function examinationRoutes(app: FastifyInstance, examine: Examine): void {
  app.get("/admin/v1/doctor", async () => {
    const findings = await examine();
    return { object: "examination", state: worst(findings), findings };
  });
}

function worst(findings: readonly Finding[]): Finding["state"] {
  const states = new Set(findings.map(({ state }) => state));
  if (states.has("fault")) return "fault";
  return states.has("warning") ? "warning" : "ok";
}
