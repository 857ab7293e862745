import { describe, expect, test } from "vitest";
import type { Budget } from "../../src/core/budget.ts";
import { thresholdsOf } from "../../src/money/budget.ts";

function budget(change: Partial<Budget> = {}): Budget {
  return { nano: 1000, period: "month", models: null, hard: true, raise: null, ...change };
}

const spentAt = (one: Budget, at = 5) =>
  thresholdsOf(one, at).map(({ kind, share, nano }) => [kind, share, Number(nano)]);

describe("the thresholds of a budget", () => {
  test("are its shares, up to the next whole amount", () => {
    expect(spentAt(budget())).toEqual([]);
    expect(spentAt(budget({ notifyAt: ["0.8", "1", "1.5"] }))).toEqual([
      ["budget_threshold", "0.8", 800],
      ["budget_threshold", "1", 1000],
      ["budget_threshold", "1.5", 1500],
    ]);
    expect(spentAt(budget({ nano: 7, notifyAt: ["0.5", "0.01"] }))).toEqual([
      ["budget_threshold", "0.5", 4],
      ["budget_threshold", "0.01", 1],
    ]);
  });

  test("are exact where floats are not", () => {
    const nano = 9_000_000_000_000_001;
    const [threshold] = thresholdsOf(budget({ nano, notifyAt: ["0.7"] }), 1);
    expect(threshold?.nano).toBe(6_300_000_000_000_001n);
  });

  test("of one that refuses nothing are also that it is exceeded", () => {
    expect(spentAt(budget({ hard: false, notifyAt: ["1"] }))).toEqual([
      ["budget_threshold", "1", 1000],
      ["budget_exceeded", "1", 1001],
    ]);
  });

  test("go with a raise, and back when it ends", () => {
    const raised = budget({ notifyAt: ["0.5"], raise: { nano: 1000, until: 10 } });
    expect([spentAt(raised, 9), spentAt(raised, 10), spentAt(raised, 9)]).toEqual([
      [["budget_threshold", "0.5", 1000]],
      [["budget_threshold", "0.5", 500]],
      [["budget_threshold", "0.5", 1000]],
    ]);
  });

  test("of no dollars are told with the first that is spent", () => {
    expect(spentAt(budget({ nano: 0, notifyAt: ["1"] }))).toEqual([["budget_threshold", "1", 1]]);
  });
});
