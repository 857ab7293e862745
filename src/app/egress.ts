import type { Config } from "../config.ts";
import {
  createEgress,
  createNoticePost,
  type Egress,
  type EgressOptions,
  type NoticePost,
} from "../net/egress.ts";
import { egressOptions } from "./egress-options.ts";

/** All HTTP that leaves a gateway, but that of its image store. */
export interface OpenedEgress {
  readonly egress: Egress;
  readonly notices: NoticePost;
}

/** Opens no connection until it is used; `undo` ends them all. */
export function openEgress(
  config: Config,
  now: () => number,
  outside: Pick<EgressOptions, "resolve">,
  undo: (() => Promise<void> | void)[],
): OpenedEgress {
  const options = egressOptions(config);
  const egress = createEgress({ now, ...outside, ...options });
  undo.push(() => egress.close());
  // The operator names the targets of notices: they have a guard of their own, which opens nothing to strangers.
  const allowPrivate = config.noticesAllowPrivate;
  const notices = createNoticePost({ now, ...outside, ...options, allowPrivate });
  undo.push(() => notices.close());
  return { egress, notices };
}
