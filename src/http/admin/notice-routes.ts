import type { FastifyInstance } from "fastify";
import { noticeQuery } from "../../api/admin/notices.ts";
import type { Notice } from "../../core/notice.ts";
import { noticeWords } from "../../core/notice-words.ts";
import type { Administration } from "../../gateway/gateway.ts";
import { read } from "./read-checked.ts";

/** GET /admin/v1/notices, /admin/v1/notices/{id} and POST …/acknowledge. */
export function noticeRoutes(app: FastifyInstance, notices: Administration["notices"]): void {
  app.get("/admin/v1/notices", async (request) => {
    const { acknowledged, ...page } = read(noticeQuery, request.query);
    const isAcknowledged = acknowledged === undefined ? undefined : acknowledged === "true";
    const rows = await notices.list({ ...page, isAcknowledged });
    return { object: "list", data: rows.map(noticeJson) };
  });
  app.get<{ Params: { id: string } }>("/admin/v1/notices/:id", async (request) =>
    noticeJson(await notices.get(request.params.id)),
  );
  app.post<{ Params: { id: string } }>("/admin/v1/notices/:id/acknowledge", async (request) =>
    noticeJson(await notices.acknowledge(request.params.id)),
  );
}

function noticeJson(notice: Notice): Record<string, unknown> {
  const { id, kind, object, period, threshold, state, recovers, facts } = notice;
  return {
    id,
    kind,
    object,
    period: period === "" ? null : period,
    threshold: threshold === "" ? null : threshold,
    state,
    recovers,
    ...noticeWords(notice),
    facts,
    created_at: isoTime(notice.createdAt),
    ended_at: notice.endedAt === null ? null : isoTime(notice.endedAt),
    acknowledged_at: notice.acknowledgedAt === null ? null : isoTime(notice.acknowledgedAt),
  };
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
