import type { GatewayLog } from "../../core/log.ts";
import type { Backlog } from "../../store/backlog.ts";
import type { Store } from "../../store/store.ts";

/** The time for which things are remembered, milliseconds. */
export interface RetentionTimes {
  /** Records of requests, and notices that are over. */
  readonly recordsMs: number;
  /** Prompts in them; 0: none is ever written. */
  readonly promptsMs: number;
}

/** The forgetting of what is old. */
export interface Retention {
  /** Forgets for a moment; wants to be called once a minute. Of several nodes one does it. */
  sweep(): Promise<void>;
  /** The records that were left for the next time, as the last sweep saw it. */
  backlog(): Backlog;
}

interface RetentionParts {
  readonly store: { readonly retention: Store["retention"] };
  readonly nodes: { isFirst(): boolean };
  readonly log: GatewayLog;
  readonly now: () => number;
  readonly uptime: () => number;
}

/** Time of one sweep: the commits of requests wait behind each of its pieces, milliseconds. */
const sweepMsMax = 200;
/** Records of one transaction. */
const pieceRows = 500;
/** Notices stay for as long as a month has days: by then the period of which they tell once is over, milliseconds. */
const noticesMsMin = 32 * 24 * 3_600_000;
/** The number up to which a backlog is counted. */
const backlogMax = 100_000;

/** Forgets by these times. */
export function createRetention(
  { store: { retention }, nodes, log, now, uptime }: RetentionParts,
  { recordsMs, promptsMs }: RetentionTimes,
): Retention {
  let left: Backlog = { records: 0, prompts: 0 };
  /** Pieces of each work in turn, as long as the slowest of them would still fit. */
  const forget = async (at: number): Promise<boolean> => {
    const began = uptime();
    let slowestMs = 0;
    let works = [
      () => retention.forget(at - recordsMs, pieceRows),
      () => retention.forgetPrompts(at - promptsMs, pieceRows),
      () => retention.forgetNotices(at - Math.max(recordsMs, noticesMsMin), pieceRows),
    ];
    while (works.length > 0) {
      const going: typeof works = [];
      for (const work of works) {
        const start = uptime();
        if (start - began + slowestMs > sweepMsMax) return false;
        if ((await work()) === pieceRows) going.push(work);
        slowestMs = Math.max(slowestMs, uptime() - start);
      }
      works = going;
    }
    return true;
  };
  return {
    async sweep() {
      if (!nodes.isFirst()) return;
      const at = now();
      const isDone = await forget(at);
      left = isDone
        ? { records: 0, prompts: 0 }
        : await retention.backlog(at - recordsMs, at - promptsMs, backlogMax);
      if (left.records + left.prompts > 0)
        log.info(
          { records_left: left.records, prompts_left: left.prompts },
          "old records wait to be forgotten",
        );
    },
    backlog: () => left,
  };
}
