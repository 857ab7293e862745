import type { NoticeKind } from "../../core/notice.ts";
import { deliveryOf, type DueDelivery, type NoticeDelivery, noticeOf } from "../notice-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { record, text } from "../shape.ts";

/** Notices that are queued, and deliveries that are read, at once. */
const pieceRows = 50;

const unqueued = statement<{
  readonly target: string;
  readonly since: number;
  readonly limit: number;
}>(
  `SELECT id, kind FROM notices
    WHERE created_at >= :since AND NOT EXISTS (
      SELECT 1 FROM notice_deliveries AS known WHERE known.notice_id = notices.id AND known.target = :target)
    ORDER BY created_at, id LIMIT :limit`,
);
const unqueuedRow = record({ id: text, kind: text });
const queue = statement<{
  readonly noticeId: string;
  readonly target: string;
  readonly state: string;
  readonly at: number;
}>(
  `INSERT INTO notice_deliveries (notice_id, target, state, tries, next_at, queued_at)
    VALUES (:noticeId, :target, :state, 0, :at, :at)
    ON CONFLICT (notice_id, target) DO NOTHING`,
);
const due = statement<{ readonly at: number; readonly limit: number }>(
  `SELECT * FROM notice_deliveries WHERE state = 'pending' AND next_at <= :at
    ORDER BY next_at, notice_id, target LIMIT :limit`,
);
const notice = statement<{ readonly id: string }>("SELECT * FROM notices WHERE id = :id");
const ofNotice = statement<{ readonly noticeId: string }>(
  "SELECT * FROM notice_deliveries WHERE notice_id = :noticeId ORDER BY target",
);
/** A try is begun by whoever moves its next one: nobody else has it until then. */
const take = statement<{
  readonly noticeId: string;
  readonly target: string;
  readonly nextAt: number;
  readonly until: number;
}>(
  `UPDATE notice_deliveries SET next_at = :until, tries = tries + 1
    WHERE notice_id = :noticeId AND target = :target AND state = 'pending' AND next_at = :nextAt`,
);
const end = statement<{
  readonly noticeId: string;
  readonly target: string;
  readonly state: string;
  readonly nextAt: number;
  readonly endedAt: number | null;
  readonly fault: string | null;
}>(
  `UPDATE notice_deliveries
    SET state = :state, next_at = :nextAt, ended_at = :endedAt, fault = :fault
    WHERE notice_id = :noticeId AND target = :target AND state = 'pending'`,
);

/** The end of one try. */
export interface TryEnd {
  readonly noticeId: string;
  readonly target: string;
  readonly state: NoticeDelivery["state"];
  /** The time of the next try, where it is pending. */
  readonly nextAt: number;
  readonly endedAt: number | null;
  /** The reason why it failed, in words. */
  readonly fault: string | null;
}

/** Work on the ways of notices to their targets. */
export const deliveryCommands = {
  /** Queues notices for a target; those of kinds that it does not want are noted as skipped. */
  *deliveriesQueue(
    target: string,
    notices: readonly { readonly id: string; readonly isWanted: boolean }[],
    at: number,
  ): Steps<void> {
    for (const { id: noticeId, isWanted } of notices)
      yield queue({ noticeId, target, state: isWanted ? "pending" : "skipped", at });
  },
  /** Takes a try until a time; false where another node has it. */
  *deliveriesTake({ noticeId, target, nextAt }: NoticeDelivery, until: number): Steps<boolean> {
    return (yield take({ noticeId, target, nextAt, until })).changes > 0;
  },
  *deliveriesEnd(ended: TryEnd): Steps<void> {
    yield end({ ...ended });
  },
};

/** Reads of the ways of notices. */
export const deliveryReads = {
  /** Notices since a time that a target has not been queued for. */
  *deliveriesUnqueued(
    target: string,
    since: number,
  ): Steps<{ readonly id: string; readonly kind: NoticeKind }[]> {
    const { rows } = yield unqueued({ target, since, limit: pieceRows });
    // The kinds are those of the table, which reads them where it matters.
    return rows.map((row) => unqueuedRow.parse(row) as { id: string; kind: NoticeKind });
  },
  /** Deliveries whose next try is due, with their notices. */
  *deliveriesDue(at: number): Steps<DueDelivery[]> {
    const found: DueDelivery[] = [];
    for (const row of (yield due({ at, limit: pieceRows })).rows) {
      const delivery = deliveryOf(row);
      const known = (yield notice({ id: delivery.noticeId })).rows.map(noticeOf).at(0);
      if (known !== undefined) found.push({ ...delivery, notice: known });
    }
    return found;
  },
  *deliveriesOf(noticeId: string): Steps<NoticeDelivery[]> {
    return (yield ofNotice({ noticeId })).rows.map(deliveryOf);
  },
};
