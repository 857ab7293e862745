import type { Notice } from "../../core/notice.ts";
import { noticeWords } from "../../core/notice-words.ts";

/** A notice as the admin API shows it, and as it is sent. */
export function noticeJson(notice: Notice): Record<string, unknown> {
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
