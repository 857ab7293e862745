import type { BudgetClaim, Payer } from "../../core/budget.ts";
import { PinholeError } from "../../core/errors.ts";
import type { KeyRecord } from "../../core/key.ts";
import { mergedLabels } from "../../core/labels.ts";
import { type BudgetOwner, claimsOf } from "../../money/budget.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { Estimate } from "../../money/estimate.ts";

/** The payer of a request, and the budgets that its hold is taken at. */
export interface HoldTerms {
  readonly payer: Payer;
  /** In the order in which counters are locked. */
  readonly claims: readonly BudgetClaim[];
}

/** A request whose hold is to be taken. */
export interface Holding {
  readonly key: KeyRecord;
  /** Labels that the request brings. */
  readonly labels: readonly string[];
  /** The name that the client uses. */
  readonly model: string;
  readonly estimate: Estimate;
  /** Unix milliseconds: the hold's periods are those of this moment, however late it is settled. */
  readonly at: number;
}

/**
 * The terms of a request's hold; undefined for what is free, which is served at any balance. Throws
 * model_not_allowed where nothing bounds the cost and a budget would have to cover it.
 */
export function holdTerms(calendar: Calendar, holding: Holding): HoldTerms | undefined {
  const { key, labels, model, estimate, at } = holding;
  if (estimate.state === "free") return undefined;
  const claims = claimsOf(ownersOf(key), model, calendar, at);
  if (estimate.most === undefined && claims.some(({ limitNano }) => limitNano !== null))
    throw unbounded(model, estimate);
  return { payer: { ...payerOf(key, labels), day: calendar.dayOf(at) }, claims };
}

/** A key with its user and team, as owners of budgets. */
export function ownersOf(key: KeyRecord): BudgetOwner[] {
  const { id, budgets = [], user, team } = key;
  const owners: BudgetOwner[] = [{ scope: "key", id, budgets }];
  if (user !== undefined) owners.push({ scope: "user", id: user.id, budgets: user.budgets });
  if (team !== undefined) owners.push({ scope: "team", id: team.id, budgets: team.budgets });
  return owners;
}

/** A key with its user and team as the ledger names them, and the labels of all three and of a request. */
export function payerOf(key: KeyRecord, asked: readonly string[] = []): Payer {
  const { id, name, user, team, labels = [] } = key;
  const all = mergedLabels(team?.labels ?? [], labels, asked);
  return {
    keyId: id,
    keyName: name,
    userId: user?.id ?? null,
    userName: user?.name ?? null,
    teamId: team?.id ?? null,
    teamName: team?.name ?? null,
    ...(all.length === 0 ? {} : { labels: all }),
  };
}

function unbounded(model: string, { state }: Estimate): PinholeError {
  const named = `\`${model.slice(0, 200)}\``;
  const why =
    state === "unknown"
      ? `The model ${named} has no price here`
      : `Nothing bounds what a request for the model ${named} costs here`;
  return new PinholeError("model_not_allowed", {
    message: `${why}, so a key with a budget in dollars may not use it; the operator can set its \`price\` with a \`max_usd\`, or \`price: free\`.`,
    param: "model",
  });
}
