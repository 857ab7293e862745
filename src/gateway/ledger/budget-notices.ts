import { type Budget, type BudgetCounter, namesModel } from "../../core/budget.ts";
import type { Channel } from "../../core/channel.ts";
import type { KeyRecord } from "../../core/key.ts";
import { usdText } from "../../core/money.ts";
import type { NewNotice, SettlementNotice } from "../../core/notice.ts";
import {
  type BudgetOwner,
  type BudgetThreshold,
  claimOf,
  limitAt,
  thresholdsOf,
} from "../../money/budget.ts";
import type { Calendar } from "../../money/calendar.ts";
import { ownersOf } from "./hold.ts";

/** A settled request, as far as its budgets' notices go. */
export interface Settled {
  readonly key: KeyRecord;
  /** The name that the client used. */
  readonly model: string;
  /** The time of the hold: the period of its budgets is that of this moment. */
  readonly heldAt: number;
  readonly at: number;
}

/** A budget with thresholds, and its counter in a period. */
export interface WatchedBudget {
  readonly counter: BudgetCounter;
  readonly thresholds: readonly BudgetThreshold[];
  /** The notice of one of the thresholds, should it be reached. */
  notice(threshold: BudgetThreshold, at: number): NewNotice;
}

/** The notices of a key's budgets, each to be written if its threshold is reached with this settlement. */
export function settlementNotices(
  calendar: Calendar,
  { key, model, heldAt, at }: Settled,
): SettlementNotice[] {
  return namedOwners(key).flatMap((owner) =>
    owner.budgets
      .filter(({ models }) => namesModel(models, model))
      .flatMap((budget) => watch(calendar, owner, budget, heldAt))
      .flatMap(({ counter: { id, periodStart }, thresholds, notice }) =>
        thresholds.map((threshold) => ({
          ...notice(threshold, at),
          reached: { id, periodStart, nano: String(threshold.nano) },
        })),
      ),
  );
}

/** All that has budgets. */
export interface BudgetedParts {
  readonly keys: readonly KeyRecord[];
  readonly channels: readonly Channel[];
}

/** The budgets of these keys, their users and teams, and of channels that have thresholds, each once, in the period of a moment. */
export function watchedBudgets(
  calendar: Calendar,
  { keys, channels }: BudgetedParts,
  at: number,
): WatchedBudget[] {
  const found = new Map<string, WatchedBudget>();
  const places = channels.map(({ id, budgets = [] }): NamedOwner => ({
    scope: "channel",
    id,
    name: id,
    budgets,
  }));
  for (const owner of [...keys.flatMap(namedOwners), ...places])
    for (const budget of owner.budgets)
      for (const watched of watch(calendar, owner, budget, at))
        found.set(watched.counter.id, watched);
  return [...found.values()];
}

interface NamedOwner extends BudgetOwner {
  readonly name: string;
}

/** The owners of budgets of a key, as people call them. */
function namedOwners(key: KeyRecord): NamedOwner[] {
  const names = { key: key.name, user: key.user?.name, team: key.team?.name, channel: undefined };
  return ownersOf(key).map((owner) => ({ ...owner, name: names[owner.scope] ?? owner.id }));
}

/** The budget where it has thresholds at the moment; else none. */
function watch(calendar: Calendar, owner: NamedOwner, budget: Budget, at: number): WatchedBudget[] {
  const thresholds = thresholdsOf(budget, at);
  if (thresholds.length === 0) return [];
  const limit = limitAt(budget, at);
  const { limitNano: _, ...counter } = claimOf(owner, budget, calendar, at);
  const notice = (threshold: BudgetThreshold, time: number): NewNotice => ({
    kind: threshold.kind,
    object: counter.id,
    period: isoTime(counter.periodStart),
    threshold: threshold.share,
    basis: String(limit),
    at: time,
    facts: {
      scope: owner.scope,
      id: owner.id,
      name: owner.name,
      period: budget.period,
      limit_usd: usdText(limit),
      resets_at: counter.periodEnd === null ? null : isoTime(counter.periodEnd),
      models: budget.models?.join(", ") ?? null,
    },
  });
  return [{ counter, thresholds, notice }];
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
