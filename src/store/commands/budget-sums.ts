import { type BudgetCounter, namesModel } from "../../core/budget.ts";
import {
  type CounterState,
  payerFromJson,
  placesFromJson,
  placesToJson,
} from "../money-records.ts";
import { statement } from "../query.ts";
import type { Statement, Steps } from "../query.ts";
import { integer, nullable, record, text } from "../shape.ts";

/** The moment after all others, where a period has no end. */
export const endOfTime = Number.MAX_SAFE_INTEGER;

/** The owner and the span of time of a sum. */
export interface Within {
  readonly scopeId: string;
  readonly from: number;
  readonly to: number;
}

/** The sum of one owner's entries in a book of the ledger, by model. */
const sumOf = (column: string, book: "customer" | "provider"): ((within: Within) => Statement) =>
  statement<Within>(
    `SELECT model, CAST(SUM(nano) AS text) AS nano FROM ledger
      WHERE ${column} = :scopeId AND book = '${book}' AND held_at >= :from AND held_at < :to
      GROUP BY model`,
  );

/** The sums of the ledger from which a counter begins. Each has its own column, since that chooses the index. */
const sums = {
  key: sumOf("key_id", "customer"),
  user: sumOf("user_id", "customer"),
  team: sumOf("team_id", "customer"),
  channel: sumOf("channel_id", "provider"),
};
const sumRow = record({ model: nullable(text), nano: nullable(text) });

/** Holds of requests that run: few, however many records there are. */
export const running = statement<{ readonly from: number; readonly to: number }>(
  `SELECT holds.request_id, holds.amount_nano, holds.payer, holds.counters, requests.model
    FROM requests JOIN holds ON holds.request_id = requests.id
    WHERE requests.state = 'running' AND requests.created_at >= :from AND requests.created_at < :to
      AND holds.state = 'held' AND holds.payer IS NOT NULL
    ORDER BY holds.request_id`,
);
export const runningRow = record({
  request_id: text,
  amount_nano: integer,
  payer: text,
  counters: nullable(text),
  model: text,
});
const setPlaces = statement<{ readonly requestId: string; readonly counters: string }>(
  "UPDATE holds SET counters = :counters WHERE request_id = :requestId AND state = 'held'",
);

/** The amounts that a counter would begin with: the ledger's sums and the holds of its period. */
export function* standing(
  counter: BudgetCounter,
): Steps<Pick<CounterState, "spentNano" | "reservedNano">> {
  const span = { from: counter.periodStart, to: counter.periodEnd ?? endOfTime };
  let reserved = 0n;
  for (const row of (yield running(span)).rows) {
    const hold = runningRow.parse(row);
    if (isOf(counter, hold)) reserved += BigInt(hold.amount_nano);
  }
  const spent = yield* spentOf(counter);
  return { spentNano: String(spent), reservedNano: String(reserved) };
}

/** The ledger's sum for a counter. */
function* spentOf(counter: BudgetCounter): Steps<bigint> {
  const { scope, scopeId, periodStart: from, periodEnd, models } = counter;
  let spent = 0n;
  for (const row of (yield sums[scope]({ scopeId, from, to: periodEnd ?? endOfTime })).rows) {
    const { model, nano } = sumRow.parse(row);
    if (namesModel(models, model ?? "")) spent += BigInt(nano ?? 0);
  }
  return spent;
}

/**
 * The amounts that a counter stands at by the ledger and by the holds of its period, each of which is marked as taken at
 * it: a budget that is new, or that counts by another period or other models than before, counts what was spent since
 * the period began.
 */
export function* counted(
  counter: BudgetCounter,
): Steps<Pick<CounterState, "spentNano" | "reservedNano">> {
  const span = { from: counter.periodStart, to: counter.periodEnd ?? endOfTime };
  let reserved = 0n;
  for (const row of (yield running(span)).rows) {
    const hold = runningRow.parse(row);
    if (!isOf(counter, hold)) continue;
    const places = placesFromJson(hold.counters);
    const own = places.filter(([id, start]) => id !== counter.id || start !== counter.periodStart);
    const all = [...own, [counter.id, counter.periodStart] as const];
    const marked = { requestId: hold.request_id, counters: placesToJson(all) };
    // One that has been settled meanwhile is in the ledger, which is read next.
    if ((yield setPlaces(marked)).changes > 0) reserved += BigInt(hold.amount_nano);
  }
  const spent = yield* spentOf(counter);
  return { spentNano: String(spent), reservedNano: String(reserved) };
}

function isOf(
  { scope, scopeId, models }: BudgetCounter,
  hold: { readonly payer: string; readonly model: string },
): boolean {
  const { keyId, userId, teamId } = payerFromJson(hold.payer);
  const owner = { key: keyId, user: userId, team: teamId, channel: null }[scope];
  return owner === scopeId && namesModel(models, hold.model);
}
