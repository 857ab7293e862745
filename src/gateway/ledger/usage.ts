import type { Budget, BudgetCounter } from "../../core/budget.ts";
import type { Channel } from "../../core/channel.ts";
import type { KeyRecord } from "../../core/key.ts";
import type { Nano } from "../../core/money.ts";
import { type BudgetOwner, claimOf, limitAt } from "../../money/budget.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { LedgerSpan } from "../../store/money-records.ts";
import type { Store } from "../../store/store.ts";
import { ownersOf } from "./hold.ts";

/** The standing of one budget. */
export interface BudgetStanding {
  readonly counter: BudgetCounter;
  readonly isHard: boolean;
  readonly limitNano: Nano;
  readonly spentNano: bigint;
  readonly reservedNano: bigint;
}

/** Pictures that were paid, and their sum. */
interface Spent {
  readonly images: number;
  readonly nano: bigint;
}

/** The spending of a key in the current month. */
export interface KeyUsage {
  readonly month: LedgerSpan;
  readonly spentNano: bigint;
  readonly reservedNano: bigint;
  readonly budgets: readonly BudgetStanding[];
  readonly byModel: readonly (Spent & { readonly model: string })[];
  readonly byDay: readonly (Spent & { readonly day: string })[];
}

/** The parts that telling usage works with. */
interface UsageParts {
  readonly store: Pick<Store, "budgets" | "ledger">;
  readonly calendar: Calendar;
  readonly now: () => number;
}

/** The spending of a key in this month of the operator's calendar, and the budgets that hold for it. */
export async function usageOfKey(
  { store, calendar, now }: UsageParts,
  key: KeyRecord,
): Promise<KeyUsage> {
  const at = now();
  const { start, end } = calendar.spanOf("month", at);
  const days = [calendar.dayOf(start), calendar.dayOf(at)] as const;
  const { sums, reservedNano } = await store.ledger.ofKey(key.id, days, start);
  const byModel = new Map<string, Spent>();
  const byDay = new Map<string, Spent>();
  let spentNano = 0n;
  for (const { day, model, nano, images } of sums) {
    for (const [group, name] of [[byModel, model] as const, [byDay, day] as const]) {
      const { images: count, nano: sum } = group.get(name) ?? { images: 0, nano: 0n };
      group.set(name, { images: count + images, nano: sum + BigInt(nano) });
    }
    spentNano += BigInt(nano);
  }
  return {
    month: { from: start, to: end ?? at },
    spentNano,
    reservedNano: BigInt(reservedNano),
    budgets: await standings(store, calendar, key, at),
    byModel: [...byModel].map(([model, spent]) => ({ model, ...spent })),
    byDay: [...byDay].map(([day, spent]) => ({ day, ...spent })),
  };
}

/** Counts the budgets of channels again, as they stand in the ledger. */
export async function refreshChannelBudgets(
  { store, calendar, now }: UsageParts,
  channels: readonly Channel[],
): Promise<void> {
  const at = now();
  const counters = channels.flatMap(({ id, budgets = [] }) =>
    budgets.map((budget): BudgetCounter => {
      const owner: BudgetOwner = { scope: "channel", id, budgets };
      const { limitNano: _, ...counter } = claimOf(owner, budget, calendar, at);
      return counter;
    }),
  );
  const sorted = counters.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  if (sorted.length > 0) await store.budgets.refresh(sorted);
}

async function standings(
  store: Pick<Store, "budgets">,
  calendar: Calendar,
  key: KeyRecord,
  at: number,
): Promise<BudgetStanding[]> {
  const budgets = ownersOf(key).flatMap((owner) =>
    owner.budgets.map((budget: Budget) => ({
      isHard: budget.hard,
      limitNano: limitAt(budget, at),
      counter: claimOf(owner, budget, calendar, at),
    })),
  );
  if (budgets.length === 0) return [];
  const states = await store.budgets.states(budgets.map(({ counter }) => counter));
  return budgets.map((budget, index) => ({
    ...budget,
    spentNano: BigInt(states[index]?.spentNano ?? 0),
    reservedNano: BigInt(states[index]?.reservedNano ?? 0),
  }));
}
