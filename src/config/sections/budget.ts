import { budgetsOf, repeatedBudget, type WrittenBudgets } from "../../core/budget-words.ts";
import type { Faults, Path } from "../faults.ts";

/** Adds a fault where two budgets of one owner would have the same counter. */
export function faultRepeatedBudgets(
  written: WrittenBudgets | undefined,
  at: Path,
  faults: Faults,
): void {
  const read = budgetsOf(written);
  const index = repeatedBudget(read);
  if (index === undefined) return;
  faults.add(
    [...at, index],
    `another budget of this list has the period \`${read[index]?.period}\` for the same models already; keep the smaller one`,
  );
}
