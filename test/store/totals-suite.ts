import { expect, test } from "vitest";
import type { Payer } from "../../src/core/budget.ts";
import { createCalendar } from "../../src/money/calendar.ts";
import type { DaySpan, KeySums } from "../../src/store/money-records.ts";
import type { RequestOutcome } from "../../src/store/request-records.ts";
import type { Store } from "../../src/store/store.ts";
import { payer } from "./budget-suite.ts";
import { attempt, type OpenEmpty, outcome, request } from "./samples.ts";

const cent = 10_000_000;
const always = ["0000-00-00", "9999-99-99"] as const;

/** A paid request as a test means it. */
interface Paid {
  readonly nano: number | null;
  readonly heldAt?: number;
  readonly payer?: Payer;
  readonly model?: string;
}

/** Begins and settles a request. */
export async function pay(store: Store, id: string, paid: Paid): Promise<void> {
  await store.requests.begin(request(id, { holdNano: null }), [attempt(id)], 0);
  await store.requests.finish(settlement(id, paid));
}

function settlement(id: string, paid: Paid): RequestOutcome {
  const { nano, heldAt = 2000, model = "sandbox-fast" } = paid;
  const booking = { payer: paid.payer ?? payer, heldAt, model, channelId: "main", images: 1 };
  return outcome(id, { costNano: nano, settledNano: nano, booking });
}

/** The day of a moment, and nothing else of it. */
export const firstDay: DaySpan = { day: "1970-01-01", from: 0, to: 86_400_000 };

export async function sumOf(
  store: Store,
  days: readonly [string, string] = always,
): Promise<bigint> {
  return total((await store.ledger.ofKey("key_1", days, 0)).sums);
}

function total(sums: KeySums["sums"]): bigint {
  return sums.reduce((sum, { nano }) => sum + BigInt(nano), 0n);
}

/** What totals must be in every database. */
export function totalsSuite(open: OpenEmpty): void {
  additionSuite(open);
  countSuite(open);
}

