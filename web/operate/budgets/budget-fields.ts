/** A budget in the words of the file. */
export interface WrittenBudget {
  readonly usd: string;
  readonly period: string;
  readonly models?: readonly string[];
  readonly hard: boolean;
  readonly notify_at?: readonly string[];
  readonly raise?: { readonly usd: string; readonly until?: string };
}

/** Spans of time after which a budget begins anew. */
export const periods = ["day", "week", "month", "total"] as const;
export type Period = (typeof periods)[number];

/** A budget as its form shows it: texts that can be emptied. */
export interface BudgetFields {
  readonly usd: string;
  readonly period: Period;
  readonly models: string;
  readonly hard: boolean;
  /** In per cent, with commas between them. */
  readonly notifyAt: string;
  readonly raiseUsd: string;
  readonly raiseUntil: string;
}

export const newBudget: BudgetFields = {
  usd: "",
  period: "month",
  models: "",
  hard: true,
  notifyAt: "80, 100",
  raiseUsd: "",
  raiseUntil: "",
};

export function budgetFields(written: WrittenBudget): BudgetFields {
  const { usd, period, models = [], hard, notify_at: shares = [], raise } = written;
  return {
    usd,
    period: periods.find((one) => one === period) ?? "month",
    models: models.join(", "),
    hard,
    // Shares are decimals of few digits, which a hundred times are whole but for the last bits.
    notifyAt: shares
      .map((share) => String(Number((Number(share) * 100).toPrecision(9))))
      .join(", "),
    raiseUsd: raise?.usd ?? "",
    raiseUntil: raise?.until ?? "",
  };
}

/** The words of a form's budgets; null: none. */
export function budgetWords(budgets: readonly BudgetFields[]): readonly object[] | null {
  return budgets.length === 0 ? null : budgets.map(wordsOf);
}

function wordsOf(fields: BudgetFields): object {
  const { usd, period, hard, raiseUsd, raiseUntil } = fields;
  const models = listOf(fields.models);
  const shares = listOf(fields.notifyAt);
  return {
    usd: usd.trim(),
    period,
    hard,
    ...(models.length === 0 ? {} : { models }),
    ...(shares.length === 0 ? {} : { notify_at: shares.map(shareOf) }),
    ...(raiseUsd.trim() === "" && raiseUntil.trim() === ""
      ? {}
      : {
          raise: {
            usd: raiseUsd.trim(),
            ...(raiseUntil.trim() === "" ? {} : { until: raiseUntil.trim() }),
          },
        }),
  };
}

/** Entries of a text with commas or spaces between them. */
export function listOf(text: string): string[] {
  return text.split(/[\s,，、]+/).filter(Boolean);
}

/** A share of a number in per cent; what is no number goes to the gateway as it is, which says so. */
function shareOf(percent: string): string {
  const digits = percent.replace(/%$/, "");
  const value = Number(digits);
  return digits === "" || Number.isNaN(value)
    ? percent
    : String(Number((value / 100).toPrecision(9)));
}
