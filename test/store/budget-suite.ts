import { expect, test } from "vitest";
import type { BudgetClaim, Payer } from "../../src/core/budget.ts";
import type { NewRequest, RequestOutcome } from "../../src/store/request-records.ts";
import type { Store } from "../../src/store/store.ts";
import { attempt, type OpenEmpty, outcome, request } from "./samples.ts";

export const cent = 10_000_000;

export const payer: Payer = {
  keyId: "key_1",
  keyName: "dev",
  userId: "ann",
  userName: "Ann",
  teamId: "art",
  teamName: "Art",
};

export const account = { payer, heldAt: 2000, model: "sandbox-fast" };

export function claim(change: Partial<BudgetClaim> = {}): BudgetClaim {
  const { scope = "key", scopeId = "key_1", period = "month" } = change;
  return {
    id: `${scope} ${scopeId} ${period}`,
    scope,
    scopeId,
    period,
    periodStart: 1000,
    periodEnd: 10_000,
    models: null,
    limitNano: 500 * cent,
    ...change,
  };
}

/** A request of ten cents at most. */
export function priced(
  id: string,
  claims: readonly BudgetClaim[],
  change: Partial<NewRequest> = {},
) {
  return request(id, { payer, claims, holdNano: 10 * cent, createdAt: 2000, ...change });
}

/** Its settlement. */
export function settled(id: string, nano: number | null, change: Partial<RequestOutcome> = {}) {
  const booking = { ...account, channelId: "main", images: 1 };
  return outcome(id, { costNano: nano, settledNano: nano, account, booking, ...change });
}

export async function stateOf(store: Store, counter: BudgetClaim = claim()) {
  const [found] = await store.budgets.states([counter]);
  return [Number(found?.spentNano) / cent, Number(found?.reservedNano) / cent];
}

/** Expects that all counters are the sums of the books and of what is held at them. */
export async function expectProved(store: Store): Promise<void> {
  for (const { counter, spentNano, reservedNano } of await store.budgets.verify())
    expect({ ...counter, spentNano, reservedNano }).toEqual(counter);
}

const begin = (store: Store, id: string, claims = [claim()], change: Partial<NewRequest> = {}) =>
  store.requests.begin(priced(id, claims, change), [attempt(id)], 0);

/** What budgets must do in every database. */
export function budgetSuite(open: OpenEmpty): void {
  holdSuite(open);
  endSuite(open);
  beginSuite(open);
  largeSuite(open);
}

function holdSuite(open: OpenEmpty): void {
  test("a thousand holds of $0.10 at once against $5.00: exactly fifty, and refusals are values", async () => {
    const store = await open();
    const ids = Array.from({ length: 1000 }, (_, at) => `r${at}`);
    const begun = await Promise.all(ids.map((id) => begin(store, id)));
    const refused = begun.filter((one) => one !== undefined);
    expect(refused).toHaveLength(950);
    expect(refused[0]).toEqual({
      refusals: [{ id: claim().id, spentNano: "0", reservedNano: String(500 * cent) }],
    });
    expect(await stateOf(store)).toEqual([0, 500]);
    const won = ids.filter((_, at) => begun[at] === undefined);
    await Promise.all(won.map((id) => store.requests.finish(settled(id, 10 * cent))));
    expect(await stateOf(store)).toEqual([500, 0]);
    expect(await begin(store, "late")).toMatchObject({ refusals: [{ reservedNano: "0" }] });
    expect(await store.requests.get("late")).toBeUndefined();
  });

  test("unlike amounts at once fill what there is: none is served beyond it, and none refused that fits", async () => {
    const store = await open();
    const amounts = Array.from({ length: 300 }, (_, at) => (1 + ((at * 7) % 13)) * cent);
    const begun = await Promise.all(
      amounts.map((holdNano, at) => begin(store, `r${at}`, [claim()], { holdNano })),
    );
    const thoseServed = (isServed: boolean) =>
      amounts.filter((_, at) => (begun[at] === undefined) === isServed);
    const reserved = thoseServed(true).reduce((sum, nano) => sum + nano, 0);
    expect(await stateOf(store)).toEqual([0, reserved / cent]);
    expect(reserved).toBeLessThanOrEqual(500 * cent);
    expect(reserved + Math.min(...thoseServed(false))).toBeGreaterThan(500 * cent);
    await expectProved(store);
  });

  test("four nested budgets are taken together or not at all", async () => {
    const store = await open();
    const scopes = ["key", "team", "user"] as const;
    const claims = scopes.map((scope, at) =>
      claim({ scope, scopeId: scope, limitNano: (30 + at * 10) * cent }),
    );
    claims.push(
      claim({
        scope: "user",
        scopeId: "user",
        period: "total",
        periodStart: 0,
        periodEnd: null,
        limitNano: 20 * cent,
      }),
    );
    claims.sort((a, b) => (a.id < b.id ? -1 : 1));
    const begun = await Promise.all(["a", "b", "c", "d"].map((id) => begin(store, id, claims)));
    expect(begun.filter((one) => one === undefined)).toHaveLength(2);
    for (const one of claims) expect(await stateOf(store, one)).toEqual([0, 20]);
  });
}

