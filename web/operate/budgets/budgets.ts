import { queryOptions } from "@tanstack/react-query";
import { ask } from "../../api/ask.ts";
import type { Edition } from "../editing/editing.ts";
import {
  type BudgetFields,
  type WrittenBudget,
  budgetFields,
  budgetWords,
} from "./budget-fields.ts";

/** The kinds of what has budgets, in the order of the page. */
export const budgetScopes = ["team", "user", "key", "channel"] as const;
export type BudgetScope = (typeof budgetScopes)[number];

/** A budget and how it stands. */
export interface StandingBudget extends WrittenBudget {
  readonly limit_usd: string;
  readonly spent_usd: string;
  readonly reserved_usd: string;
  readonly left_usd: string;
  readonly begins_at: string;
  readonly resets_at: string | null;
}

/** A key, user, team or channel that has budgets. */
export interface Budgeted {
  /** The kind and the id. */
  readonly id: string;
  readonly scope: BudgetScope;
  readonly owner: string;
  readonly name: string;
  readonly team: string | null;
  readonly budgets: readonly StandingBudget[];
}

interface BudgetPage {
  readonly data: readonly Budgeted[];
  readonly next: string | null;
  readonly time_zone: string;
}

/** All that has budgets, the fullest first, and the time zone of their periods. */
export const budgetsQuery = queryOptions({
  queryKey: ["budgets"],
  async queryFn({ signal }): Promise<{ all: readonly Budgeted[]; timeZone: string }> {
    const all: Budgeted[] = [];
    let after = "";
    for (;;) {
      const query = `limit=100&after=${encodeURIComponent(after)}`;
      const page = await ask<BudgetPage>("GET", `/admin/v1/budgets?${query}`, { signal });
      all.push(...page.data);
      if (page.next === null) {
        all.sort((a, b) => fullest(b) - fullest(a) || (a.name < b.name ? -1 : 1));
        return { all, timeZone: page.time_zone };
      }
      after = page.next;
    }
  },
  refetchInterval: 15_000,
});

/** The share of a budget that is spent and reserved: 1 where nothing is left. */
export function usedShare({
  limit_usd: limit,
  spent_usd: spent,
  reserved_usd: held,
}: StandingBudget): number {
  const used = Number(spent) + Number(held);
  return Number(limit) === 0 ? 1 : used / Number(limit);
}

const fullest = ({ budgets }: Budgeted): number => Math.max(...budgets.map(usedShare));

/** A budget as somebody wrote it: numbers as such, and what stands by itself left out. */
type LooseBudget = Partial<Omit<WrittenBudget, "usd" | "raise">> & {
  readonly usd: string | number;
  readonly raise?: { readonly usd: string | number; readonly until?: string };
};

/** The owner of budgets, as its own resource shows it; a channel's words may be those of a file. */
export interface BudgetOwner {
  readonly id: string;
  readonly name?: string | null;
  readonly budget?: LooseBudget | readonly LooseBudget[] | null;
  readonly version: number;
  readonly declared_at: string | null;
}

const pathOf = (scope: BudgetScope, owner: string): string =>
  `/admin/v1/${scope}s/${encodeURIComponent(owner)}`;

export const ownerQuery = (scope: BudgetScope, owner: string) =>
  queryOptions({
    queryKey: ["budgets", "owner", scope, owner],
    queryFn: ({ signal }) => ask<BudgetOwner>("GET", pathOf(scope, owner), { signal }),
    // Its version is that of the form.
    staleTime: 0,
  });

/** The one field of the form of budgets. */
export interface BudgetsFields {
  readonly budget: readonly BudgetFields[];
}

export function budgetsEdition({ version, budget }: BudgetOwner): Edition<BudgetsFields> {
  const written = budget === null || budget === undefined ? [] : [budget].flat();
  return { version, fields: { budget: written.map((one) => budgetFields(wholeOf(one))) } };
}

/** A budget with what stands where the file says nothing. */
function wholeOf({
  usd,
  period = "month",
  hard = true,
  raise,
  ...rest
}: LooseBudget): WrittenBudget {
  const raised = raise && { raise: { ...raise, usd: String(raise.usd) } };
  return { ...rest, usd: String(usd), period, hard, ...raised };
}

export const saveBudgets = (
  scope: BudgetScope,
  owner: string,
  { version, fields }: Edition<BudgetsFields>,
): Promise<unknown> =>
  ask("PATCH", pathOf(scope, owner), {
    body: { budget: budgetWords(fields.budget) },
    headers: { "if-match": `"${version}"` },
  });
