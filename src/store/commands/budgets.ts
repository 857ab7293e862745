import { type BudgetClaim, type BudgetCounter, type BudgetRefusal } from "../../core/budget.ts";
import type { Nano } from "../../core/money.ts";
import {
  counterOf,
  type CounterState,
  type KeySums,
  type VerifiedCounter,
  payerFromJson,
} from "../money-records.ts";
import { statement } from "../query.ts";
import type { Bindable, Statement, Steps, SummedChange } from "../query.ts";
import {
  counted,
  endOfTime,
  reservedByPlace,
  running,
  runningRow,
  spentOf,
  standing,
} from "./budget-sums.ts";
import { spentByKey } from "./totals.ts";

/** Names of the slots of one statement's counters. */
const letters = [..."abcdefghijklmnopqrstuvwxyz"].flatMap((a, _, all) => all.map((b) => a + b));

/** An amount to be taken at a counter. */
export interface Taking extends BudgetClaim {
  readonly nano: Nano;
}

/**
 * SQL that takes amounts at so many counters at once, where each of them has room for its own, and nowhere otherwise:
 * in one statement, so that nobody ever sees a part of it.
 */
function takeOf(count: number): ReturnType<typeof statement<Readonly<Record<string, Bindable>>>> {
  const names = letters.slice(0, count);
  const place = (name: string): string => `id = :id_${name} AND period_start = :start_${name}`;
  const amounts = names.map((name) => `WHEN ${place(name)} THEN CAST(:nano_${name} AS bigint)`);
  const places = names.map((name) => `(${place(name)})`);
  const room = names.map(
    (name) =>
      `(${place(name)}
        AND spent_nano + reserved_nano + CAST(:nano_${name} AS bigint) <= CAST(:limit_${name} AS bigint))`,
  );
  return statement(
    `UPDATE budget_counters SET reserved_nano = reserved_nano + CASE ${amounts.join(" ")} ELSE 0 END
      WHERE (${places.join(" OR ")})
        AND (SELECT count(*) FROM budget_counters WHERE ${room.join(" OR ")}) = ${count}`,
  );
}

/** By the number of counters less one: of a key, its user and its team, ten budgets each. */
const takes = letters.slice(0, 30).map((_, index) => takeOf(index + 1));
/** The limit of a budget that refuses nothing. */
const noLimit = String(2n ** 63n - 1n);

function take(takings: readonly Taking[]): Statement {
  const amounts = takings.map(({ nano }) => nano);
  const sum: SummedChange = {
    amounts,
    key: () =>
      JSON.stringify(takings.map(({ id, periodStart, limitNano }) => [id, periodStart, limitNano])),
    of: (alike) => takeAmounts(takings, sumsOf(amounts.length, alike)),
  };
  return { ...takeAmounts(takings, amounts.map(String)), sum };
}

/** The sums of alike changes, digits by counter: they may be beyond 2^53. */
function sumsOf(counters: number, alike: readonly Statement[]): string[] {
  const sums = Array.from({ length: counters }, () => 0n);
  for (const { sum } of alike)
    for (const [index, nano] of (sum?.amounts ?? []).entries())
      sums[index] = (sums[index] ?? 0n) + BigInt(nano);
  return sums.map(String);
}

function takeAmounts(takings: readonly Taking[], nanos: readonly string[]): Statement {
  const known = takes[takings.length - 1] ?? takeOf(takings.length);
  const values: Record<string, Bindable> = {};
  for (const [index, { id, periodStart, limitNano }] of takings.entries()) {
    const name = letters[index] ?? "";
    values[`id_${name}`] = id;
    values[`start_${name}`] = periodStart;
    values[`nano_${name}`] = nanos[index] ?? "0";
    values[`limit_${name}`] = limitNano === null ? noLimit : String(limitNano);
  }
  return known(values);
}

// Sums may be beyond 2^53, so they leave the database as digits.
const state = statement<{ readonly id: string; readonly periodStart: number }>(
  `SELECT id, period_start, period_end, scope, scope_id, period, models,
      CAST(spent_nano AS text) AS spent_nano, CAST(reserved_nano AS text) AS reserved_nano
    FROM budget_counters WHERE id = :id AND period_start = :periodStart`,
);
const insert = statement<{
  readonly id: string;
  readonly periodStart: number;
  readonly periodEnd: number | null;
  readonly scope: string;
  readonly scopeId: string;
  readonly period: string;
  readonly models: string | null;
  readonly spentNano: string;
  readonly reservedNano: string;
}>(
  `INSERT INTO budget_counters (
      id, period_start, period_end, scope, scope_id, period, models, spent_nano, reserved_nano
    ) VALUES (
      :id, :periodStart, :periodEnd, :scope, :scopeId, :period, :models,
      CAST(:spentNano AS bigint), CAST(:reservedNano AS bigint)
    ) ON CONFLICT (id, period_start) DO NOTHING`,
);

