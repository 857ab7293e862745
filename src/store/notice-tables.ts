import { noticeKinds, noticeStates } from "../core/notice.ts";
import { integer, nullable, oneOf, record, text } from "./shape.ts";

const deliveryStates = ["pending", "sent", "undelivered", "skipped"] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** The tables of notices, as `tables.ts` has the others. */
export const noticeTables = {
  /** Things that ask for an operator's attention, and that they are over. */
  notices: record({
    id: text,
    kind: oneOf(noticeKinds),
    object: text,
    period: text,
    threshold: text,
    basis: text,
    state: oneOf(noticeStates),
    /** The notice whose matter is over. */
    recovers: nullable(text),
    /** Digits: what a budget had spent. */
    spent_nano: nullable(text),
    /** JSON: names with texts. */
    facts: text,
    created_at: integer,
    ended_at: nullable(integer),
    acknowledged_at: nullable(integer),
  }),
  /** The ways of notices to their targets. */
  notice_deliveries: record({
    notice_id: text,
    target: text,
    state: oneOf(deliveryStates),
    tries: integer,
    next_at: integer,
    queued_at: integer,
    ended_at: nullable(integer),
    fault: nullable(text),
  }),
} as const;
