import { expect, test } from "vitest";
import type { Correction } from "../../src/core/correction.ts";
import { cent, claim, expectProved, payer, priced, stateOf } from "./budget-suite.ts";
import type { Store } from "../../src/store/store.ts";
import { attempt, keyEntry, type OpenEmpty } from "./samples.ts";

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

const correct = async (store: Store, asked: Correction) =>
  store.ledger.correct(asked, keyEntry({ resource: "correction", resourceId: asked.id }));

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
      Array.from({ length: 20 }, (_, at) =>
        correct(store, correction("one", { actor: `operator ${at}`, at: 3000 + at })),
      ),
    );
    expect(many.filter(({ end }) => end === "booked")).toHaveLength(1);
    expect(many.filter(({ end }) => end === "repeated")).toHaveLength(19);
    // All are told what the book has, by whom and when.
    const [{ actor, at } = { actor: "", at: 0 }] = many.map(({ booked }) => booked);
    expect(new Set(many.map(({ booked }) => `${booked.actor} ${booked.at}`)).size).toBe(1);
    expect((await correct(store, correction("one", { nano: 1 }))).end).toBe("differs");
    expect(await store.audit.list({ limit: 9, resource: "correction" })).toHaveLength(1);
    const debt = correction("two", { nano: 8 * cent, model: "gpt-image-1", at: 3099 });
    expect((await correct(store, debt)).end).toBe("booked");
    expect(await stateOf(store)).toEqual([5, 10]);
    expect(await stateOf(store, team)).toEqual([5, 10]);
    expect(await stateOf(store, others)).toEqual([8, 10]);
    expect(await stateOf(store, past)).toEqual([0, 10]);
    await expectProved(store);
    const { day: _day, labels: _labels, ...whose } = payer;
    const [second, first] = await store.ledger.corrections({ limit: 9 });
    expect(first).toEqual({ ...correction("one", { actor: actor ?? "", at }), payer: whose });
    expect(second).toEqual({ ...debt, payer: whose });
  });

  test("corrections are listed by pages, the newest first, and by whom and what they are of", async () => {
    const store = await open();
    const ofBob = { ...payer, keyId: "key_2", userId: "bob", teamId: null };
    for (const [at, change] of [{}, { payer: ofBob }, { model: "m" }, {}, {}].entries())
      await correct(store, correction(`c-${at}`, { at: 5000 + (at >> 1), ...change }));
    const ids = async (page: object): Promise<string[]> =>
      (await store.ledger.corrections({ limit: 100, ...page })).map(({ id }) => id);
    expect(await ids({})).toEqual(["c-4", "c-3", "c-2", "c-1", "c-0"]);
    expect(await ids({ limit: 2, after: "c-3" })).toEqual(["c-2", "c-1"]);
    expect(await ids({ after: "c-0" })).toEqual([]);
    expect(await ids({ after: "nothing" })).toEqual([]);
    expect(await ids({ keyId: "key_2" })).toEqual(["c-1"]);
    expect(await ids({ userId: "bob" })).toEqual(["c-1"]);
    expect(await ids({ teamId: payer.teamId })).toEqual(["c-4", "c-3", "c-2", "c-0"]);
    expect(await ids({ model: "m", keyId: payer.keyId })).toEqual(["c-2"]);
    // Entries of requests are none.
    await store.requests.begin(priced("a", [claim()]), [attempt("a")]);
    expect(await ids({})).toHaveLength(5);
  });

  test("a budget that is new counts corrections too, which may leave it below zero", async () => {
    const store = await open();
    await correct(store, correction("credit"));
    const small = claim({ limitNano: 7 * cent });
    expect(await store.requests.begin(priced("a", [small]), [attempt("a")])).toBeUndefined();
    expect(await stateOf(store, small)).toEqual([-3, 10]);
    await expectProved(store);
  });
}
