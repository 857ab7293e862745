import type { Budget, BudgetClaim, BudgetScope } from "../core/budget.ts";
import { namesModel } from "../core/budget.ts";
import type { Nano } from "../core/money.ts";
import type { Calendar } from "./calendar.ts";

/** The owner of budgets. */
export interface BudgetOwner {
  readonly scope: BudgetScope;
  readonly id: string;
  readonly budgets: readonly Budget[];
}

/** The amount that a budget allows at a moment (Unix milliseconds). */
export function limitAt({ nano, raise }: Budget, at: number): Nano {
  const isRaised = raise !== null && (raise.until === null || at < raise.until);
  return isRaised ? Math.min(nano + raise.nano, Number.MAX_SAFE_INTEGER) : nano;
}

/**
 * The counter's name. Whoever changes the amount of a budget keeps what was spent; another period or other
 * models have a counter of their own.
 */
function counterId({ scope, id }: BudgetOwner, { period, models }: Budget): string {
  const counted = models === null ? "" : ` ${JSON.stringify(models.toSorted())}`;
  return `${scope} ${id} ${period}${counted}`;
}

/** The claims of owners' budgets on a request for a model at a moment, in the order in which counters are locked. */
export function claimsOf(
  owners: readonly BudgetOwner[],
  model: string,
  calendar: Calendar,
  at: number,
): BudgetClaim[] {
  const claims: BudgetClaim[] = [];
  for (const owner of owners) {
    for (const budget of owner.budgets) {
      if (namesModel(budget.models, model)) claims.push(claimOf(owner, budget, calendar, at));
    }
  }
  return claims.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** A budget as its counter at a moment. */
export function claimOf(
  owner: BudgetOwner,
  budget: Budget,
  calendar: Calendar,
  at: number,
): BudgetClaim {
  const { start, end } = calendar.spanOf(budget.period, at);
  return {
    id: counterId(owner, budget),
    scope: owner.scope,
    scopeId: owner.id,
    period: budget.period,
    periodStart: start,
    periodEnd: end,
    models: budget.models,
    limitNano: budget.hard ? limitAt(budget, at) : null,
  };
}
