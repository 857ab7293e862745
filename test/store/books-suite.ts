import { expect, test } from "vitest";
import type { BudgetClaim } from "../../src/core/budget.ts";
import type { AttemptCharge, ChannelHold } from "../../src/store/request-records.ts";
import type { Store } from "../../src/store/store.ts";
import { account, cent, claim, expectProved, priced, settled, stateOf } from "./budget-suite.ts";
import { attempt, attemptOutcome, type OpenEmpty, outcome } from "./samples.ts";

const channelClaim = (id: string, change: Partial<BudgetClaim> = {}): BudgetClaim =>
  claim({ scope: "channel", scopeId: id, ...change });

const holdAt = (
  channelId: string,
  nano: number,
  change: Partial<BudgetClaim> = {},
): ChannelHold => ({
  channelId,
  nano,
  claims: [channelClaim(channelId, change)],
});

const charge = (channelId: string, nano: number | null, change: Partial<AttemptCharge> = {}) => ({
  channelId,
  nano,
  evidence: "known" as const,
  images: 1,
  isOverrun: false,
  ...change,
});

const failed = (id: string) =>
  outcome(id, {
    state: "failed",
    costNano: 0,
    settledNano: 0,
    answer: null,
    pictures: [],
    account,
  });

/** What the provider's book and the budgets of channels must do in every database. */
export function booksSuite(open: OpenEmpty): void {
  channelSuite(open);
  evidenceSuite(open);
  furtherSuite(open);
  sweptSuite(open);
  propertySuite(open);
}

function channelSuite(open: OpenEmpty): void {
  test("a thousand holds at once at a channel's budget of fifty: exactly fifty, and the others hold nothing at their payer's", async () => {
    const store = await open();
    const ids = Array.from({ length: 1000 }, (_, at) => `r${at}`);
    const begun = await Promise.all(
      ids.map((id) =>
        store.requests.begin(
          priced(id, [claim({ limitNano: null })], {
            channelHolds: [holdAt("main", 10 * cent)],
          }),
          [attempt(id, { boundNano: 10 * cent })],
        ),
      ),
    );
    const refused = begun.filter((one) => one !== undefined);
    expect(refused).toHaveLength(950);
    expect(refused[0]).toEqual({ channels: ["main"] });
    expect(await stateOf(store, claim({ limitNano: null }))).toEqual([0, 500]);
    const won = ids.filter((_, at) => begun[at] === undefined);
    await Promise.all(
      won.map((id) =>
        store.requests.finish(
          settled(id, 10 * cent, {
            channels: ["main"],
            attempts: [attemptOutcome(id, { charge: charge("main", 8 * cent) })],
          }),
        ),
      ),
    );
    expect(await stateOf(store, channelClaim("main"))).toEqual([400, 0]);
    expect(await stateOf(store, claim())).toEqual([500, 0]);
    await expectProved(store);
  });

  test("a request that its payer's budget refuses is told so, whatever the channel's would say", async () => {
    const store = await open();
    const poor = claim({ limitNano: 5 * cent });
    const holds = { channelHolds: [holdAt("main", 10 * cent, { limitNano: cent })] };
    expect(await store.requests.begin(priced("a", [poor], holds), [attempt("a")])).toMatchObject({
      refusals: [{ id: poor.id }],
    });
    expect(await store.requests.begin(priced("b", [claim()], holds), [attempt("b")])).toEqual({
      channels: ["main"],
    });
    expect(await stateOf(store)).toEqual([0, 0]);
  });
}

