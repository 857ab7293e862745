import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { type CounterPlace, placesFromJson } from "../money-records.ts";
import { integer, nullable, record, text } from "../shape.ts";
import { budgetWrites } from "./budgets.ts";

const lostMessage = "The process ended while this request ran; its outcome is unknown.";

interface Sweep {
  readonly now: number;
  readonly limit: number;
}

// The state as a literal, so that the planner sees that the partial index of running requests fits.
// Records of earlier versions name no owner: they are given until their lease has passed. By their ids, as groups of
// finishes lock them.
const nobodys = statement<Sweep>(
  `SELECT id FROM requests WHERE id IN (
    SELECT id FROM requests
      WHERE state = 'running' AND (
        (owner IS NULL AND lease_until <= :now)
          OR (owner IS NOT NULL AND owner NOT IN (SELECT nodes.id FROM nodes))
      )
      ORDER BY lease_until, id LIMIT :limit
  ) ORDER BY id`,
);

const idRow = record({ id: text });

/** The updates lock a request before its hold and attempts, as its finish does: two that meet wait for each other, and never both. */
const sweep = {
  // Its client's connection broke with the process. Idempotency key and fingerprint stay: what may have
  // been bought is not bought again by a repeat. The state is asked again: its owner may have finished it since.
  request: statement<{ readonly id: string; readonly now: number }>(
    `UPDATE requests
      SET state = 'lost', error_code = 'outcome_unknown', error_message = '${lostMessage}',
        cost_nano = 0, finished_at = :now, doubtful_at = :now, orphaned_at = :now
      WHERE state = 'running' AND id = :id`,
  ),
  hold: statement<{ readonly id: string; readonly now: number }>(
    `UPDATE holds SET state = 'voided', resolved_at = :now
      WHERE state = 'held' AND request_id = :id
      RETURNING amount_nano, counters`,
  ),
  attempts: statement<{ readonly id: string; readonly now: number }>(
    `UPDATE attempts
      SET state = 'failed', error_code = 'outcome_unknown', evidence = 'unknown',
        detail = '${lostMessage}', provider_nano = NULL, finished_at = :now
      WHERE state = 'running' AND request_id = :id`,
  ),
};

const heldRow = record({ amount_nano: integer, counters: nullable(text) });

/** Gives back what swept holds reserved, once a counter and in the order in which settlements lock them. */
function* giveBack(rows: readonly unknown[]): Steps<void> {
  const sums = new Map<string, { readonly place: CounterPlace; nano: number }>();
  for (const row of rows) {
    const { amount_nano, counters } = heldRow.parse(row);
    for (const place of placesFromJson(counters)) {
      const name = JSON.stringify(place);
      const sum = sums.get(name) ?? { place, nano: 0 };
      sum.nano += amount_nano;
      sums.set(name, sum);
    }
  }
  for (const [, { place, nano }] of [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    yield* budgetWrites.move([place], -nano, 0);
}

interface Forget {
  readonly before: number;
  readonly limit: number;
}

const forget = statement<Forget>(
  `DELETE FROM requests WHERE id IN (
    SELECT id FROM requests WHERE created_at < :before AND state != 'running'
      ORDER BY created_at, id LIMIT :limit
  )`,
);
const forgetRepeats = statement<Forget>(
  `DELETE FROM repeats WHERE id IN (
    SELECT id FROM repeats WHERE created_at < :before ORDER BY created_at LIMIT :limit
  )`,
);

/** Database work on old requests, in pieces of `limit`, so that the commits of running ones pass in between. */
export const requestUpkeep = {
  /** Ends running requests that are nobody's as lost; returns how many were, also of those that were finished meanwhile. */
  *requestsSweep(now: number, limit: number): Steps<number> {
    const { rows } = yield nobodys({ now, limit });
    const held: unknown[] = [];
    for (const row of rows) {
      const { id } = idRow.parse(row);
      const { changes } = yield sweep.request({ id, now });
      if (changes === 0) continue;
      held.push(...(yield sweep.hold({ id, now })).rows);
      yield sweep.attempts({ id, now });
    }
    yield* giveBack(held);
    return rows.length;
  },
  /** Forgets old requests with their attempts, pictures, holds and repeats; returns how many. What still runs stays. */
  *requestsForget(before: number, limit: number): Steps<number> {
    yield forgetRepeats({ before, limit });
    const { changes } = yield forget({ before, limit });
    return changes;
  },
};
