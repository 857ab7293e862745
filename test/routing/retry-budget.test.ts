import fc from "fast-check";
import { expect, test } from "vitest";
import { createRetryBudget } from "../../src/gateway/routing/retry-budget.ts";

test("retries are at most a fifth of ten seconds' calls or ten, and that many are given", () => {
  const step = fc.record({
    waitMs: fc.integer({ min: 0, max: 900 }),
    calls: fc.integer({ min: 0, max: 20 }),
    retries: fc.integer({ min: 0, max: 8 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const budget = createRetryBudget();
      const calls: number[] = [];
      const given: number[] = [];
      let now = 1_000_000;
      const within = (times: readonly number[], ms: number): number =>
        times.filter((time) => time > now - ms).length;
      for (const one of steps) {
        now += one.waitMs;
        for (let count = 0; count < one.calls; count += 1) {
          budget.call(now);
          calls.push(now);
        }
        for (let count = 0; count < one.retries; count += 1) {
          // Room comes back up to a second late, never early.
          const surely =
            within(given, 11_001) < Math.max(10, Math.floor(within(calls, 10_000) / 5));
          const isGiven = budget.tryRetry(now);
          if (surely) expect(isGiven).toBe(true);
          if (isGiven) given.push(now);
        }
        expect(within(given, 10_000)).toBeLessThanOrEqual(
          Math.max(
            10,
            within(calls, 11_001) / 5,
            within(given, 10_000) > 10 ? maxEarlier(given, calls, now) : 0,
          ),
        );
      }
    }),
  );
});

/** What was given earlier in the window was within the traffic of its own time. */
function maxEarlier(given: readonly number[], calls: readonly number[], now: number): number {
  const times = given.filter((time) => time > now - 10_000);
  return Math.max(
    ...times.map((at) => calls.filter((time) => time > at - 11_001 && time <= at).length / 5),
  );
}
