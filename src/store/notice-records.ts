import type { Notice, NoticeFacts, NoticeKind } from "../core/notice.ts";
import { type DeliveryState, noticeTables } from "./notice-tables.ts";

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
  const row = noticeTables.notices.parse(value);
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

/** The way of a notice to a target. Times are Unix milliseconds. */
export interface NoticeDelivery {
  readonly noticeId: string;
  readonly target: string;
  /** `skipped`: the target wants no notices of the kind. */
  readonly state: DeliveryState;
  readonly tries: number;
  readonly nextAt: number;
  readonly endedAt: number | null;
  /** The reason why the last try failed. */
  readonly fault: string | null;
}

/** A delivery whose next try is due. */
export interface DueDelivery extends NoticeDelivery {
  readonly notice: Notice;
}

/** A delivery's row as it is. */
export function deliveryOf(value: unknown): NoticeDelivery {
  const row = noticeTables.notice_deliveries.parse(value);
  return {
    noticeId: row.notice_id,
    target: row.target,
    state: row.state,
    tries: row.tries,
    nextAt: row.next_at,
    endedAt: row.ended_at,
    fault: row.fault,
  };
}