function evidenceSuite(open: OpenEmpty): void {
  test("what an attempt may have cost is booked with its evidence, also where its request failed", async () => {
    const store = await open();
    const known = (id: string) => ({
      channelHolds: [holdAt(id, 10 * cent)],
    });
    await store.requests.begin(priced("a", [claim()], known("one")), [
      attempt("a", { channelId: "one", boundNano: 10 * cent }),
    ]);
    await store.requests.finish({
      ...failed("a"),
      channels: ["one"],
      attempts: [
        attemptOutcome("a", {
          state: "failed",
          providerNano: null,
          charge: charge("one", 10 * cent, { evidence: "bounded", images: 0 }),
        }),
      ],
    });
    expect(await stateOf(store, channelClaim("one"))).toEqual([10, 0]);
    expect(await stateOf(store)).toEqual([0, 0]);
    // One whose end nobody told is booked at its bound.
    await store.requests.begin(priced("b", [claim()], known("one")), [
      attempt("b", { channelId: "one", boundNano: 7 * cent }),
    ]);
    await store.requests.finish({ ...failed("b"), channels: ["one"], attempts: [] });
    expect(await stateOf(store, channelClaim("one"))).toEqual([17, 0]);
    await expectProved(store);
  });

  test("a request that was never begun for certain is booked nowhere", async () => {
    const store = await open();
    const holds = { channelHolds: [holdAt("main", 10 * cent)] };
    await store.requests.begin(priced("a", [claim()], holds), [
      attempt("a", { boundNano: 10 * cent }),
    ]);
    await store.requests.withdraw({ ...failed("a"), channels: ["main"], attempts: [] });
    expect(await stateOf(store, channelClaim("main"))).toEqual([0, 0]);
    expect(await store.requests.get("a")).toMatchObject({
      attempts: [{ evidence: "never_sent", providerNano: 0 }],
    });
    await expectProved(store);
  });
}

function furtherSuite(open: OpenEmpty): void {
  test("a further attempt is held with its line, or neither is written; what the one before needs no more is given back", async () => {
    const store = await open();
    const holds = { channelHolds: [holdAt("cheap", 4 * cent)] };
    await store.requests.begin(priced("a", [claim()], holds), [
      attempt("a", { channelId: "cheap", boundNano: 4 * cent }),
    ]);
    const busy = attemptOutcome("a", { state: "failed", evidence: "refused", providerNano: 0 });
    const second = attempt("a", { id: "a-0-2", attempt: 2, channelId: "dear" });
    const money = {
      ended: [busy],
      account,
      hold: holdAt("dear", 9 * cent, { limitNano: 8 * cent }),
      releases: [{ channelId: "cheap", nano: 4 * cent }],
    };
    expect(await store.requests.addAttempt(second, money)).toBe(false);
    expect(await stateOf(store, channelClaim("cheap"))).toEqual([0, 4]);
    expect((await store.requests.get("a"))?.attempts).toHaveLength(1);
    expect(
      await store.requests.addAttempt(second, { ...money, hold: holdAt("dear", 9 * cent) }),
    ).toBe(true);
    expect(await stateOf(store, channelClaim("cheap"))).toEqual([0, 0]);
    expect(await stateOf(store, channelClaim("dear"))).toEqual([0, 9]);
    await expectProved(store);
    await store.requests.finish(
      settled("a", 9 * cent, {
        channels: ["cheap", "dear"],
        attempts: [attemptOutcome("a", { id: "a-0-2", charge: charge("dear", 11 * cent) })],
      }),
    );
    expect(await stateOf(store, channelClaim("dear"))).toEqual([11, 0]);
    await expectProved(store);
  });

  test("a channel's budget that is new counts what its provider's book has, and what is held there", async () => {
    const store = await open();
    const holds = { channelHolds: [holdAt("main", 10 * cent)] };
    for (const id of ["a", "b"])
      await store.requests.begin(priced(id, [claim()], holds), [attempt(id)]);
    const paid = [attemptOutcome("a", { charge: charge("main", 3 * cent) })];
    await store.requests.finish(settled("a", cent, { channels: ["main"], attempts: paid }));
    const daily = { period: "day" as const, limitNano: 20 * cent };
    const next = { channelHolds: [holdAt("main", 8 * cent, daily)] };
    expect(await store.requests.begin(priced("c", [], next), [attempt("c")])).toEqual({
      channels: ["main"],
    });
    const small = { channelHolds: [holdAt("main", 7 * cent, daily)] };
    expect(await store.requests.begin(priced("d", [], small), [attempt("d")])).toBeUndefined();
    expect(await stateOf(store, channelClaim("main", daily))).toEqual([3, 17]);
    await store.requests.finish({ ...failed("b"), channels: ["main"], attempts: [] });
    await expectProved(store);
  });
}

/** A request of four pictures on a node that is gone. */
async function left(store: Store, id: string): Promise<void> {
  const holds = { owner: "gone", n: 4, channelHolds: [holdAt("main", 12 * cent)] };
  const four = Array.from({ length: 2 }, (_, call) =>
    attempt(id, { id: `${id}-${call}-1`, call, boundNano: 6 * cent }),
  );
  await store.requests.begin(priced(id, [claim()], holds), four);
}

