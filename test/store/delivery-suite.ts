import { expect, test } from "vitest";
import { noticeId } from "../../src/core/notice.ts";
import type { DueDelivery } from "../../src/store/notice-records.ts";
import type { Store } from "../../src/store/store.ts";
import { notice } from "./notice-suite.ts";
import type { OpenEmpty } from "./samples.ts";

/** A notice of a threshold, by the share that it tells of. */
const share = (threshold: string, at = 3000) => notice({ threshold, at });
const idOf = (threshold: string): string => noticeId(share(threshold), "raised");
const wanted = (threshold: string, isWanted = true) => ({ id: idOf(threshold), isWanted });

/** The first delivery that is due. */
async function due(store: Store, at: number): Promise<DueDelivery> {
  const [delivery] = await store.deliveries.due(at);
  if (delivery === undefined) throw new Error("nothing is due");
  return delivery;
}

/** What the ways of notices to their targets must do in every database. */
export function deliverySuite(open: OpenEmpty): void {
  waySuite(open);
  forgetSuite(open);
}

function waySuite(open: OpenEmpty): void {
  test("notices are queued once for each target, the oldest first, and only those since a time", async () => {
    const store = await open();
    await store.notices.raise([share("0.5", 2000), share("0.8", 4000), share("1", 3000)]);
    const { deliveries } = store;
    expect((await deliveries.unqueued("ops", 2500)).map(({ id }) => id)).toEqual([
      idOf("1"),
      idOf("0.8"),
    ]);
    await Promise.all(
      Array.from({ length: 10 }, () =>
        deliveries.queue("ops", [wanted("0.5"), wanted("0.8", false)], 5000),
      ),
    );
    expect(await deliveries.unqueued("ops", 0)).toEqual([
      { id: idOf("1"), kind: "budget_threshold" },
    ]);
    expect(await deliveries.unqueued("room", 0)).toHaveLength(3);
    expect(await deliveries.of(idOf("0.8"))).toMatchObject([{ target: "ops", state: "skipped" }]);
    expect(await deliveries.due(4999)).toEqual([]);
    expect(await deliveries.due(5000)).toMatchObject([
      { noticeId: idOf("0.5"), tries: 0, endedAt: null, fault: null, notice: { createdAt: 2000 } },
    ]);
  });

  test("of many who take a try one has it; what ended is never due again", async () => {
    const store = await open();
    await store.notices.raise([share("0.5")]);
    await store.deliveries.queue("ops", [wanted("0.5")], 5000);
    const first = await due(store, 5000);
    const takes = await Promise.all(
      Array.from({ length: 20 }, () => store.deliveries.take(first, 60_000)),
    );
    expect(takes.filter(Boolean)).toHaveLength(1);
    expect(await store.deliveries.due(59_999)).toEqual([]);
    // Its taker died: another one takes it then.
    const second = await due(store, 60_000);
    expect(second.tries).toBe(1);
    expect(await store.deliveries.take(second, 120_000)).toBe(true);
    const failed = { noticeId: idOf("0.5"), target: "ops", fault: "status 500" };
    await store.deliveries.end({ ...failed, state: "pending", nextAt: 70_000, endedAt: null });
    expect(await due(store, 70_000)).toMatchObject({ tries: 2, fault: "status 500" });
    await store.deliveries.end({ ...failed, state: "sent", nextAt: 1, endedAt: 1, fault: null });
    expect(await store.deliveries.due(1e12)).toEqual([]);
    await store.deliveries.end({ ...failed, state: "undelivered", nextAt: 2, endedAt: 2 });
    expect(await store.deliveries.of(idOf("0.5"))).toMatchObject([{ state: "sent", endedAt: 1 }]);
    expect(await store.deliveries.take(second, 1e12)).toBe(false);
  });
}

function forgetSuite(open: OpenEmpty): void {
  test("old notices that are over are forgotten with their ways, in pieces; open ones and those under way stay", async () => {
    const store = await open();
    const { notices, deliveries, retention } = store;
    await notices.raise([
      share("0.1"),
      share("0.2"),
      share("0.3"),
      share("0.4"),
      share("0.5", 9000),
    ]);
    for (const over of ["0.1", "0.2", "0.3"]) await notices.end(idOf(over), 4000);
    await notices.end(idOf("0.4"), 9500);
    await deliveries.queue("ops", [wanted("0.1"), wanted("0.2", false), wanted("0.3")], 4000);
    await deliveries.queue("gone", [wanted("0.1")], 4000);
    const sent = { target: "ops", state: "sent", nextAt: 1, endedAt: 1, fault: null } as const;
    await deliveries.end({ noticeId: idOf("0.1"), ...sent });
    // One that is still tried; that of a target that is gone was last due long ago.
    for (const delivery of await deliveries.due(4000))
      if (delivery.noticeId === idOf("0.3")) await deliveries.take(delivery, 20_000);
    expect(await retention.forgetNotices(4000, 100)).toBe(0);
    expect(await retention.forgetNotices(8000, 2)).toBe(2);
    // The two that are left of them, and the three that say that those were over.
    expect(await retention.forgetNotices(8000, 100)).toBe(3);
    expect(await retention.forgetNotices(8000, 100)).toBe(0);
    const left = await notices.list({ limit: 100 });
    expect(left.map(({ threshold, state }) => `${threshold} ${state}`).toSorted()).toEqual([
      "0.3 raised",
      "0.4 raised",
      "0.4 recovered",
      "0.5 raised",
    ]);
    for (const gone of ["0.1", "0.2"]) expect(await deliveries.of(idOf(gone))).toEqual([]);
    expect(await deliveries.of(idOf("0.3"))).toHaveLength(1);
  });
}
