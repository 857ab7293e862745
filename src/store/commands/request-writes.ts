import { type Nano, checkedNano } from "../../core/money.ts";
import { type CounterPlace, placesToJson } from "../money-records.ts";
import type { PriceVersion } from "../../core/price.ts";
import { forgottenOutcome, isForgotten } from "../forgotten-outcome.ts";
import { insertion, statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type {
  AttemptMoney,
  ChannelHold,
  NewAttempt,
  NewRequest,
  NotBegun,
  PictureRecord,
  RequestOutcome,
} from "../request-records.ts";
import { record, text } from "../shape.ts";
import { attemptWrites, broken } from "./attempts.ts";
import { budgetWrites, type Taking } from "./budgets.ts";
import { channelHoldWrites } from "./channel-holds.ts";
import { type Booked, type Movement, moveAll, spendings } from "./movements.ts";
import { noticeWrites } from "./notices.ts";
import { claimIdempotencyKey } from "./request-recovery.ts";
import { endMoney } from "./settle.ts";

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
  | "account"
  | "booking"
  | "channels"
  | "notices"
  | "trace"
  | "answeredAt"
> {
  readonly usage: string | null;
  readonly warnings: string;
  readonly answer: string | null;
  /** 1 where a retry may be answered from here. */
  readonly replayable: number;
  /** Null where nobody doubts what was bought. */
  readonly doubtfulAt: number | null;
  readonly trace: string | null;
  readonly answeredAt: number | null;
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
    trace: outcome.trace ?? null,
    answeredAt: outcome.answeredAt ?? null,
  };
}

/** A new request as its columns. */
interface RequestRow extends Omit<NewRequest, "prices" | "personId"> {
  readonly personId: string | null;
  /** JSON. */
  readonly prices: string | null;
}

