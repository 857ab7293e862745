import fc from "fast-check";
import { expect, test } from "vitest";
import { createSlidingWindow, minute } from "../../src/cluster/sliding-window.ts";

test.each([0, 1, 499, 999])(
  "what was taken %i ms into a second is there again after a minute, not later",
  (offset) => {
    const window = createSlidingWindow(minute);
    const at = 1_000_000 + offset;
    window.take(1, at);
    expect([window.waitMs(1, 1, at), window.resetMs(at)]).toEqual([60_000, 60_000]);
    expect(window.waitMs(1, 1, at + 20_500)).toBe(39_500);
    expect([window.used(at + 59_999), window.used(at + 60_000)]).toEqual([1, 0]);
  },
);

test("a limit is never exceeded in any minute, and no room comes back more than a second late", () => {
  const takes = fc.array(
    fc.record({ afterMs: fc.nat(20_000), amount: fc.integer({ min: 1, max: 3 }) }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(takes, (steps) => {
      const window = createSlidingWindow(minute);
      const taken: { at: number; amount: number }[] = [];
      let now = 1_000_000;
      for (const { afterMs, amount } of steps) {
        now += afterMs;
        const inWindow = (since: number): number =>
          taken.filter(({ at }) => at > since).reduce((sum, one) => sum + one.amount, 0);
        const used = window.used(now);
        expect(used).toBeGreaterThanOrEqual(inWindow(now - 60_000));
        expect(used).toBeLessThanOrEqual(inWindow(now - 61_000));
        window.take(amount, now);
        taken.push({ at: now, amount });
      }
    }),
  );
});
