import { createHash } from "node:crypto";

/** The things that ask for an operator's attention. */
export const noticeKinds = [
  "budget_threshold",
  "budget_exceeded",
  "clock_off",
  "files_differ",
  "entry_faulty",
  "price_unknown",
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** A notice says that something has begun, or that it is over. */
export const noticeStates = ["raised", "recovered"] as const;
export type NoticeState = (typeof noticeStates)[number];

/** The matter of a notice: of one matter there is one notice that it has begun and one that it is over, on all nodes together. */
export interface NoticeMatter {
  readonly kind: NoticeKind;
  /** The budget, the machine, the entry, or the channel with its model. */
  readonly object: string;
  /** The period of the object, or the day; empty: it has none. */
  readonly period: string;
  /** The share of a budget; empty: it has none. */
  readonly threshold: string;
  /** The amount that the share is of, nano-dollars in digits: a raised budget may be told again. Empty: it has none. */
  readonly basis: string;
}

/** The facts of a notice by their names, for those who read it. */
export type NoticeFacts = Readonly<Record<string, string | null>>;

/** A notice that is to be written, if nobody has. */
export interface NewNotice extends NoticeMatter {
  readonly at: number;
  readonly facts: NoticeFacts;
}

/** A notice that is to be written with a settlement. */
export interface SettlementNotice extends NewNotice {
  /** The counter that must have spent so much, in digits; absent: it is written whatever was spent. */
  readonly reached?: {
    readonly id: string;
    readonly periodStart: number;
    readonly nano: string;
  };
}

/** A notice as it is kept. Times are Unix milliseconds. */
export interface Notice extends NoticeMatter {
  readonly id: string;
  readonly state: NoticeState;
  /** The id of the notice whose matter is over; null: it says that one has begun. */
  readonly recovers: string | null;
  /** The amount that a budget had spent then, nano-dollars in digits. */
  readonly spentNano: string | null;
  readonly facts: NoticeFacts;
  readonly createdAt: number;
  /** The time at which its matter was over; null: it is not, or the notice says so itself. */
  readonly endedAt: number | null;
  readonly acknowledgedAt: number | null;
}

/** The id of a notice: every node has the same for the same matter, so that it is written once. */
export function noticeId(
  { kind, object, period, threshold, basis }: NoticeMatter,
  state: NoticeState,
): string {
  const matter = JSON.stringify([kind, object, period, threshold, basis, state]);
  return `ntc_${createHash("sha256").update(matter).digest("hex").slice(0, 24)}`;
}
