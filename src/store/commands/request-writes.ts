import { type Nano, checkedNano } from "../../core/money.ts";
import { type CounterPlace, placesFromJson, placesToJson } from "../money-records.ts";
import type { PriceVersion } from "../../core/price.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type {
  AttemptOutcome,
  NewAttempt,
  NewRequest,
  NotBegun,
  PictureRecord,
  RequestOutcome,
} from "../request-records.ts";
import { integer, nullable, record, text } from "../shape.ts";
import { attemptWrites, broken } from "./attempts.ts";
import { budgetWrites } from "./budgets.ts";
import { noticeWrites } from "./notices.ts";
import { ledgerWrites } from "./ledger.ts";
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
  | "booking"
  | "counters"
  | "notices"
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

/** A new request as its columns. */
interface RequestRow extends Omit<NewRequest, "prices"> {
  /** JSON. */
  readonly prices: string | null;
}

const insertRequest = statement<RequestRow>(
  `INSERT INTO requests (
    id, key_id, client_request_id, operation, model, n, fields, created_at, lease_until, state,
    warnings, idempotency_key, fingerprint, owner, prices
  ) VALUES (
    :id, :keyId, :clientRequestId, :operation, :model, :n, :fields, :createdAt, :holdLeaseUntil,
    'running', '[]', :idempotencyKey, :fingerprint, :owner, :prices
  )`,
);
/** Two nodes that are the first with a price write the same words. */
const insertPrice = statement<PriceVersion>(
  `INSERT INTO price_versions (version, words) VALUES (:version, :words)
    ON CONFLICT (version) DO NOTHING`,
);
interface HoldRow {
  readonly requestId: string;
  readonly amountNano: Nano;
  readonly createdAt: number;
  /** JSON. */
  readonly payer: string | null;
  /** JSON. */
  readonly counters: string | null;
}

const insertHold = statement<HoldRow>(
  `INSERT INTO holds (request_id, amount_nano, state, created_at, payer, counters)
    VALUES (:requestId, :amountNano, 'held', :createdAt, :payer, :counters)`,
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
interface Resolution {
  readonly requestId: string;
  readonly state: "settled" | "voided";
  readonly settledNano: number | null;
  readonly resolvedAt: number;
}

const resolve = `UPDATE holds SET state = :state, resolved_at = :resolvedAt,
      settled_nano = CASE :state WHEN 'settled' THEN coalesce(:settledNano, amount_nano) END
    WHERE request_id = :requestId`;
const resolved = "RETURNING amount_nano, settled_nano, counters";
// Two statements, since what is reserved is given back by the first of them only.
const resolveHeld = statement<Resolution>(`${resolve} AND state = 'held' ${resolved}`);
const resolveVoided = statement<Resolution>(`${resolve} AND state = 'voided' ${resolved}`);
// Where no counter is moved, nothing need be read back (3 µs instead of 8).
const resolveUncounted = statement<Resolution>(
  `${resolve} AND state IN ('held', 'voided') AND counters IS NULL`,
);
const resolvedRow = record({
  amount_nano: integer,
  settled_nano: nullable(integer),
  counters: nullable(text),
});

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
  /** Begins a request; nothing is written where another request has the idempotency key, or where the budgets do not cover it. */
  *requestsBegin(
    request: NewRequest,
    attempts: readonly NewAttempt[],
    idempotentSince: number,
  ): Steps<NotBegun | undefined> {
    const holder = yield* claimIdempotencyKey(request, idempotentSince);
    if (holder !== undefined) return { holder };
    const { holdNano, claims = [] } = request;
    if (holdNano !== null && claims.length > 0) {
      const refusals = yield* budgetWrites.take(claims, holdNano);
      if (refusals.length > 0) return { refusals };
    }
    for (const price of request.newPrices) yield insertPrice(price);
    const { prices } = request;
    yield insertRequest({
      ...request,
      prices: prices.length === 0 ? null : JSON.stringify(prices),
    });
    if (holdNano !== null) yield insertHold(holdRow(request, checkedNano(holdNano)));
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
    yield* settle(outcome);
    for (const attempt of outcome.attempts) yield* attemptWrites.close(requestId, attempt);
    yield* attemptWrites.abandon(requestId, finishedAt);
    for (const picture of outcome.pictures) yield insertPicture({ ...picture, requestId });
    if (outcome.notices !== undefined) yield* noticeWrites.ofSettlement(outcome.notices);
    return true;
  },
};

function holdRow(request: NewRequest, amountNano: Nano): HoldRow {
  const { id, createdAt, payer, claims = [] } = request;
  const places = claims.map((claim): CounterPlace => [claim.id, claim.periodStart]);
  return {
    requestId: id,
    amountNano,
    createdAt,
    payer: payer === undefined ? null : JSON.stringify(payer),
    counters: places.length === 0 ? null : placesToJson(places),
  };
}

/** Settles or voids the hold, moves its counters and books what it came to. A hold that was taken for lost has given back what it reserved. */
function* settle(outcome: RequestOutcome): Steps<void> {
  const { id: requestId, state, settledNano, finishedAt, booking, costNano } = outcome;
  const isVoid = state === "failed";
  const resolution: Resolution = {
    requestId,
    state: isVoid ? "voided" : "settled",
    settledNano,
    resolvedAt: finishedAt,
  };
  if (booking === undefined && (yield resolveUncounted(resolution)).changes > 0) return;
  const held = (yield resolveHeld(resolution)).rows;
  // Where a hold was neither, there was none, or it is settled.
  const rows = held.length > 0 ? held : (yield resolveVoided(resolution)).rows;
  const hold = rows.map((row) => resolvedRow.parse(row)).at(0);
  const spent = isVoid ? 0 : (hold?.settled_nano ?? settledNano);
  if (hold !== undefined && hold.counters !== null) {
    const reserved = held.length > 0 ? -hold.amount_nano : 0;
    yield* budgetWrites.move(placesFromJson(hold.counters), reserved, spent ?? 0);
  }
  if (isVoid || booking === undefined) return;
  yield* ledgerWrites.settlement({
    ...booking,
    requestId,
    nano: spent,
    isKnown: costNano !== null,
    isOverrun: hold !== undefined && (spent ?? 0) > hold.amount_nano,
    bookedAt: finishedAt,
  });
}
