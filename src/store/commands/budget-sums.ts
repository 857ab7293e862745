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

/** The holds of running requests at the budgets of a channel. */
const runningAt = statement<Within>(
  `SELECT channel_holds.request_id, channel_holds.amount_nano, channel_holds.counters, requests.model
    FROM channel_holds JOIN requests ON requests.id = channel_holds.request_id
    WHERE channel_holds.channel_id = :scopeId
      AND requests.created_at >= :from AND requests.created_at < :to
    ORDER BY channel_holds.request_id`,
);
const runningAtRow = record({
  request_id: text,
  amount_nano: integer,
  counters: text,
  model: text,
});
const setPlacesAt = statement<{
  readonly requestId: string;
  readonly scopeId: string;
  readonly counters: string;
}>(
  "UPDATE channel_holds SET counters = :counters WHERE request_id = :requestId AND channel_id = :scopeId",
);

/** All that is held now, by the places at which it was taken. */
const held = statement<object>(
  `SELECT holds.amount_nano, holds.counters
    FROM requests JOIN holds ON holds.request_id = requests.id
    WHERE requests.state = 'running' AND holds.state = 'held' AND holds.counters IS NOT NULL
    UNION ALL SELECT amount_nano, counters FROM channel_holds`,
);
const heldRow = record({ amount_nano: integer, counters: text });

/** A hold that a counter counts. */
interface CountedHold {
  readonly requestId: string;
  readonly nano: number;
  readonly counters: string | null;
}

/** The amounts that a counter would begin with: the ledger's sums and the holds of its period. */
export function* standing(
  counter: BudgetCounter,
): Steps<Pick<CounterState, "spentNano" | "reservedNano">> {
  let reserved = 0n;
  for (const { nano } of yield* holdsOf(counter)) reserved += BigInt(nano);
  return { spentNano: String(yield* spentOf(counter)), reservedNano: String(reserved) };
}

/** The sum of what is held at each place, by its JSON. */
export function* reservedByPlace(): Steps<ReadonlyMap<string, bigint>> {
  const found = new Map<string, bigint>();
  for (const row of (yield held({})).rows) {
    const { amount_nano, counters } = heldRow.parse(row);
    for (const place of placesFromJson(counters)) {
      const name = JSON.stringify(place);
      found.set(name, (found.get(name) ?? 0n) + BigInt(amount_nano));
    }
  }
  return found;
}

/** The ledger's sum for a counter. */
export function* spentOf(counter: BudgetCounter): Steps<bigint> {
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
 * the period began. Nobody settles for the counter's owner meanwhile, since the owner is locked.
 */
export function* counted(
  counter: BudgetCounter,
): Steps<Pick<CounterState, "spentNano" | "reservedNano">> {
  const { scope, scopeId, id, periodStart } = counter;
  let reserved = 0n;
  for (const hold of yield* holdsOf(counter)) {
    const { requestId } = hold;
    const others = placesFromJson(hold.counters).filter(
      ([other, start]) => other !== id || start !== periodStart,
    );
    const counters = placesToJson([...others, [id, periodStart]]);
    const marked =
      scope === "channel"
        ? setPlacesAt({ requestId, scopeId, counters })
        : setPlaces({ requestId, counters });
    // One that has ended meanwhile is in the ledger, which is read next.
    if ((yield marked).changes > 0) reserved += BigInt(hold.nano);
  }
  return { spentNano: String(yield* spentOf(counter)), reservedNano: String(reserved) };
}

/** The holds of running requests that a counter counts. */
function* holdsOf(counter: BudgetCounter): Steps<CountedHold[]> {
  const { scope, scopeId, models, periodStart: from, periodEnd } = counter;
  const to = periodEnd ?? endOfTime;
  if (scope === "channel") {
    const rows = (yield runningAt({ scopeId, from, to })).rows.map(runningAtRow.parse);
    return rows
      .filter(({ model }) => namesModel(models, model))
      .map((row) => ({
        requestId: row.request_id,
        nano: row.amount_nano,
        counters: row.counters,
      }));
  }
  const rows = (yield running({ from, to })).rows.map(runningRow.parse);
  return rows
    .filter((row) => isOf(counter, row))
    .map((row) => ({ requestId: row.request_id, nano: row.amount_nano, counters: row.counters }));
}

function isOf(
  { scope, scopeId, models }: BudgetCounter,
  hold: { readonly payer: string; readonly model: string },
): boolean {
  const { keyId, userId, teamId } = payerFromJson(hold.payer);
  const owner = { key: keyId, user: userId, team: teamId, channel: null }[scope];
  return owner === scopeId && namesModel(models, hold.model);
}
