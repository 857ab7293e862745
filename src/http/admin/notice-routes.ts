import type { FastifyInstance } from "fastify";
import { noticeQuery } from "../../api/admin/notices.ts";
import { noticeJson } from "../../api/admin/notice-json.ts";
import type { Administration, NoticeDelivery } from "../../gateway/gateway.ts";
import { changerOf } from "./callers.ts";
import { pageOf } from "./conditions.ts";
import { read } from "./read-checked.ts";

/** GET /admin/v1/notices, /admin/v1/notices/{id} and POST …/acknowledge. */
export function noticeRoutes(app: FastifyInstance, notices: Administration["notices"]): void {
  app.get("/admin/v1/notices", async (request) => {
    const { acknowledged, limit, after, before, ...only } = read(noticeQuery, request.query);
    const isAcknowledged = acknowledged === undefined ? undefined : acknowledged === "true";
    const page = { ...only, before: after ?? before, isAcknowledged };
    return pageOf(await notices.list({ ...page, limit: limit + 1 }), limit, noticeJson);
  });
  app.get<{ Params: { id: string } }>("/admin/v1/notices/:id", async (request) => {
    const { deliveries, ...notice } = await notices.get(request.params.id);
    return { ...noticeJson(notice), deliveries: deliveries.map(deliveryJson) };
  });
  app.post<{ Params: { id: string } }>("/admin/v1/notices/:id/acknowledge", async (request) =>
    noticeJson(await notices.acknowledge(changerOf(request), request.params.id)),
  );
}

function deliveryJson(delivery: NoticeDelivery): Record<string, unknown> {
  const { target, state, tries, fault, nextAt, endedAt } = delivery;
  return {
    target,
    state,
    tries,
    fault,
    next_try_at: state === "pending" ? new Date(nextAt).toISOString() : null,
    ended_at: endedAt === null ? null : new Date(endedAt).toISOString(),
  };
}
