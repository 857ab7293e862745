import { statement } from "../query.ts";
import type { Steps } from "../query.ts";

const stoppedMessage = "The gateway stopped while this request ran; send it again.";

interface Sweep {
  readonly now: number;
  readonly limit: number;
}

// The state as a literal, so that the planner sees that the partial index of running requests fits.
const expired = `SELECT id FROM requests WHERE state = 'running' AND lease_until <= :now
  ORDER BY lease_until, id LIMIT :limit`;

/** The three updates choose the same requests, because the one that ends their running comes last. */
const sweep = {
  attempts: statement<Sweep>(
    `UPDATE attempts
      SET state = 'failed', error_code = 'internal_error', evidence = 'unknown',
        detail = '${stoppedMessage}', provider_nano = NULL, finished_at = :now
      WHERE state = 'running' AND request_id IN (${expired})`,
  ),
  holds: statement<Sweep>(
    `UPDATE holds SET state = 'voided', resolved_at = :now
      WHERE state = 'held' AND request_id IN (${expired})`,
  ),
  // Whoever waits for it by its key or its fingerprint begins anew: its outcome will never be known.
  requests: statement<Sweep>(
    `UPDATE requests
      SET state = 'failed', error_code = 'internal_error', error_message = '${stoppedMessage}',
        cost_nano = 0, finished_at = :now, idempotency_key = NULL, fingerprint = NULL
      WHERE id IN (${expired})`,
  ),
};

const forget = statement<{ before: number; limit: number }>(
  `DELETE FROM requests WHERE id IN (
    SELECT id FROM requests WHERE created_at < :before AND state != 'running'
      ORDER BY created_at, id LIMIT :limit
  )`,
);

/** Database work on old requests, in pieces of `limit`, so that the commits of running ones pass in between. */
export const requestUpkeep = {
  /** How many requests were ended. */
  *requestsSweep(now: number, limit: number): Steps<number> {
    yield sweep.attempts({ now, limit });
    yield sweep.holds({ now, limit });
    const { changes } = yield sweep.requests({ now, limit });
    return changes;
  },
  /** How many were forgotten, with their attempts, pictures and holds. What still runs stays. */
  *requestsForget(before: number, limit: number): Steps<number> {
    const { changes } = yield forget({ before, limit });
    return changes;
  },
};