function additionSuite(open: OpenEmpty): void {
  test("settlements add to the totals of their day, model and key, those of a group together", async () => {
    const store = await open();
    const ids = Array.from({ length: 60 }, (_, at) => `r${at}`);
    await Promise.all(
      ids.map((id, at) => pay(store, id, { nano: cent + at, model: at % 2 === 0 ? "one" : "two" })),
    );
    await pay(store, "other", { nano: 5, payer: { ...payer, keyId: "key_2" } });
    const { sums } = await store.ledger.ofKey("key_1", always, 0);
    const nano = (of: number): string => String(30 * cent + 870 + of);
    expect(sums).toEqual([
      { day: "1970-01-01", model: "one", nano: nano(0), images: 30 },
      { day: "1970-01-01", model: "two", nano: nano(30), images: 30 },
    ]);
    expect(await store.totals.verify(firstDay)).toEqual({ rows: 3, differing: 0 });
  });

  test("what is free, fails, or is settled a second time adds nothing", async () => {
    const store = await open();
    for (const id of ["free", "failed"])
      await store.requests.begin(request(id, { holdNano: null }), [attempt(id)], 0);
    await store.requests.finish(outcome("free", { costNano: 0, settledNano: 0 }));
    await store.requests.finish({ ...settlement("failed", { nano: 0 }), state: "failed" });
    await pay(store, "paid", { nano: cent });
    expect(await store.requests.finish(settlement("paid", { nano: cent }))).toBe(false);
    expect(await sumOf(store)).toBe(BigInt(cent));
    expect(await store.totals.verify(firstDay)).toEqual({ rows: 1, differing: 0 });
  });

  test("a command that fails adds nothing, and its neighbours in the group add what is theirs", async () => {
    const store = await open();
    const ids = ["a", "b", "c"];
    for (const id of ids) await store.requests.begin(request(id), [attempt(id)], 0);
    const ends = await Promise.allSettled(
      [...ids.slice(0, 2), "never begun", "c"].map((id) =>
        store.requests.finish(settlement(id, { nano: cent })),
      ),
    );
    expect(ends.map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(await sumOf(store)).toBe(BigInt(3 * cent));
    expect(await store.totals.verify(firstDay)).toEqual({ rows: 1, differing: 0 });
  });

  test("unknown amounts, other names and labels are rows of their own; a label's rows are beside the whole", async () => {
    const store = await open();
    await pay(store, "a", { nano: cent });
    await pay(store, "b", { nano: null });
    await pay(store, "c", { nano: cent, payer: { ...payer, keyName: "renamed" } });
    const labels = ["nightly", "project=fox"];
    for (const id of ["d", "e"]) await pay(store, id, { nano: 1, payer: { ...payer, labels } });
    // One row for a and b, one for the new name, and three for the two with labels.
    expect(await store.totals.verify(firstDay)).toEqual({ rows: 5, differing: 0 });
    expect(await sumOf(store)).toBe(BigInt(2 * cent + 2));
  });

  test("sums beyond 2^53 are exact", async () => {
    const store = await open();
    const most = Number.MAX_SAFE_INTEGER;
    await Promise.all(
      Array.from({ length: 5 }, (_, at) => pay(store, `r${at}`, { nano: most - at })),
    );
    expect(await sumOf(store)).toBe(5n * BigInt(most) - 10n);
    expect(await store.totals.verify(firstDay)).toEqual({ rows: 1, differing: 0 });
  });
}

/** Moments around midnights of several zones and of clocks that are set. */
const moments = [
  "2026-03-29T00:59:59.999Z",
  "2026-03-29T01:00:00Z",
  "2026-03-28T23:00:00Z",
  "2026-03-29T22:00:00Z",
  "2026-03-28T18:30:00Z",
  "2026-03-28T18:15:00Z",
  "2026-03-28T18:14:59.999Z",
  "2026-03-29T08:00:00Z",
  "2026-10-24T22:00:00Z",
  "2026-10-25T22:59:59.999Z",
  "2026-10-25T23:00:00Z",
].map((text) => Date.parse(text));

function countSuite(open: OpenEmpty): void {
  test("counted by the days of another zone, the same sums stand on other days, and add up to the whole", async () => {
    const store = await open();
    for (const [at, heldAt] of moments.entries())
      await pay(store, `r${at}`, { nano: 3 ** at, heldAt });
    const whole = moments.reduce((sum, _, at) => sum + 3n ** BigInt(at), 0n);
    const zones = ["America/Los_Angeles", "Asia/Kolkata", "Asia/Kathmandu", "Europe/Berlin", "UTC"];
    for (const zone of zones) {
      const calendar = createCalendar(zone, "monday");
      const span = await store.totals.span();
      const days = calendar.daysFrom(span?.from ?? 0, span?.to ?? 0);
      for (const day of days) await store.totals.count(day);
      await store.totals.trim(days[0]?.day ?? "", days.at(-1)?.day ?? "");
      const { sums } = await store.ledger.ofKey("key_1", always, 0);
      const due = new Map<string, bigint>();
      for (const [at, heldAt] of moments.entries()) {
        const day = calendar.dayOf(heldAt);
        due.set(day, (due.get(day) ?? 0n) + 3n ** BigInt(at));
      }
      expect(new Map(sums.map(({ day, nano }) => [day, BigInt(nano)]))).toEqual(due);
      expect(total(sums)).toBe(whole);
      for (const day of days) expect((await store.totals.verify(day)).differing).toBe(0);
    }
  });

  test("a day that is counted while requests of it settle loses none of them, and counts none twice", async () => {
    const store = await open();
    const ids = Array.from({ length: 120 }, (_, at) => `r${at}`);
    const settling = Promise.all(
      ids.map(async (id, at) => {
        await pay(store, id, { nano: cent, model: `model ${at % 7}` });
      }),
    );
    for (let times = 0; times < 8; times += 1) await store.totals.count(firstDay);
    await settling;
    expect(await sumOf(store)).toBe(BigInt(120 * cent));
    expect(await store.totals.verify(firstDay)).toEqual({ rows: 7, differing: 0 });
  });

  test("totals that the ledger does not have, and those that it has otherwise, are told and set right", async () => {
    const store = await open();
    await pay(store, "a", { nano: cent, payer: { ...payer, day: "1970-01-02" } });
    expect(await store.totals.verify(firstDay)).toEqual({ rows: 1, differing: 1 });
    await store.totals.count(firstDay);
    expect(await store.totals.verify(firstDay)).toEqual({ rows: 1, differing: 0 });
    const next = { day: "1970-01-02", from: firstDay.to, to: 2 * firstDay.to };
    expect(await store.totals.verify(next)).toEqual({ rows: 0, differing: 1 });
    await store.totals.trim("1970-01-01", "1970-01-01");
    expect(await store.totals.verify(next)).toEqual({ rows: 0, differing: 0 });
    expect(await sumOf(store)).toBe(BigInt(cent));
  });
}
