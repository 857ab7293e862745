import type { FastifyInstance } from "fastify";
import { auditQuery } from "../../api/admin/audit.ts";
import type { AuditEntry } from "../../core/audit.ts";
import type { Administration } from "../../gateway/gateway.ts";
import { read } from "./read-checked.ts";
import { pageOf } from "./conditions.ts";

/** GET /admin/v1/audit: every change, with what changed. */
export function auditRoutes(app: FastifyInstance, audit: Administration["audit"]): void {
  app.get("/admin/v1/audit", async (request) => {
    const { limit, after, resource, resource_id: resourceId } = read(auditQuery, request.query);
    const page = { limit: limit + 1, before: after, resource, resourceId };
    return pageOf(await audit.list(page), limit, auditJson);
  });
}

function auditJson(entry: AuditEntry): Record<string, unknown> {
  return {
    id: entry.id,
    at: new Date(entry.at).toISOString(),
    who: entry.who,
    action: entry.action,
    resource: entry.resource,
    resource_id: entry.resourceId,
    address: entry.address,
    request_id: entry.requestId,
    before: stateOf(entry.before),
    after: stateOf(entry.after),
  };
}

function stateOf(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}
