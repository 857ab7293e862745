import type { NewNotice, Notice } from "../core/notice.ts";
import type { StoreClient } from "./client.ts";
import type { NoticePage } from "./notice-records.ts";

/** The notices of a database: things that ask for an operator's attention. */
export interface NoticeStore {
  /** Writes those that nobody has written yet. `spentNano`: what a budget has spent, in digits. */
  raise(notices: readonly (NewNotice & { readonly spentNano?: string })[]): Promise<void>;
  /** Writes that the matter of a notice is over, with a notice that says so. False where it was already. */
  end(id: string, at: number): Promise<boolean>;
  /** The notice, acknowledged; undefined where there is none. */
  acknowledge(id: string, at: number): Promise<Notice | undefined>;
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
    acknowledge: (id, at) => client.call("noticesAcknowledge", id, at),
    get: (id) => client.call("noticesGet", id),
    open: () => client.call("noticesOpen"),
    list: (page) => client.call("noticesList", page),
    isPriceKnown: (channelId, model, since) =>
      client.call("noticesIsPriceKnown", channelId, model, since),
  };
}
