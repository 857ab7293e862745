import type { FastifyInstance } from "fastify";
import { usdText } from "../../core/money.ts";
import type { Gateway, KeyUsage } from "../../gateway/gateway.ts";
import { keyOf } from "../server/authentication.ts";

/** GET /v1/usage: the key's own spending and budgets. */
export function usageRoutes(app: FastifyInstance, gateway: Pick<Gateway, "usage">): void {
  app.get("/v1/usage", async (request) => usageJson(await gateway.usage(keyOf(request))));
}

function usageJson(usage: KeyUsage): Record<string, unknown> {
  return {
    object: "usage",
    currency: "usd",
    period: { start: isoTime(usage.month.from), end: isoTime(usage.month.to) },
    spent_usd: usdText(usage.spentNano),
    reserved_usd: usdText(usage.reservedNano),
    budgets: usage.budgets.map(budgetJson),
    by_model: usage.byModel.map(({ model, images, nano }) => ({
      model,
      images,
      spent_usd: usdText(nano),
    })),
    by_day: usage.byDay.map(({ day, images, nano }) => ({ day, images, spent_usd: usdText(nano) })),
  };
}

function budgetJson(budget: KeyUsage["budgets"][number]): Record<string, unknown> {
  const { counter, limitNano, spentNano, reservedNano, isHard } = budget;
  const left = BigInt(limitNano) - spentNano - reservedNano;
  return {
    scope: counter.scope,
    period: counter.period,
    limit_usd: usdText(limitNano),
    spent_usd: usdText(spentNano),
    reserved_usd: usdText(reservedNano),
    left_usd: usdText(left < 0n ? 0n : left),
    resets_at: counter.periodEnd === null ? null : isoTime(counter.periodEnd),
    hard: isHard,
    models: counter.models,
  };
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
