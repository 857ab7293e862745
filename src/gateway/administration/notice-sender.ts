import type { GatewayLog } from "../../core/log.ts";
import type { NoticeTarget } from "../../core/notice-target.ts";
import type { NoticePost, PostEnd } from "../../net/egress.ts";
import type { DueDelivery } from "../../store/notice-records.ts";
import type { Store } from "../../store/store.ts";
import { messageOf } from "./notice-message.ts";

/** The sender of notices to their targets. */
export interface NoticeSender {
  /** Queues what is new and makes the tries that are due. Any number of nodes may do so at once. */
  send(targets: readonly NoticeTarget[]): Promise<void>;
}

/** The parts that sending works with. */
export interface SenderParts {
  readonly store: Pick<Store, "deliveries" | "settings">;
  readonly notices: Pick<NoticePost, "post">;
  readonly log: GatewayLog;
  readonly now: () => number;
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
/** A notice that no try has brought to its target by then never will be. */
const lifeMs = 24 * hourMs;
/** Pauses after each failed try; the last of them again and again. */
const pausesMs = [
  5 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  4 * hourMs,
];
/** A try that its node has not ended by then is made again by another: it died meanwhile. */
const leaseMs = minuteMs;
const faultCharactersMax = 300;

/** A sender that has queued nothing yet. */
export function createNoticeSender(parts: SenderParts): NoticeSender {
  const since = new Map<string, number>();
  return {
    async send(targets) {
      if (targets.length === 0) return;
      for (const target of targets) await queueNew(parts, target, since);
      const named = new Map(targets.map((target) => [target.name, target]));
      const due = await parts.store.deliveries.due(parts.now());
      await Promise.all(due.map((delivery) => tryOnce(parts, delivery, named)));
    },
  };
}

/** Queues what was noticed since the target is there, and within the life of a notice. */
async function queueNew(
  { store, now }: SenderParts,
  { name, kinds }: NoticeTarget,
  since: Map<string, number>,
): Promise<void> {
  const at = now();
  const begun = since.get(name) ?? (await firstSeen(store.settings, name, at));
  since.set(name, begun);
  const found = await store.deliveries.unqueued(name, Math.max(begun, at - lifeMs));
  if (found.length === 0) return;
  const wanted = found.map(({ id, kind }) => ({ id, isWanted: kinds?.includes(kind) ?? true }));
  await store.deliveries.queue(name, wanted, at);
}

/** The time at which a node first saw a target of this name. */
async function firstSeen(settings: Store["settings"], name: string, at: number): Promise<number> {
  const setting = `notice_target ${name}`;
  if (await settings.claim(setting, String(at))) return at;
  return Number((await settings.get(setting)) ?? at);
}

async function tryOnce(
  parts: SenderParts,
  delivery: DueDelivery,
  targets: ReadonlyMap<string, NoticeTarget>,
): Promise<void> {
  const { store, notices, now } = parts;
  const target = targets.get(delivery.target);
  const diesAt = delivery.notice.createdAt + lifeMs;
  // A target that is gone for now may come back with the next reload.
  if (target === undefined && now() < diesAt) return;
  if (!(await store.deliveries.take(delivery, now() + leaseMs))) return;
  if (target === undefined || now() >= diesAt) {
    await giveUp(parts, delivery, delivery.fault ?? "the target is not configured any more");
    return;
  }
  const end = await notices.post(target.url.reveal(), messageOf(delivery.notice, target, now()));
  await endTry(parts, delivery, end, diesAt);
}

async function endTry(
  parts: SenderParts,
  delivery: DueDelivery,
  end: PostEnd,
  diesAt: number,
): Promise<void> {
  const { store, log, now } = parts;
  const { noticeId, target } = delivery;
  const at = now();
  const fault = faultOf(end);
  if (fault === undefined) {
    const sent = { state: "sent", nextAt: at, endedAt: at, fault: null } as const;
    await store.deliveries.end({ noticeId, target, ...sent });
    return;
  }
  const pause = pausesMs[Math.min(delivery.tries, pausesMs.length - 1)] ?? hourMs;
  const asked = "status" in end ? (end.retryAfterSeconds ?? 0) * secondMs : 0;
  const nextAt = at + Math.max(pause, Math.min(asked, hourMs));
  if (nextAt >= diesAt) {
    await giveUp(parts, delivery, fault);
    return;
  }
  log.warn(
    { notice: noticeId, target, tries: delivery.tries + 1, detail: fault },
    "a notice could not be sent; it is tried again",
  );
  await store.deliveries.end({ noticeId, target, state: "pending", nextAt, endedAt: null, fault });
}

async function giveUp(
  { store, log, now }: SenderParts,
  { noticeId, target }: DueDelivery,
  fault: string,
): Promise<void> {
  const at = now();
  log.error({ notice: noticeId, target, detail: fault }, "a notice was not delivered");
  await store.deliveries.end({
    noticeId,
    target,
    state: "undelivered",
    nextAt: at,
    endedAt: at,
    fault,
  });
}

/** The reason why a try failed; undefined where it did not. A redirect is a failure: a target is where its URL says. */
function faultOf(end: PostEnd): string | undefined {
  if ("fault" in end) return end.fault.slice(0, faultCharactersMax);
  if (end.status >= 200 && end.status < 300) return undefined;
  const isRedirect = end.status >= 300 && end.status < 400;
  const hint = isRedirect ? "; redirects are not followed, set the address itself" : "";
  return `the target answered with status ${end.status}${hint}`;
}
