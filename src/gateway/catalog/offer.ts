import type { NoticeTarget } from "../../core/notice-target.ts";
import type { EntryReader, Served } from "../../core/resource.ts";

/** The channels and names that are served, as the configuration last read has them. */
export interface Offer extends Served {
  /** The digest of the files that it was read from; null: from none. */
  readonly fileHash: string | null;
  /** Places that notices are sent to. */
  readonly noticeTargets: readonly NoticeTarget[];
  /** Reads entries of the database beside those of the configuration. */
  readonly entries: EntryReader;
}
