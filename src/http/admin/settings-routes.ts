import type { FastifyInstance } from "fastify";
import type { RunningSettings } from "../../core/shown-setting.ts";

/** GET /admin/v1/settings. */
export function settingsRoutes(app: FastifyInstance, running: () => RunningSettings): void {
  app.get("/admin/v1/settings", () => {
    const { version, file = null, settings } = running();
    return { object: "settings", version, file, settings };
  });
}