function sweptSuite(open: OpenEmpty): void {
  test("a hold whose client was shown a picture is settled at its bound once its node is gone, never voided", async () => {
    const store = await open();
    await left(store, "shown");
    await left(store, "unseen");
    await store.requests.shown("shown", 2500);
    expect(await store.requests.sweep(3000)).toBe(2);
    expect(await store.requests.get("shown")).toMatchObject({
      state: "lost",
      costNano: 10 * cent,
      hold: { state: "settled", settledNano: 10 * cent },
    });
    expect(await store.requests.get("unseen")).toMatchObject({
      costNano: 0,
      hold: { state: "voided" },
    });
    // Both may have been charged by the provider.
    expect(await stateOf(store)).toEqual([10, 0]);
    expect(await stateOf(store, channelClaim("main"))).toEqual([24, 0]);
    await expectProved(store);
  });

  test("an attempt that has succeeded before its node was gone is paid, and its own end is what its provider charged", async () => {
    const store = await open();
    await left(store, "a");
    const ended = [attemptOutcome("a", { charge: charge("main", 2 * cent) })];
    const again = attempt("a", { id: "a-1-2", call: 1, attempt: 2, boundNano: 6 * cent });
    await store.requests.addAttempt(again, { ended, account });
    await store.requests.sweep(3000);
    expect(await stateOf(store)).toEqual([10, 0]);
    expect(await stateOf(store, channelClaim("main"))).toEqual([14, 0]);
    await expectProved(store);
  });

  test.each([
    ["costs less", 4, 4],
    ["costs more", 13, 13],
    ["costs nothing", 0, 0],
  ])(
    "a swept request that comes back and %s: the difference is booked, once",
    async (_, cents, spent) => {
      const store = await open();
      await left(store, "a");
      await store.requests.shown("a", 2500);
      await store.requests.sweep(3000);
      const attempts = [
        attemptOutcome("a", { charge: charge("main", 3 * cent) }),
        attemptOutcome("a", { id: "a-1-1", state: "failed", providerNano: 0 }),
      ];
      const end = cents === 0 ? failed("a") : settled("a", cents * cent);
      const late = { ...end, channels: ["main"], attempts };
      expect(await store.requests.finish(late)).toBe(true);
      expect(await store.requests.finish(late)).toBe(false);
      expect(await stateOf(store)).toEqual([spent, 0]);
      expect(await stateOf(store, channelClaim("main"))).toEqual([3, 0]);
      await expectProved(store);
    },
  );
}

function propertySuite(open: OpenEmpty): void {
  test("after any order of begins, failovers, ends, sweeps and new budgets the counters are the sums of the books", async () => {
    const store = await open();
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const channels = ["one", "two", "three"];
    const channel = (): string => channels[random(3)] ?? "one";
    const one = async (at: number): Promise<void> => {
      const id = `r${at}`;
      const first = channel();
      const claims = random(2) === 0 ? [] : [claim({ period: random(2) === 0 ? "day" : "month" })];
      const holds = {
        channelHolds: [holdAt(first, random(9) * cent)],
        ...(random(4) === 0 ? { owner: "gone" } : {}),
      };
      const begun = await store.requests.begin(priced(id, claims, holds), [
        attempt(id, { channelId: first, boundNano: 5 * cent }),
      ]);
      if (begun !== undefined) return;
      if (random(5) === 0) await store.requests.shown(id, 2500);
      const other = channel();
      if (random(3) === 0) {
        const ended = [attemptOutcome(id, { state: "failed", charge: charge(first, cent) })];
        const further = attempt(id, { id: `${id}-0-2`, attempt: 2, channelId: other });
        const hold = holdAt(other, random(5) * cent);
        const added = store.requests.addAttempt(further, { ended, account, hold });
        // It may have been taken for lost meanwhile.
        await added.catch(() => undefined);
      }
      if (random(6) === 0) await store.requests.sweep(9000);
      if (random(8) === 0) return;
      const attempts = [attemptOutcome(id, { charge: charge(first, random(9) * cent) })];
      const end = random(3) === 0 ? failed(id) : settled(id, random(12) * cent);
      await store.requests.finish({ ...end, channels: [first, other], attempts });
    };
    await Promise.all(Array.from({ length: 150 }, (_, at) => one(at)));
    await expectProved(store);
    await store.requests.sweep(9_000_000);
    await expectProved(store);
    for (const { counter } of await store.budgets.verify()) expect(counter.reservedNano).toBe("0");
  });
}
