import type { Channel } from "../../core/channel.ts";
import type { ModelCard } from "../../core/model-card.ts";
import type { NoticeTarget } from "../../core/notice-target.ts";

/** The channels and names that are served, as the configuration last read has them. */
export interface Offer {
  readonly channels: readonly Channel[];
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  readonly defaultModel: string | undefined;
  /** The cards of models that their vendors no longer serve, by name. */
  readonly retired: ReadonlyMap<string, ModelCard>;
  /** Places that notices are sent to. */
  readonly noticeTargets: readonly NoticeTarget[];
}
