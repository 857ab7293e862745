import { z } from "zod";
import { type Budget, periods } from "./budget.ts";
import { moment } from "./moment.ts";
import { nanoOf, usdText } from "./money.ts";
import { decimalSchema } from "./price.ts";
import { readDecimal } from "./rational.ts";

/** The largest budget, dollars: what JavaScript counts exactly in nano-dollars. */
const usdMax = 9_000_000;
const usdForm = `US dollars, from 0 to ${usdMax}`;

/** Dollars, as nano-dollars once read. */
export const dollars = decimalSchema
  .transform((written, context) => {
    const usd = readDecimal(written);
    const nano = usd === undefined ? undefined : nanoOf(usd);
    if (nano !== undefined && Number(written) <= usdMax) return nano;
    context.addIssue({ code: "custom", message: `must be ${usdForm}` });
    return z.NEVER;
  })
  .meta({ form: usdForm });

const shareForm = "a share of the budget above 0, at most 10, such as 0.8";

/** A share of a budget, without zeros at its end: `0.80` is `0.8`. */
const share = decimalSchema
  .refine((written) => Number(written) > 0 && Number(written) <= 10, {
    error: `must be ${shareForm}`,
  })
  .transform((written) => String(Number(written)))
  .meta({ form: shareForm });

const budgetSchema = z.strictObject({
  usd: dollars,
  period: z.enum(periods).default("month"),
  models: z.array(z.string().min(1).max(200)).min(1).optional(),
  hard: z.boolean().default(true),
  notify_at: z.array(share).max(10).optional(),
  raise: z.strictObject({ usd: dollars, until: moment().optional() }).optional(),
});

/** A budget as it is written. */
type BudgetSettings = z.output<typeof budgetSchema>;

/** One budget or a list of them, as file and admin API write them. */
export const budgetsSchema = z
  .union([budgetSchema, z.array(budgetSchema).max(10)], {
    error: "must be one budget, or a list of at most 10",
  })
  .meta({ form: "a group with usd and period, or a list of them" });
/** A setting that is one budget or a list of them. */
export const budgets = (description: string) =>
  budgetsSchema.optional().meta({
    form: "a group with usd and period, or a list of them",
    description: `${description} docs/budgets.md has the words.`,
    elsewhere: true,
  });

export type WrittenBudgets = z.output<typeof budgetsSchema>;

/** Budgets as they are read. */
export function budgetsOf(written: WrittenBudgets = []): Budget[] {
  return [written]
    .flat()
    .map(({ usd, period, models, hard, notify_at: shares, raise }: BudgetSettings) => ({
      nano: usd,
      period,
      models: models ?? null,
      hard,
      raise: raise === undefined ? null : { nano: raise.usd, until: raise.until ?? null },
      ...(shares === undefined ? {} : { notifyAt: [...new Set(shares)] }),
    }));
}

/** The place, in a list, of a budget that counts what an earlier one counts already: both would have the same counter. */
export function repeatedBudget(budgets: readonly Budget[]): number | undefined {
  const seen = new Set<string>();
  for (const [index, { period, models }] of budgets.entries()) {
    const counted = JSON.stringify([period, models?.toSorted() ?? null]);
    if (seen.has(counted)) return index;
    seen.add(counted);
  }
  return undefined;
}

/** Budgets in the words in which they are written, dollars as decimals. */
export function budgetWords(budgets: readonly Budget[]): Readonly<Record<string, unknown>>[] {
  return budgets.map(({ nano, period, models, hard, notifyAt, raise }) => ({
    usd: usdText(nano),
    period,
    ...(models === null ? {} : { models }),
    hard,
    ...(notifyAt === undefined ? {} : { notify_at: notifyAt }),
    ...(raise === null ? {} : { raise: raiseWords(raise) }),
  }));
}

function raiseWords({
  nano,
  until,
}: NonNullable<Budget["raise"]>): Readonly<Record<string, unknown>> {
  return {
    usd: usdText(nano),
    ...(until === null ? {} : { until: new Date(until).toISOString() }),
  };
}
