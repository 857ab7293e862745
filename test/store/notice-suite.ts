import { expect, test } from "vitest";
import type { NewNotice, SettlementNotice } from "../../src/core/notice.ts";
import { noticeId } from "../../src/core/notice.ts";
import type { Store } from "../../src/store/store.ts";
import { claim, payer } from "./budget-suite.ts";
import { attempt, keyEntry, type OpenEmpty, outcome, request } from "./samples.ts";

const cent = 10_000_000;

export function notice(change: Partial<NewNotice> = {}): NewNotice {
  return {
    kind: "budget_threshold",
    object: "key key_1 month",
    period: "1970-01-01T00:00:01.000Z",
    threshold: "0.8",
    basis: String(100 * cent),
    at: 3000,
    facts: { scope: "key", resets_at: null },
    ...change,
  };
}

/** A notice that is due when so many cents are spent. */
function reached(cents: number, change: Partial<NewNotice> = {}): SettlementNotice {
  const { id, periodStart } = claim();
  return {
    ...notice(change),
    reached: { id, periodStart, nano: String(BigInt(cents) * BigInt(cent)) },
  };
}

/** Holds and settles ten cents, with notices. */
async function spend(
  store: Store,
  id: string,
  notices: readonly SettlementNotice[],
): Promise<void> {
  const held = {
    payer,
    claims: [claim({ limitNano: 5000 * cent })],
    holdNano: 10 * cent,
    createdAt: 2000,
  };
  await store.requests.begin(request(id, held), [attempt(id)], 0);
  const booking = { payer, heldAt: 2000, model: "m", channelId: "main", images: 1 };
  const paid = { costNano: 10 * cent, settledNano: 10 * cent, booking };
  await store.requests.finish(outcome(id, { ...paid, notices }));
}

const all = { limit: 100 };

/** What notices must do in every database. */
export function noticeSuite(open: OpenEmpty): void {
  settlementSuite(open);
  rowSuite(open);
}

function settlementSuite(open: OpenEmpty): void {
  test("a threshold is told with the settlement that reaches it, and once", async () => {
    const store = await open();
    await spend(store, "r1", [reached(20)]);
    expect(await store.notices.list(all)).toEqual([]);
    await spend(store, "r2", [reached(20, { at: 4000 })]);
    await spend(store, "r3", [reached(20, { at: 5000 })]);
    const { at, ...told } = notice({ at: 4000 });
    expect(await store.notices.list(all)).toEqual([
      {
        ...told,
        id: noticeId(told, "raised"),
        state: "raised",
        recovers: null,
        spentNano: String(20 * cent),
        createdAt: at,
        endedAt: null,
        acknowledgedAt: null,
      },
    ]);
  });

  test("of a hundred settlements at once one tells each threshold, and none is missed", async () => {
    const store = await open();
    const shares = Array.from({ length: 10 }, (_, at) => (at + 1) * 100);
    const due = shares.map((cents) => reached(cents, { threshold: String(cents / 1000) }));
    await Promise.all(Array.from({ length: 50 }, (_, at) => spend(store, `a${at}`, due)));
    const half = await store.notices.list(all);
    expect(
      half.map(({ threshold }) => threshold).toSorted((a, b) => Number(a) - Number(b)),
    ).toEqual(["0.1", "0.2", "0.3", "0.4", "0.5"]);
    await Promise.all(Array.from({ length: 50 }, (_, at) => spend(store, `b${at}`, due)));
    expect(await store.notices.list(all)).toHaveLength(10);
  });

  test("a settlement that is refused or repeated tells nothing", async () => {
    const store = await open();
    const booking = { payer, heldAt: 2000, model: "m", channelId: "main", images: 1 };
    const unknown = notice({ kind: "price_unknown", threshold: "", basis: "" });
    const never = outcome("never", { booking, notices: [unknown] });
    await expect(store.requests.finish(never)).rejects.toThrow(/could not record/);
    expect(await store.notices.list(all)).toEqual([]);
    await spend(store, "r1", []);
    const again = outcome("r1", { booking, notices: [unknown] });
    expect(await store.requests.finish(again)).toBe(false);
    expect(await store.notices.list(all)).toEqual([]);
  });

  test("one without a threshold is told with its settlement", async () => {
    const store = await open();
    await spend(store, "r1", [notice({ kind: "price_unknown", threshold: "", basis: "" })]);
    expect(await store.notices.list(all)).toMatchObject([
      { kind: "price_unknown", spentNano: null },
    ]);
    expect(await store.notices.isPriceKnown("main", "m", 1999)).toBe(true);
    expect(await store.notices.isPriceKnown("main", "m", 2000)).toBe(false);
    expect(await store.notices.isPriceKnown("main", "other", 0)).toBe(false);
  });
}

