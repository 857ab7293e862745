import type { FastifyInstance } from "fastify";
import { stateBytesMax } from "../../api/admin/body-limits.ts";
import { applyBody, exportQuery } from "../../api/admin/state.ts";
import type { StateAdministration } from "../../gateway/gateway.ts";
import { changerOf } from "./callers.ts";
import { conditionOf, withVersion } from "./conditions.ts";
import { read } from "./read-checked.ts";

/** GET /admin/v1/export and POST /admin/v1/apply. */
export function stateRoutes(app: FastifyInstance, state: StateAdministration): void {
  app.get("/admin/v1/export", async (request, reply) => {
    const { versions } = read(exportQuery, request.query);
    const { version, state: words, leftOut } = await state.write(versions === "true");
    return withVersion(reply, { object: "state", version, state: words, left_out: leftOut });
  });
  app.post("/admin/v1/apply", { bodyLimit: stateBytesMax }, async (request, reply) => {
    const { dry_run: dryRun, ...asked } = read(applyBody, request.body);
    const condition = conditionOf(request);
    const done = await state.apply(changerOf(request), { ...asked, dryRun, condition });
    const { isApplied: applied, version, changes, unchanged } = done;
    return withVersion(reply, { object: "difference", applied, version, changes, unchanged });
  });
}
