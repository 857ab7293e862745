import type { BudgetCounter } from "../../core/budget.ts";
import type { KeyRecord } from "../../core/key.ts";
import { claimOf, counterId } from "../../money/budget.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { Store } from "../../store/store.ts";
import { ownersOf } from "./hold.ts";

/** The parts that following budgets works with. */
interface FollowParts {
  readonly store: Pick<Store, "budgets">;
  readonly calendar: Calendar;
  readonly now: () => number;
}

/**
 * Counts budgets that keys, users and teams have got since the last call from the books, at first all of them: what was
 * spent, and what is held by requests under way, while a budget was not there was not counted for it. Each node does so when
 * it takes over a change, so that the last one counts what all of them have begun before.
 */
export function followBudgets({
  store,
  calendar,
  now,
}: FollowParts): (keys: readonly KeyRecord[]) => Promise<void> {
  let followed: ReadonlySet<string> = new Set();
  return async (keys) => {
    const at = now();
    const found = new Set<string>();
    const counters: BudgetCounter[] = [];
    for (const owner of keys.flatMap(ownersOf)) {
      for (const budget of owner.budgets) {
        const id = counterId(owner, budget);
        if (found.has(id)) continue;
        found.add(id);
        if (followed.has(id)) continue;
        const { limitNano: _, ...counter } = claimOf(owner, budget, calendar, at);
        counters.push(counter);
      }
    }
    const sorted = counters.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    if (sorted.length > 0) await store.budgets.refresh(sorted);
    followed = found;
  };
}
