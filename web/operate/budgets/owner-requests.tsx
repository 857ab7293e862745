import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { LogSearch } from "../../watch/addresses.ts";
import type { BudgetScope, StandingBudget } from "./budgets.ts";
import { useBudgetWords } from "./words.ts";

/** A key, user, team or channel that may have budgets. */
interface Owner {
  readonly scope: BudgetScope;
  readonly owner: string;
}

/** The ways to the requests of one that may have budgets: all, and those that a budget refused. */
export function OwnerRequests({ scope, owner }: Owner): ReactNode {
  const words = useBudgetWords();
  const looks = "w-fit text-soft underline hover:text-ink";
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1">
      <Link to="/requests" search={{ [scope]: owner }} className={looks}>
        {words.requests}
      </Link>
      {scope === "channel" ? null : (
        <Link to="/requests" search={refusedOf({ scope, owner })} className={looks}>
          {words.refused}
        </Link>
      )}
    </p>
  );
}

/** The filter of the log that shows what the budgets of one refused. */
export function refusedOf({ scope, owner }: Owner): LogSearch {
  return { [scope]: owner, error: "budget_exceeded" };
}

/** The filter of the log that shows what a budget was spent on. */
export function spentOn(
  { scope, owner }: Owner,
  { period, begins_at: from, models = [] }: StandingBudget,
): LogSearch {
  const [model] = models;
  return {
    [scope]: owner,
    ...(period === "total" ? { range: "all" as const } : { from }),
    // The log is filtered by one name.
    ...(models.length === 1 && model?.endsWith("*") === false ? { model } : {}),
  };
}
