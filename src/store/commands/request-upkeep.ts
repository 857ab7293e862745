import { statement } from "../query.ts";
import type { Steps } from "../query.ts";

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
  /** Forgets old requests with their attempts, pictures, holds and repeats; returns how many. What still runs stays. */
  *requestsForget(before: number, limit: number): Steps<number> {
    yield forgetRepeats({ before, limit });
    const { changes } = yield forget({ before, limit });
    return changes;
  },
};