const insertRequest = insertion<RequestRow>(
  `INSERT INTO requests (
    id, key_id, client_request_id, operation, model, n, fields, created_at, lease_until, state,
    warnings, idempotency_key, fingerprint, owner, prices, person_id
  ) VALUES (
    :id, :keyId, :clientRequestId, :operation, :model, :n, :fields, :createdAt, :holdLeaseUntil,
    'running', '[]', :idempotencyKey, :fingerprint, :owner, :prices, :personId
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

const insertHold = insertion<HoldRow>(
  `INSERT INTO holds (request_id, amount_nano, state, created_at, payer, counters)
    VALUES (:requestId, :amountNano, 'held', :createdAt, :payer, :counters)`,
);
/** Changes nothing, and keeps the request from ending until the commit. */
const lockRunning = statement<{ id: string }>(
  "UPDATE requests SET state = state WHERE id = :id AND state = 'running'",
);
const stateOf = statement<{ id: string }>("SELECT state FROM requests WHERE id = :id");
const finishing = `UPDATE requests
    SET state = :state, error_code = :errorCode, error_message = :errorMessage,
      error_param = :errorParam, cost_nano = :costNano, usage = :usage, warnings = :warnings,
      served_model = :servedModel, finished_at = :finishedAt, answer = :answer, doubtful_at = :doubtfulAt,
      trace = :trace, answered_at = :answeredAt,
      idempotency_key = CASE WHEN :replayable = 1 THEN idempotency_key END,
      fingerprint = CASE WHEN :replayable = 1 THEN fingerprint END
    WHERE id = :id`;
const finishRunning = statement<FinishRow>(`${finishing} AND state = 'running'`);
const finishLost = statement<FinishRow>(`${finishing} AND state = 'lost'`);
const markShown = statement<{ id: string; at: number }>(
  "UPDATE holds SET shown_at = :at WHERE request_id = :id AND state = 'held' AND shown_at IS NULL",
);

const fieldsOf = statement<{ id: string }>("SELECT fields FROM requests WHERE id = :id");
const fieldsRow = record({ fields: text });

/** An outcome that comes after its request was taken for lost, as it is written: its end user may be forgotten by then. */
function* unlessForgotten(outcome: RequestOutcome): Steps<RequestOutcome> {
  const { rows } = yield fieldsOf({ id: outcome.id });
  const isGone = rows.some((row) => isForgotten(fieldsRow.parse(row).fields));
  return isGone ? forgottenOutcome(outcome) : outcome;
}

const insertPicture = insertion<PictureRecord & { readonly requestId: string }>(
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
    const notCovered = yield* takeHolds(request);
    if (notCovered !== undefined) return notCovered;
    const { holdNano, channelHolds = [], prices } = request;
    for (const price of request.newPrices) yield insertPrice(price);
    yield insertRequest({
      ...request,
      personId: request.personId ?? null,
      prices: prices.length === 0 ? null : JSON.stringify(prices),
    });
    if (holdNano !== null) yield insertHold(holdRow(request, checkedNano(holdNano)));
    for (const hold of channelHolds) yield* channelHoldWrites.take(request.id, hold);
    for (const attempt of attempts) yield* attemptWrites.open(request.id, attempt);
    return undefined;
  },

  /**
   * Writes a further attempt; false, and nothing is written, where the budgets of its channel do not cover it. Refused
   * where the request no longer runs: its hold is gone, so nothing may be bought for it.
   */
  *requestsAddAttempt(
    attempt: NewAttempt,
    { ended, account, hold, releases: given = [] }: AttemptMoney,
  ): Steps<boolean> {
    const { requestId } = attempt;
    const { changes } = yield lockRunning({ id: requestId });
    if (changes === 0) throw broken(`request ${requestId} is not running any more`);
    if (hold !== undefined) {
      const refusals = yield* budgetWrites.take(takingsOf(hold));
      if (refusals.length > 0) return false;
      yield* channelHoldWrites.take(requestId, hold);
    }
    const booked: Booked[] = [];
    for (const outcome of ended)
      booked.push(...(yield* attemptWrites.close({ requestId, account, isLate: false }, outcome)));
    const movements: Movement[] = [];
    for (const one of given) movements.push(...(yield* channelHoldWrites.release(requestId, one)));
    if (account !== undefined && booked.length > 0)
      movements.push(...(yield* spendings(account, booked)));
    yield* moveAll(movements);
    yield* attemptWrites.open(requestId, attempt);
    return true;
  },

  /** Writes that the client is shown one of several pictures: a hold whose process ends from then on is settled, not voided. */
  *requestsShow(id: string, at: number): Steps<void> {
    yield markShown({ id, at });
  },

  /** Ends a request that may have been begun; does nothing where it was not. Nothing was asked of an upstream for it. */
  *requestsWithdraw(outcome: RequestOutcome): Steps<void> {
    const { rows } = yield stateOf({ id: outcome.id });
    if (rows.length === 0) return;
    yield* attemptWrites.withdraw(outcome.id, outcome.finishedAt);
    yield* requestWrites.requestsFinish(outcome);
  },

  *requestsFinish(made: RequestOutcome): Steps<boolean> {
    const { id: requestId, costNano, settledNano } = made;
    for (const nano of [costNano, settledNano]) if (nano !== null) checkedNano(nano);
    if (made.state === "failed" && costNano !== 0)
      throw broken(`request ${requestId} failed but costs ${costNano ?? "something unknown"}`);
    let outcome = made;
    let isLate = false;
    if ((yield finishRunning(finishRow(made))).changes === 0) {
      outcome = yield* unlessForgotten(made);
      isLate = (yield finishLost(finishRow(outcome))).changes > 0;
      if (!isLate) {
        const { rows } = yield stateOf({ id: requestId });
        if (rows.length === 0) throw broken(`request ${requestId} was never begun`);
        return false;
      }
    }
    yield* endMoney(outcome, isLate);
    for (const picture of outcome.pictures) yield insertPicture({ ...picture, requestId });
    if (outcome.notices !== undefined) yield* noticeWrites.ofSettlement(outcome.notices);
    return true;
  },
};

/** Takes what a request holds at all budgets; the reason where one does not cover it, and nothing is taken then. */
function* takeHolds(request: NewRequest): Steps<NotBegun | undefined> {
  const { holdNano, claims = [], channelHolds = [] } = request;
  const own = holdNano === null ? [] : claims.map((claim) => ({ ...claim, nano: holdNano }));
  const takings = channelHolds.length === 0 ? own : [...own, ...channelHolds.flatMap(takingsOf)];
  if (takings.length === 0) return undefined;
  const refusals = yield* budgetWrites.take(takings);
  if (refusals.length === 0) return undefined;
  const refused = new Set(refusals.map(({ id }) => id));
  if (own.some(({ id }) => refused.has(id)))
    return { refusals: refusals.filter(({ id }) => own.some((claim) => claim.id === id)) };
  const short = channelHolds.filter((hold) => hold.claims.some(({ id }) => refused.has(id)));
  return { channels: short.map(({ channelId }) => channelId) };
}

function takingsOf({ claims, nano }: ChannelHold): Taking[] {
  return claims.map((claim) => ({ ...claim, nano: checkedNano(nano) }));
}

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
