import { type BudgetsWords, budgetsEn } from "../../language/budgets-en.ts";
import { budgetsZh } from "../../language/budgets-zh.ts";
import { useWords } from "../../language/language.tsx";
import { dollarsInText } from "../../../src/core/dollars.ts";
import type { WrittenBudget } from "./budget-fields.ts";

/** The words of budgets, in the chosen language. */
export function useBudgetWords(): BudgetsWords {
  return useWords().lang === "zh-CN" ? budgetsZh : budgetsEn;
}

/** Budgets in one line: $50 a month, $5 a day. */
export function budgetsText(
  budgets: readonly Pick<WrittenBudget, "usd" | "period">[],
  { short }: BudgetsWords,
): string {
  return budgets
    .map(({ usd, period }) => {
      const sum = dollarsInText(usd);
      return (short[period as keyof typeof short] ?? String)(sum);
    })
    .join(", ");
}
