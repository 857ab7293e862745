import type { Budget, BudgetClaim, BudgetScope } from "../core/budget.ts";
import { namesModel } from "../core/budget.ts";
import type { Nano } from "../core/money.ts";
import { fraction, multiply, readDecimal } from "../core/rational.ts";
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
export function counterId({ scope, id }: BudgetOwner, { period, models }: Budget): string {
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

/** A share of a budget's amount, or all of it, that the operator is told of when it is spent. */
export interface BudgetThreshold {
  readonly kind: "budget_threshold" | "budget_exceeded";
  /** The share as a decimal. */
  readonly share: string;
  /** The least that is spent then. */
  readonly nano: bigint;
}

const thresholds = new WeakMap<Budget, { readonly limit: Nano; readonly all: BudgetThreshold[] }>();

/** The thresholds of a budget at a moment; one that refuses nothing tells at least that it is exceeded. */
export function thresholdsOf(budget: Budget, at: number): readonly BudgetThreshold[] {
  const { hard, notifyAt = [] } = budget;
  if (hard && notifyAt.length === 0) return [];
  const limit = limitAt(budget, at);
  const known = thresholds.get(budget);
  if (known?.limit === limit) return known.all;
  const all = notifyAt.map((share): BudgetThreshold => ({
    kind: "budget_threshold",
    share,
    nano: shareOf(limit, share),
  }));
  if (!hard) all.push({ kind: "budget_exceeded", share: "1", nano: BigInt(limit) + 1n });
  thresholds.set(budget, { limit, all });
  return all;
}

/** The first whole amount that is such a share, and not nothing. */
function shareOf(limit: Nano, share: string): bigint {
  const { above, below } = multiply(fraction(limit), readDecimal(share) ?? fraction(1));
  const nano = (above + below - 1n) / below;
  return nano < 1n ? 1n : nano;
}
