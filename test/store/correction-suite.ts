import { expect, test } from "vitest";
import type { Correction } from "../../src/store/money-records.ts";
import { cent, claim, expectProved, payer, priced, stateOf } from "./budget-suite.ts";
import { attempt, type OpenEmpty } from "./samples.ts";

const correction = (id: string, change: Partial<Correction> = {}): Correction => ({
  id,
  payer,
  nano: -3 * cent,
  model: null,
  reason: "a broken picture",
  actor: "the admin token",
  at: 3000,
  ...change,
});

/** What corrections must do in every database. */
export function correctionSuite(open: OpenEmpty): void {
  test("a correction is booked once by its id, at the budgets of its period and its model alone", async () => {
    const store = await open();
    const team = claim({ scope: "team", scopeId: "art" });
    const others = claim({ id: "key key_1 month others", models: ["gpt-*"] });
    const past = claim({ periodStart: 0, periodEnd: 1000 });
    await store.requests.begin(priced("a", [claim(), others, team]), [attempt("a")]);
    await store.requests.begin(priced("b", [past], { createdAt: 500 }), [attempt("b")]);
    const many = await Promise.all(
      Array.from({ length: 20 }, () => store.ledger.correct(correction("one"))),
    );
    expect(many.filter((end) => end === "booked")).toHaveLength(1);
    expect(many.filter((end) => end === "repeated")).toHaveLength(19);
    expect(await store.ledger.correct(correction("one", { nano: 1 }))).toBe("differs");
    const debt = correction("two", { nano: 8 * cent, model: "gpt-image-1" });
    expect(await store.ledger.correct(debt)).toBe("booked");
    expect(await stateOf(store)).toEqual([5, 10]);
    expect(await stateOf(store, team)).toEqual([5, 10]);
    expect(await stateOf(store, others)).toEqual([8, 10]);
    expect(await stateOf(store, past)).toEqual([0, 10]);
    await expectProved(store);
  });

  test("a budget that is new counts corrections too, which may leave it below zero", async () => {
    const store = await open();
    await store.ledger.correct(correction("credit"));
    const small = claim({ limitNano: 7 * cent });
    expect(await store.requests.begin(priced("a", [small]), [attempt("a")])).toBeUndefined();
    expect(await stateOf(store, small)).toEqual([-3, 10]);
    await expectProved(store);
  });
}