const all = statement<object>(
  `SELECT id, period_start, period_end, scope, scope_id, period, models,
      CAST(spent_nano AS text) AS spent_nano, CAST(reserved_nano AS text) AS reserved_nano
    FROM budget_counters ORDER BY id, period_start`,
);

/** Reads of budget counters and of what they count. */
export const budgetReads = {
  /** All counters, each with what the ledger and the holds say that it should be. */
  *budgetsVerify(): Steps<VerifiedCounter[]> {
    const found: VerifiedCounter[] = [];
    const reserved = yield* reservedByPlace();
    for (const counter of (yield all({})).rows.map(counterOf)) {
      const { id, periodStart } = counter;
      const spentNano = String(yield* spentOf(counter));
      const reservedNano = String(reserved.get(JSON.stringify([id, periodStart])) ?? 0n);
      found.push({ counter, spentNano, reservedNano });
    }
    return found;
  },
  *budgetsStates(counters: readonly BudgetCounter[]): Steps<CounterState[]> {
    const found: CounterState[] = [];
    for (const counter of counters) {
      const { id, scope, scopeId, period, periodStart, periodEnd, models } = counter;
      const { rows } = yield state({ id, periodStart });
      const own = { id, scope, scopeId, period, periodStart, periodEnd, models };
      const known = rows.map(counterOf).at(0);
      found.push(known ?? { ...own, ...(yield* standing(counter)) });
    }
    return found;
  },
  *ledgerOfKey(keyId: string, days: readonly [string, string], since: number): Steps<KeySums> {
    const sums = yield* spentByKey(keyId, ...days);
    let reserved = 0n;
    for (const row of (yield running({ from: since, to: endOfTime })).rows) {
      const hold = runningRow.parse(row);
      if (payerFromJson(hold.payer).keyId === keyId) reserved += BigInt(hold.amount_nano);
    }
    return { sums, reservedNano: String(reserved) };
  },
};

const set = statement<{
  readonly id: string;
  readonly periodStart: number;
  readonly spentNano: string;
  readonly reservedNano: string;
}>(
  `UPDATE budget_counters
    SET spent_nano = CAST(:spentNano AS bigint), reserved_nano = CAST(:reservedNano AS bigint)
    WHERE id = :id AND period_start = :periodStart`,
);

/** Work on budgets by itself. */
export const budgetCommands = {
  /**
   * Counts again what stands in the ledger. A budget that was not configured for a while was not moved meanwhile.
   * Counters that are not open yet are counted when they are.
   */
  *budgetsRefresh(counters: readonly BudgetCounter[]): Steps<void> {
    for (const counter of counters) {
      const { id, periodStart } = counter;
      if ((yield state({ id, periodStart })).rows.length === 0) continue;
      yield set({ id, periodStart, ...(yield* counted(counter)) });
    }
  },
};

/** Work on budget counters: part of the transaction that takes a hold. */
export const budgetWrites = {
  /** Takes amounts at all counters, or at none. Refusals are values: what throws would undo its neighbours in a group as well. */
  *take(takings: readonly Taking[]): Steps<readonly BudgetRefusal[]> {
    if ((yield take(takings)).changes > 0) return [];
    let isNew = false;
    for (const counter of takings) {
      if ((yield state(counter)).rows.length > 0) continue;
      isNew = true;
      yield* open(counter);
    }
    if (isNew && (yield take(takings)).changes > 0) return [];
    return yield* refusals(takings);
  },
};

function* open(counter: BudgetCounter): Steps<void> {
  yield insert({
    id: counter.id,
    periodStart: counter.periodStart,
    periodEnd: counter.periodEnd,
    scope: counter.scope,
    scopeId: counter.scopeId,
    period: counter.period,
    models: counter.models === null ? null : JSON.stringify(counter.models),
    ...(yield* counted(counter)),
  });
}

/** The takings that do not fit, with the state of their counters. */
function* refusals(takings: readonly Taking[]): Steps<readonly BudgetRefusal[]> {
  const found: BudgetRefusal[] = [];
  for (const { id, periodStart, limitNano, nano } of takings) {
    const { rows } = yield state({ id, periodStart });
    const counter: CounterState | undefined = rows.map(counterOf).at(0);
    const spentNano = counter?.spentNano ?? "0";
    const reservedNano = counter?.reservedNano ?? "0";
    const needed = BigInt(spentNano) + BigInt(reservedNano) + BigInt(nano);
    if (limitNano !== null && needed > BigInt(limitNano))
      found.push({ id, spentNano, reservedNano });
  }
  return found;
}
