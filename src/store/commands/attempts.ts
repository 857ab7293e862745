import { PinholeError } from "../../core/errors.ts";
import { checkedNano } from "../../core/money.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { AttemptOutcome, NewAttempt } from "../request-records.ts";

/** A mistake of the gateway, never of a client: the record is left as it was. */
export function broken(detail: string): PinholeError {
  return new PinholeError("internal_error", {
    message: "The gateway could not record this request.",
    detail,
  });
}

const insert = statement<NewAttempt>(
  `INSERT INTO attempts (
    id, request_id, call, attempt, channel_id, provider_id, upstream_model, started_at, state
  ) VALUES (
    :id, :requestId, :call, :attempt, :channelId, :providerId, :upstreamModel, :startedAt, 'running'
  )`,
);
const exists = statement<{ id: string; requestId: string }>(
  "SELECT id FROM attempts WHERE id = :id AND request_id = :requestId",
);
const finish = statement<AttemptOutcome & { requestId: string }>(
  `UPDATE attempts
    SET state = :state, error_code = :errorCode, evidence = :evidence, detail = :detail,
      provider_nano = :providerNano, finished_at = :finishedAt
    WHERE id = :id AND request_id = :requestId
      AND (state = 'running' OR error_code = 'outcome_unknown')`,
);
const abandon = statement<{ requestId: string; finishedAt: number }>(
  `UPDATE attempts
    SET state = 'failed', error_code = 'internal_error', evidence = 'unknown',
      detail = 'The request ended without an outcome for this attempt.', finished_at = :finishedAt
    WHERE request_id = :requestId AND state = 'running'`,
);

/** The parts of a request's writes that concern its attempts. */
export const attemptWrites = {
  *open(requestId: string, attempt: NewAttempt): Steps<void> {
    if (attempt.requestId !== requestId)
      throw broken(`attempt ${attempt.id} belongs to ${attempt.requestId}, not to ${requestId}`);
    yield insert(attempt);
  },
  /** The first outcome of an attempt that is known stays; a later one changes nothing. */
  *close(requestId: string, outcome: AttemptOutcome): Steps<void> {
    const { id, state, errorCode, evidence, detail, providerNano, finishedAt } = outcome;
    if (providerNano !== null) checkedNano(providerNano);
    const row = { id, state, errorCode, evidence, detail, providerNano, finishedAt, requestId };
    const { changes } = yield finish(row);
    if (changes > 0) return;
    const { rows } = yield exists(row);
    if (rows.length === 0) throw broken(`attempt ${id} of ${requestId} was never written`);
  },
  /** Ends attempts that still run as unknown: they may have been made and billed. */
  *abandon(requestId: string, at: number): Steps<void> {
    yield abandon({ requestId, finishedAt: at });
  },
};