function endSuite(open: OpenEmpty): void {
  test("a hold is settled or voided once, at the counters of its own period however late", async () => {
    const store = await open();
    await begin(store, "a");
    await begin(store, "b");
    const next = claim({ periodStart: 10_000, periodEnd: 20_000 });
    await begin(store, "c", [next], { createdAt: 11_000 });
    expect(await store.requests.finish(settled("a", 4 * cent, { finishedAt: 12_000 }))).toBe(true);
    expect(await store.requests.finish(settled("a", 4 * cent))).toBe(false);
    await store.requests.finish(
      outcome("b", { state: "failed", costNano: 0, settledNano: 0, answer: null }),
    );
    expect(await stateOf(store)).toEqual([4, 0]);
    expect(await stateOf(store, next)).toEqual([0, 10]);
  });

  test("more than was held is posted whole, and what is unknown at its bound", async () => {
    const store = await open();
    const small = claim({ limitNano: 25 * cent });
    await begin(store, "a", [small]);
    await begin(store, "b", [small]);
    await store.requests.finish(settled("a", 90 * cent));
    await store.requests.finish(settled("b", null));
    expect(await stateOf(store)).toEqual([100, 0]);
    expect(await begin(store, "c", [small])).toBeDefined();
  });
}

function beginSuite(open: OpenEmpty): void {
  test("a budget that is new counts what was spent and is held since its period began", async () => {
    const store = await open();
    await begin(store, "before", [], { createdAt: 500 });
    await store.requests.finish({
      ...settled("before", 3 * cent),
      booking: { payer, heldAt: 500, model: "sandbox-fast", channelId: "main", images: 1 },
    });
    await begin(store, "done", []);
    await store.requests.finish(settled("done", 7 * cent));
    await begin(store, "open", []);
    await begin(store, "other", [], { payer: { ...payer, teamId: "other" } });
    const team = claim({ scope: "team", scopeId: "art", limitNano: 30 * cent });
    expect(await begin(store, "first", [team])).toBeUndefined();
    expect(await stateOf(store, team)).toEqual([7, 20]);
    expect(await begin(store, "second", [team])).toMatchObject({ refusals: [{ id: team.id }] });
    await store.requests.finish(settled("open", cent));
    expect(await stateOf(store, team)).toEqual([8, 10]);
  });

  test("a budget that was away for a while has counted what was spent, and is counted again", async () => {
    const store = await open();
    await begin(store, "a");
    await store.requests.finish(settled("a", 2 * cent));
    await begin(store, "b", []);
    await store.requests.finish(settled("b", 3 * cent));
    await begin(store, "c", []);
    expect(await stateOf(store)).toEqual([5, 0]);
    await expectProved(store);
    const closed = claim({ scope: "team", scopeId: "art" });
    await store.budgets.refresh([claim(), closed]);
    expect(await stateOf(store)).toEqual([5, 10]);
    await store.requests.finish(settled("c", 4 * cent));
    expect(await stateOf(store)).toEqual([9, 0]);
    expect(await stateOf(store, closed)).toEqual([9, 0]);
  });

  test("a budget of some models counts those alone", async () => {
    const store = await open();
    await begin(store, "a", []);
    await store.requests.finish(settled("a", 7 * cent));
    const others = claim({ id: "key key_1 month others", models: ["gpt-*"] });
    const own = claim({ id: "key key_1 month own", models: ["sandbox-*"] });
    await begin(store, "b", [others, own]);
    expect(await stateOf(store, others)).toEqual([0, 10]);
    expect(await stateOf(store, own)).toEqual([7, 10]);
  });
}

function largeSuite(open: OpenEmpty): void {
  test("lost requests give back what they reserved; one that comes back after all is settled", async () => {
    const store = await open();
    await store.nodes.renew({
      id: "node_1",
      startedAt: 1,
      seenAt: 1,
      version: null,
      schemaStep: null,
      host: null,
      fileHash: null,
      fileSince: null,
    });
    await begin(store, "a", [claim()], { owner: "gone" });
    await begin(store, "b", [claim()], { owner: "gone" });
    await begin(store, "c", [claim()], { owner: "node_1" });
    expect(await store.requests.sweep(3000)).toBe(2);
    expect(await stateOf(store)).toEqual([0, 10]);
    await store.requests.finish(settled("a", 6 * cent));
    expect(await stateOf(store)).toEqual([6, 10]);
  });

  test("twenty million dollars are counted to the last digit, and a budget that only watches refuses nobody", async () => {
    const store = await open();
    const watched = claim({ limitNano: null });
    const most = 9_000_000_000_000_000;
    for (const id of ["a", "b", "c"]) {
      await begin(store, id, [watched], { holdNano: most });
      await store.requests.finish(settled(id, id === "c" ? 2_000_000_000_000_001 : most));
    }
    const [found] = await store.budgets.states([watched]);
    expect(found?.spentNano).toBe("20000000000000001");
    await begin(store, "d", [watched], { holdNano: most });
    await store.requests.finish(settled("d", 1));
    const team = claim({ scope: "team", scopeId: "art" });
    expect(await begin(store, "e", [team])).toMatchObject({
      refusals: [{ spentNano: "20000000000000002", reservedNano: "0" }],
    });
  });
}
