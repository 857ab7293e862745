import type { AuditEntry } from "../core/audit.ts";
import type { NewNotice, Notice, NoticeKind } from "../core/notice.ts";
import type { StoreClient } from "./client.ts";
import type { TryEnd } from "./commands/notice-deliveries.ts";
import type { DueDelivery, NoticeDelivery, NoticePage } from "./notice-records.ts";

/** The notices of a database: things that ask for an operator's attention. */
export interface NoticeStore {
  /** Writes those that nobody has written yet. `spentNano`: what a budget has spent, in digits. */
  raise(notices: readonly (NewNotice & { readonly spentNano?: string })[]): Promise<void>;
  /** Writes that the matter of a notice is over, with a notice that says so. False where it was already. */
  end(id: string, at: number): Promise<boolean>;
  /** The notice, acknowledged at the entry's time; undefined where there is none. Said again it changes nothing, and no entry is written. */
  acknowledge(id: string, entry: AuditEntry): Promise<Notice | undefined>;
  get(id: string): Promise<Notice | undefined>;
  /** The notices whose matter is not over. */
  open(): Promise<Notice[]>;
  list(page: NoticePage): Promise<Notice[]>;
  /** True where a request for the model on the channel that began since was charged at a known price. */
  isPriceKnown(channelId: string, model: string, since: number): Promise<boolean>;
}

/** The notices behind a client of a database. */
export function noticeStore(client: StoreClient): NoticeStore {
  return {
    raise: (notices) => client.call("noticesRaise", notices),
    end: (id, at) => client.call("noticesEnd", id, at),
    acknowledge: (id, entry) => client.call("noticesAcknowledge", id, entry),
    get: (id) => client.call("noticesGet", id),
    open: () => client.call("noticesOpen"),
    list: (page) => client.call("noticesList", page),
    isPriceKnown: (channelId, model, since) =>
      client.call("noticesIsPriceKnown", channelId, model, since),
  };
}

/** The ways of notices to their targets. */
export interface DeliveryStore {
  /** Notices since a time that a target has not been queued for, the oldest first. */
  unqueued(
    target: string,
    since: number,
  ): Promise<readonly { readonly id: string; readonly kind: NoticeKind }[]>;
  /** Queues notices for a target; those that it does not want are noted as skipped. */
  queue(
    target: string,
    notices: readonly { readonly id: string; readonly isWanted: boolean }[],
    at: number,
  ): Promise<void>;
  /** Deliveries whose next try is due. */
  due(at: number): Promise<readonly DueDelivery[]>;
  /** Takes a try until a time; false where another node has it. */
  take(delivery: NoticeDelivery, until: number): Promise<boolean>;
  /** Writes how a try ended. */
  end(ended: TryEnd): Promise<void>;
  /** The ways of one notice. */
  of(noticeId: string): Promise<readonly NoticeDelivery[]>;
}

/** The deliveries behind a client of a database. */
export function deliveryStore(client: StoreClient): DeliveryStore {
  return {
    unqueued: (target, since) => client.call("deliveriesUnqueued", target, since),
    queue: (target, notices, at) => client.call("deliveriesQueue", target, notices, at),
    due: (at) => client.call("deliveriesDue", at),
    take: ({ noticeId, target, state, tries, nextAt, endedAt, fault }, until) =>
      client.call(
        "deliveriesTake",
        { noticeId, target, state, tries, nextAt, endedAt, fault },
        until,
      ),
    end: (ended) => client.call("deliveriesEnd", ended),
    of: (noticeId) => client.call("deliveriesOf", noticeId),
  };
}