function rowSuite(open: OpenEmpty): void {
  test("what several raise and end at once is written once", async () => {
    const store = await open();
    const due = ["0.8", "1", "0.5"].map((threshold) => notice({ threshold }));
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        store.notices.raise(at % 2 === 0 ? due : due.toReversed()),
      ),
    );
    expect(await store.notices.open()).toHaveLength(3);
    const id = noticeId(notice(), "raised");
    const ends = await Promise.all(Array.from({ length: 20 }, () => store.notices.end(id, 5000)));
    expect(ends.filter((isFirst) => isFirst)).toHaveLength(1);
    expect(await store.notices.open()).toHaveLength(2);
    expect(await store.notices.get(id)).toMatchObject({ state: "raised", endedAt: 5000 });
    expect(await store.notices.list({ ...all, state: "recovered" })).toMatchObject([
      { id: noticeId(notice(), "recovered"), recovers: id, createdAt: 5000, endedAt: null },
    ]);
    // Neither comes back in the same period; for another amount it does.
    await store.notices.raise([notice(), notice({ basis: "7" })]);
    expect(await store.notices.open()).toHaveLength(3);
    expect(await store.notices.end("nothing", 1)).toBe(false);
  });

  test("they are acknowledged once, and listed by all that they are chosen by", async () => {
    const store = await open();
    const clock = notice({ kind: "clock_off", object: "host", threshold: "", at: 2000 });
    await store.notices.raise([notice(), clock, notice({ threshold: "1", at: 9000 })]);
    const id = noticeId(clock, "raised");
    const seen = async (of: string, at: number): Promise<number | null | undefined> => {
      const entry = keyEntry({ action: "acknowledge", resource: "notice", resourceId: of, at });
      return (await store.notices.acknowledge(of, entry))?.acknowledgedAt;
    };
    expect(await Promise.all([seen(id, 10_000), seen(id, 10_000)])).toEqual([10_000, 10_000]);
    expect(await seen(id, 20_000)).toBe(10_000);
    expect(await seen("nothing", 1)).toBeUndefined();
    const written = await store.audit.list({ limit: 9, resource: "notice" });
    expect(written).toMatchObject([{ resourceId: id, at: 10_000 }]);
    expect(await store.notices.get("nothing")).toBeUndefined();
    const ids = async (page: object): Promise<number[]> =>
      (await store.notices.list({ ...all, ...page })).map(({ createdAt }) => createdAt);
    expect(await ids({})).toEqual([9000, 3000, 2000]);
    expect(await ids({ kind: "clock_off" })).toEqual([2000]);
    expect(await ids({ object: "key key_1 month" })).toEqual([9000, 3000]);
    expect(await ids({ isAcknowledged: true })).toEqual([2000]);
    expect(await ids({ isAcknowledged: false })).toEqual([9000, 3000]);
    await store.notices.end(id, 30_000);
    expect(await ids({ state: "open" })).toEqual([9000, 3000]);
    expect(await ids({ state: "raised" })).toEqual([9000, 3000, 2000]);
    expect(await ids({ state: "recovered" })).toEqual([30_000]);
    const [first] = await store.notices.list({ limit: 1 });
    expect(await ids({ before: first?.id })).toEqual([9000, 3000, 2000]);
    expect(await ids({ before: "gone" })).toEqual([]);
  });
}
