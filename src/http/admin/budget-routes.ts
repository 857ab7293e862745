import type { FastifyInstance } from "fastify";
import { budgetQuery } from "../../api/admin/budgets.ts";
import { budgetWords } from "../../core/budget-words.ts";
import { usdText } from "../../core/money.ts";
import { scopeOf } from "../../core/role.ts";
import type { Administration, BudgetedView, BudgetView } from "../../gateway/gateway.ts";
import { callerOf } from "./callers.ts";
import { pageOf } from "./conditions.ts";
import { read } from "./read-checked.ts";

/** GET /admin/v1/budgets. */
export function budgetRoutes(
  app: FastifyInstance,
  { budgets }: Pick<Administration, "budgets">,
): void {
  app.get("/admin/v1/budgets", async (request) => {
    const { of, after, limit } = read(budgetQuery, request.query);
    const scope = scopeOf(callerOf(request));
    const page = await budgets.page({ scope, of, after, limit: limit + 1 });
    return { ...pageOf(page, limit, budgetedJson), time_zone: budgets.timeZone };
  });
}

function budgetedJson({ id, scope, ownerId, name, teamId, budgets }: BudgetedView) {
  return { id, scope, owner: ownerId, name, team: teamId, budgets: budgets.map(budgetJson) };
}

function budgetJson({ budget, counter, limitNano, spentNano, reservedNano }: BudgetView) {
  const left = BigInt(limitNano) - spentNano - reservedNano;
  const { periodStart, periodEnd } = counter;
  return {
    ...budgetWords([budget])[0],
    limit_usd: usdText(limitNano),
    spent_usd: usdText(spentNano),
    reserved_usd: usdText(reservedNano),
    left_usd: usdText(left < 0n ? 0n : left),
    begins_at: new Date(periodStart).toISOString(),
    resets_at: periodEnd === null ? null : new Date(periodEnd).toISOString(),
  };
}
