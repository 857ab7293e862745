import type { BudgetClaim, BudgetRefusal } from "../../core/budget.ts";
import { PinholeError } from "../../core/errors.ts";
import { type Nano, usdText } from "../../core/money.ts";

/** Time after which a request that only reservations kept out may be sent again, seconds: images take about as long. */
const reservedSeconds = 5;

/** A budget that does not cover a request, as its caller is told. */
interface Shortage {
  readonly claim: BudgetClaim;
  readonly limit: bigint;
  readonly spent: bigint;
  readonly reserved: bigint;
}

/** The error where budgets do not cover a hold: of several the one that waiting helps least. */
export function budgetExceeded(
  claims: readonly BudgetClaim[],
  refusals: readonly BudgetRefusal[],
  needsNano: Nano,
): PinholeError {
  const needs = BigInt(needsNano);
  const shortages = refusals.flatMap((refusal) => shortageOf(claims, refusal) ?? []);
  const isFinal = ({ spent, limit }: Shortage): boolean => spent + needs > limit;
  const shortage = shortages.find(isFinal) ?? shortages[0];
  if (shortage === undefined) throw new Error("a budget refused that was not asked");
  const mayRetry = !isFinal(shortage);
  return new PinholeError("budget_exceeded", {
    message: messageOf(shortage, needs, mayRetry),
    more: { budget: budgetJson(shortage, needs) },
    ...(mayRetry ? { retryAfterSeconds: reservedSeconds, shouldRetry: true } : {}),
  });
}

function shortageOf(claims: readonly BudgetClaim[], refusal: BudgetRefusal): Shortage | undefined {
  const claim = claims.find(({ id }) => id === refusal.id);
  if (claim === undefined || claim.limitNano === null) return undefined;
  return {
    claim,
    limit: BigInt(claim.limitNano),
    spent: BigInt(refusal.spentNano),
    reserved: BigInt(refusal.reservedNano),
  };
}

function leftOf({ limit, spent, reserved }: Shortage): bigint {
  const left = limit - spent - reserved;
  return left < 0n ? 0n : left;
}

function messageOf(shortage: Shortage, needs: bigint, mayRetry: boolean): string {
  const { claim, limit, spent, reserved } = shortage;
  const whose = {
    key: "this key",
    user: "this key's user",
    team: "this key's team",
    channel: "a channel",
  };
  const spans = { day: " a day", week: " a week", month: " a month", total: " in total" };
  const budget = `The budget of ${whose[claim.scope]}, $${usdText(limit)}${spans[claim.period]}`;
  const asked = `does not cover the $${usdText(needs)} that this request may cost`;
  const state = `$${usdText(spent)} is spent and $${usdText(reserved)} is reserved by requests under way`;
  const way = mayRetry
    ? `try again in ${reservedSeconds} seconds, when some of them have ended`
    : claim.periodEnd === null
      ? "ask the operator to raise it"
      : `it begins anew at ${new Date(claim.periodEnd).toISOString()}`;
  return `${budget}, ${asked}: ${state}; ${way}.`;
}

function budgetJson(shortage: Shortage, needs: bigint): Readonly<Record<string, unknown>> {
  const { claim, limit, spent, reserved } = shortage;
  return {
    scope: claim.scope,
    period: claim.period,
    limit_usd: usdText(limit),
    spent_usd: usdText(spent),
    reserved_usd: usdText(reserved),
    left_usd: usdText(leftOf(shortage)),
    needs_usd: usdText(needs),
    resets_at: claim.periodEnd === null ? null : new Date(claim.periodEnd).toISOString(),
  };
}
