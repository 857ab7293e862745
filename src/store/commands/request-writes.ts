import { checkedNano } from "../../core/money.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type {
  AttemptOutcome,
  NewAttempt,
  NewRequest,
  PictureRecord,
  RequestOutcome,
} from "../request-records.ts";
import { attemptWrites, broken } from "./attempts.ts";
import { claimIdempotencyKey } from "./request-recovery.ts";

/** An outcome as its columns: lists and objects are JSON. */
interface FinishRow extends Omit<
  RequestOutcome,
  | "answer"
  | "replayable"
  | "doubtful"
  | "usage"
  | "warnings"
  | "pictures"
  | "attempts"
  | "settledNano"
> {
  readonly usage: string | null;
  readonly warnings: string;
  readonly answer: string | null;
  /** 1 where a retry may be answered from here. */
  readonly replayable: number;
  /** Null where nobody doubts what was bought. */
  readonly doubtfulAt: number | null;
}

function finishRow(outcome: RequestOutcome): FinishRow {
  return {
    id: outcome.id,
    state: outcome.state,
    errorCode: outcome.errorCode,
    errorMessage: outcome.errorMessage,
    errorParam: outcome.errorParam,
    costNano: outcome.costNano,
    usage: outcome.usage === null ? null : JSON.stringify(outcome.usage),
    warnings: outcome.warnings.length === 0 ? "[]" : JSON.stringify(outcome.warnings),
    servedModel: outcome.servedModel,
    finishedAt: outcome.finishedAt,
    answer: outcome.answer === null ? null : JSON.stringify(outcome.answer),
    replayable: outcome.replayable ? 1 : 0,
    doubtfulAt: outcome.doubtful ? outcome.finishedAt : null,
  };
}

const insertRequest = statement<NewRequest>(
  `INSERT INTO requests (
    id, key_id, client_request_id, operation, model, n, fields, created_at, lease_until, state,
    warnings, idempotency_key, fingerprint, owner
  ) VALUES (
    :id, :keyId, :clientRequestId, :operation, :model, :n, :fields, :createdAt, :holdLeaseUntil,
    'running', '[]', :idempotencyKey, :fingerprint, :owner
  )`,
);
const insertHold = statement<NewRequest>(
  `INSERT INTO holds (request_id, amount_nano, state, created_at)
    VALUES (:id, :holdNano, 'held', :createdAt)`,
);
/** Changes nothing, and keeps the request from ending until the commit. */
const lockRunning = statement<{ id: string }>(
  "UPDATE requests SET state = state WHERE id = :id AND state = 'running'",
);
const stateOf = statement<{ id: string }>("SELECT state FROM requests WHERE id = :id");
const finishRequest = statement<FinishRow>(
  `UPDATE requests
    SET state = :state, error_code = :errorCode, error_message = :errorMessage,
      error_param = :errorParam, cost_nano = :costNano, usage = :usage, warnings = :warnings,
      served_model = :servedModel, finished_at = :finishedAt, answer = :answer, doubtful_at = :doubtfulAt,
      idempotency_key = CASE WHEN :replayable = 1 THEN idempotency_key END,
      fingerprint = CASE WHEN :replayable = 1 THEN fingerprint END
    WHERE id = :id AND state IN ('running', 'lost')`,
);
const resolveHold = statement<{
  readonly requestId: string;
  readonly state: "settled" | "voided";
  readonly settledNano: number | null;
  readonly resolvedAt: number;
}>(
  `UPDATE holds SET state = :state, resolved_at = :resolvedAt,
      settled_nano = CASE :state WHEN 'settled' THEN coalesce(:settledNano, amount_nano) END
    WHERE request_id = :requestId AND state IN ('held', 'voided')`,
);
const insertPicture = statement<PictureRecord & { readonly requestId: string }>(
  `INSERT INTO pictures (
    request_id, position, blob_id, format, width, height, byte_length, revised_prompt, url_until,
    kept_until
  ) VALUES (
    :requestId, :index, :blobId, :format, :width, :height, :byteLength, :revisedPrompt, :urlUntil,
    :keptUntil
  )`,
);

/** Database work of a request's life: begun, tried again, finished. Compare-and-set makes each end happen once. */
export const requestWrites = {
  /** The id of the request that has the idempotency key, where another one has. */
  *requestsBegin(
    request: NewRequest,
    attempts: readonly NewAttempt[],
    idempotentSince: number,
  ): Steps<string | undefined> {
    const holder = yield* claimIdempotencyKey(request, idempotentSince);
    if (holder !== undefined) return holder;
    yield insertRequest(request);
    if (request.holdNano !== null) {
      checkedNano(request.holdNano);
      yield insertHold(request);
    }
    for (const attempt of attempts) yield* attemptWrites.open(request.id, attempt);
    return undefined;
  },

  /** Refused where the request no longer runs: its hold is gone, so nothing may be bought for it. */
  *requestsAddAttempt(attempt: NewAttempt, before: AttemptOutcome | undefined): Steps<void> {
    const { changes } = yield lockRunning({ id: attempt.requestId });
    if (changes === 0) throw broken(`request ${attempt.requestId} is not running any more`);
    if (before !== undefined) yield* attemptWrites.close(attempt.requestId, before);
    yield* attemptWrites.open(attempt.requestId, attempt);
  },

  /** Ends a request that may have been begun; does nothing where it was not. */
  *requestsWithdraw(outcome: RequestOutcome): Steps<void> {
    const { rows } = yield stateOf({ id: outcome.id });
    if (rows.length > 0) yield* requestWrites.requestsFinish(outcome);
  },

  *requestsFinish(outcome: RequestOutcome): Steps<boolean> {
    const { id: requestId, finishedAt } = outcome;
    const failed = outcome.state === "failed";
    const { costNano, settledNano } = outcome;
    for (const nano of [costNano, settledNano]) if (nano !== null) checkedNano(nano);
    if (failed && costNano !== 0)
      throw broken(`request ${requestId} failed but costs ${costNano ?? "something unknown"}`);
    const { changes } = yield finishRequest(finishRow(outcome));
    if (changes === 0) {
      const { rows } = yield stateOf({ id: requestId });
      if (rows.length === 0) throw broken(`request ${requestId} was never begun`);
      return false;
    }
    yield resolveHold({
      requestId,
      state: failed ? "voided" : "settled",
      settledNano,
      resolvedAt: finishedAt,
    });
    for (const attempt of outcome.attempts) yield* attemptWrites.close(requestId, attempt);
    yield* attemptWrites.abandon(requestId, finishedAt);
    for (const picture of outcome.pictures) yield insertPicture({ ...picture, requestId });
    return true;
  },
};
