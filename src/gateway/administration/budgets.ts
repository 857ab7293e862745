import type { Budget, BudgetCounter, BudgetScope } from "../../core/budget.ts";
import type { Channel } from "../../core/channel.ts";
import type { KeyRecord } from "../../core/key.ts";
import { managedTeam, type Scope } from "../../core/role.ts";
import type { Nano } from "../../core/money.ts";
import { type BudgetOwner, claimOf, limitAt } from "../../money/budget.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { Store } from "../../store/store.ts";
import type { Served } from "./served.ts";

/** The standing of one budget in its present period. */
export interface BudgetView {
  readonly budget: Budget;
  readonly counter: BudgetCounter;
  /** The amount with what it is raised by now. */
  readonly limitNano: Nano;
  readonly spentNano: bigint;
  readonly reservedNano: bigint;
}

/** A key, user, team or channel that has budgets, with the standing of each. */
export interface BudgetedView {
  /** The kind and the id, by which pages are made. */
  readonly id: string;
  readonly scope: BudgetScope;
  readonly ownerId: string;
  readonly name: string;
  /** The team that it belongs to by its user or by itself; null: none. */
  readonly teamId: string | null;
  readonly budgets: readonly BudgetView[];
}

/** A part of those that have budgets. */
export interface BudgetQuestion {
  readonly scope: Scope;
  readonly of: BudgetScope | undefined;
  readonly after: string;
  readonly limit: number;
}

/** The parts that telling budgets works with. */
export interface BudgetParts {
  readonly store: { readonly budgets: Pick<Store["budgets"], "states"> };
  readonly calendar: Calendar;
  readonly now: () => number;
  readonly served: Pick<Served, "owners">;
  readonly keys: () => readonly KeyRecord[];
  readonly channels: () => readonly Channel[];
}

type Budgeted = Omit<BudgetedView, "id" | "budgets"> & { readonly budgets: readonly Budget[] };

/** A page of those that have budgets, in the order of their ids, with the standing of each budget. A team's admin sees the team's. */
export async function budgetPage(
  parts: BudgetParts,
  { scope, of, after, limit }: BudgetQuestion,
): Promise<BudgetedView[]> {
  const team = managedTeam(scope);
  const page = budgeted(parts)
    .filter(
      (one) =>
        one.budgets.length > 0 &&
        (of === undefined || one.scope === of) &&
        (team === null || (one.teamId === team && one.scope !== "channel")),
    )
    .map((one) => ({ ...one, id: `${one.scope} ${one.ownerId}` }))
    .filter(({ id }) => id > after)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, limit);
  const at = parts.now();
  const standing = page.map((one) => one.budgets.map((budget) => viewOf(parts, one, budget, at)));
  const states = await parts.store.budgets.states(standing.flat().map(({ counter }) => counter));
  let place = 0;
  return page.map((one, index) => ({
    ...one,
    budgets: (standing[index] ?? []).map((view) => {
      const state = states[place];
      place += 1;
      const { spentNano = 0, reservedNano = 0 } = state ?? {};
      return { ...view, spentNano: BigInt(spentNano), reservedNano: BigInt(reservedNano) };
    }),
  }));
}

/** All that may have budgets; a key that is one team's by its user is that team's. */
function budgeted({ served, keys, channels }: BudgetParts): Budgeted[] {
  const { users, teams } = served.owners;
  return [
    ...keys().map(({ id, name, team, budgets = [] }) => ({
      scope: "key" as const,
      ownerId: id,
      name,
      teamId: team?.id ?? null,
      budgets,
    })),
    ...users.map(({ id, name, teamId, budgets }) => ({
      scope: "user" as const,
      ownerId: id,
      name: name ?? id,
      teamId: teamId ?? null,
      budgets,
    })),
    ...teams.map(({ id, name, budgets }) => ({
      scope: "team" as const,
      ownerId: id,
      name: name ?? id,
      teamId: id,
      budgets,
    })),
    ...channels().map(({ id, budgets = [] }) => ({
      scope: "channel" as const,
      ownerId: id,
      name: id,
      teamId: null,
      budgets,
    })),
  ];
}

function viewOf(
  { calendar }: BudgetParts,
  { scope, ownerId, budgets }: Budgeted,
  budget: Budget,
  at: number,
): Omit<BudgetView, "spentNano" | "reservedNano"> {
  const owner: BudgetOwner = { scope, id: ownerId, budgets };
  const { limitNano: _, ...counter } = claimOf(owner, budget, calendar, at);
  return { budget, counter, limitNano: limitAt(budget, at) };
}
