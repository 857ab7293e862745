import type { Notice, NoticeFacts, NoticeKind } from "../core/notice.ts";
import { rowSchemas } from "./tables.ts";

/** A page of notices, newest first. */
export interface NoticePage {
  readonly limit: number;
  /** The id of the last row of the page before. */
  readonly before?: string | undefined;
  readonly kind?: NoticeKind | undefined;
  readonly object?: string | undefined;
  /** `open`: what has begun and is not over; else by what the notice says. */
  readonly state?: "open" | "raised" | "recovered" | undefined;
  readonly isAcknowledged?: boolean | undefined;
}

/** A notice's row as it is. */
export function noticeOf(value: unknown): Notice {
  const row = rowSchemas.notices.parse(value);
  return {
    id: row.id,
    kind: row.kind,
    object: row.object,
    period: row.period,
    threshold: row.threshold,
    basis: row.basis,
    state: row.state,
    recovers: row.recovers,
    spentNano: row.spent_nano,
    facts: factsOf(row.facts),
    createdAt: row.created_at,
    endedAt: row.ended_at,
    acknowledgedAt: row.acknowledged_at,
  };
}

function factsOf(json: string): NoticeFacts {
  const facts: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(JSON.parse(json) as object))
    facts[name] = typeof value === "string" ? value : null;
  return facts;
}
