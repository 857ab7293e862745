import { type BudgetScope, budgetScopes, namesModel } from "../../core/budget.ts";
import { type CounterPlace, modelsFromJson } from "../money-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { Account } from "../request-records.ts";
import { integer, nullable, oneOf, record, text } from "../shape.ts";

/** The amounts by which the counter of a budget changes. */
export interface Movement {
  readonly place: CounterPlace;
  readonly reservedNano: bigint;
  readonly spentNano: bigint;
}

/** An amount that was booked, and the owner whose budgets count it. */
export interface Booked {
  readonly scope: BudgetScope;
  readonly scopeId: string;
  readonly nano: number;
}

const move = statement<{
  readonly id: string;
  readonly start: number;
  readonly reservedNano: string;
  readonly spentNano: string;
}>(
  `UPDATE budget_counters
    SET reserved_nano = reserved_nano + CAST(:reservedNano AS bigint),
      spent_nano = spent_nano + CAST(:spentNano AS bigint)
    WHERE id = :id AND period_start = :start`,
);

/** Counters of up to four owners whose period has a moment, whether or not their budgets are still configured. */
const openAt = statement<{
  readonly one: string | null;
  readonly two: string | null;
  readonly three: string | null;
  readonly four: string | null;
  readonly at: number;
}>(
  `SELECT id, period_start, scope, scope_id, models FROM budget_counters
    WHERE scope_id IN (:one, :two, :three, :four)
      AND period_start <= :at AND (period_end IS NULL OR period_end > :at)
    ORDER BY id, period_start`,
);
const openRow = record({
  id: text,
  period_start: integer,
  scope: oneOf(budgetScopes),
  scope_id: text,
  models: nullable(text),
});
const ownersMax = 4;

/** The movements of all counters that count what was booked: a counter is the sum of the entries of its owner, its period and its models. */
export function* spendings(
  { heldAt, model }: Pick<Account, "heldAt"> & { readonly model: string | null },
  booked: readonly Booked[],
): Steps<Movement[]> {
  const found: Movement[] = [];
  const owners = [...new Set(booked.map(({ scopeId }) => scopeId))];
  for (let from = 0; from < owners.length; from += ownersMax) {
    const [one = null, two = null, three = null, four = null] = owners.slice(from);
    const { rows } = yield openAt({ one, two, three, four, at: heldAt });
    for (const row of rows) {
      const { id, period_start, scope, scope_id, models } = openRow.parse(row);
      if (!namesModel(models === null ? null : modelsFromJson(models), model ?? "")) continue;
      for (const { nano, ...owner } of booked) {
        if (owner.scope === scope && owner.scopeId === scope_id)
          found.push({ place: [id, period_start], reservedNano: 0n, spentNano: BigInt(nano) });
      }
    }
  }
  return found;
}

/** The movements that give back what was reserved at counters. */
export function releases(places: readonly CounterPlace[], nano: number): Movement[] {
  return places.map((place) => ({ place, reservedNano: BigInt(-nano), spentNano: 0n }));
}

/** Moves counters, each once and in the order of their ids, as everybody locks them. */
export function* moveAll(movements: readonly Movement[]): Steps<void> {
  const sums = new Map<string, Movement>();
  for (const { place, reservedNano, spentNano } of movements) {
    const name = JSON.stringify(place);
    const sum = sums.get(name);
    sums.set(name, {
      place,
      reservedNano: (sum?.reservedNano ?? 0n) + reservedNano,
      spentNano: (sum?.spentNano ?? 0n) + spentNano,
    });
  }
  const sorted = [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [, { place, reservedNano, spentNano }] of sorted) {
    const [id, start] = place;
    if (reservedNano !== 0n || spentNano !== 0n)
      yield move({ id, start, reservedNano: String(reservedNano), spentNano: String(spentNano) });
  }
}

/** The owners whose budgets count what a payer is charged. */
export function payersOf({ payer }: Pick<Account, "payer">, nano: number): Booked[] {
  const { keyId, userId, teamId } = payer;
  const booked: Booked[] = [{ scope: "key", scopeId: keyId, nano }];
  if (userId !== null) booked.push({ scope: "user", scopeId: userId, nano });
  if (teamId !== null) booked.push({ scope: "team", scopeId: teamId, nano });
  return booked;
}
