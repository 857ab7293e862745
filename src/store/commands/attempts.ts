import { PinholeError } from "../../core/errors.ts";
import { checkedNano } from "../../core/money.ts";
import { insertion, statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { Account, AttemptCharge, AttemptOutcome, NewAttempt } from "../request-records.ts";
import { integer, nullable, record, text } from "../shape.ts";
import { chargeId, ledgerWrites } from "./ledger.ts";
import type { Booked } from "./movements.ts";

/** A mistake of the gateway, never of a client: the record is left as it was. */
export function broken(detail: string): PinholeError {
  return new PinholeError("internal_error", {
    message: "The gateway could not record this request.",
    detail,
  });
}

const insert = insertion<NewAttempt>(
  `INSERT INTO attempts (
    id, request_id, call, attempt, channel_id, provider_id, upstream_model, started_at, state, bound_nano
  ) VALUES (
    :id, :requestId, :call, :attempt, :channelId, :providerId, :upstreamModel, :startedAt, 'running',
    :boundNano
  )`,
);
const exists = statement<{ id: string; requestId: string }>(
  "SELECT id FROM attempts WHERE id = :id AND request_id = :requestId",
);
const finish = statement<Omit<AttemptOutcome, "charge"> & { requestId: string }>(
  `UPDATE attempts
    SET state = :state, error_code = :errorCode, evidence = :evidence, detail = :detail,
      provider_nano = :providerNano, finished_at = :finishedAt
    WHERE id = :id AND request_id = :requestId
      AND (state = 'running' OR error_code = 'outcome_unknown')`,
);
const abandoned = `UPDATE attempts
    SET state = 'failed', error_code = 'internal_error', evidence = 'unknown',
      detail = 'The request ended without an outcome for this attempt.', finished_at = :finishedAt
    WHERE request_id = :requestId AND state = 'running'`;
const abandon = statement<{ requestId: string; finishedAt: number }>(abandoned);
const abandonPriced = statement<{ requestId: string; finishedAt: number }>(
  `${abandoned} RETURNING id, channel_id, bound_nano`,
);
const priced = record({ id: text, channel_id: text, bound_nano: nullable(integer) });
const neverSent = statement<{ requestId: string; finishedAt: number }>(
  `UPDATE attempts
    SET state = 'failed', error_code = 'internal_error', evidence = 'never_sent', provider_nano = 0,
      detail = 'The request was never begun.', finished_at = :finishedAt
    WHERE request_id = :requestId AND state = 'running'`,
);

/** The request of an attempt that has ended. */
interface Ending {
  readonly requestId: string;
  /** Undefined: it is free. */
  readonly account: Account | undefined;
  /** True where the request was taken for lost before: what was booked then is put right. */
  readonly isLate: boolean;
}

/** The parts of a request's writes that concern its attempts. */
export const attemptWrites = {
  *open(requestId: string, attempt: NewAttempt): Steps<void> {
    if (attempt.requestId !== requestId)
      throw broken(`attempt ${attempt.id} belongs to ${attempt.requestId}, not to ${requestId}`);
    if (attempt.boundNano !== null) checkedNano(attempt.boundNano);
    yield insert(attempt);
  },
  /** Ends an attempt and books its charge. The first outcome that is known stays; a later one changes nothing. */
  *close(ending: Ending, outcome: AttemptOutcome): Steps<Booked[]> {
    const { requestId } = ending;
    const { id, state, errorCode, evidence, detail, providerNano, charge, finishedAt } = outcome;
    if (providerNano !== null) checkedNano(providerNano);
    const row = { id, state, errorCode, evidence, detail, providerNano, finishedAt, requestId };
    const { changes } = yield finish(row);
    if (changes > 0) return yield* charged(ending, id, charge, finishedAt);
    const { rows } = yield exists(row);
    if (rows.length === 0) throw broken(`attempt ${id} of ${requestId} was never written`);
    return [];
  },
  /** Ends attempts that still run as unknown: they may have been made and billed. */
  *abandon({ requestId, account }: Ending, finishedAt: number): Steps<Booked[]> {
    if (account === undefined) {
      yield abandon({ requestId, finishedAt });
      return [];
    }
    const booked: Booked[] = [];
    for (const found of (yield abandonPriced({ requestId, finishedAt })).rows) {
      const { id, channel_id: channelId, bound_nano } = priced.parse(found);
      const charge = chargeOfBound(channelId, bound_nano);
      const ending = { requestId, account, isLate: false };
      booked.push(...(yield* charged(ending, id, charge, finishedAt)));
    }
    return booked;
  },
  /** Ends attempts of a request that was never begun: nothing was asked of an upstream. */
  *withdraw(requestId: string, finishedAt: number): Steps<void> {
    yield neverSent({ requestId, finishedAt });
  },
};

/** The charge of an attempt of which nothing is known but its bound; undefined for what is free. */
export function chargeOfBound(
  channelId: string,
  boundNano: number | null,
): AttemptCharge | undefined {
  if (boundNano === 0) return undefined;
  const evidence = boundNano === null ? "unknown" : "bounded";
  return { channelId, nano: boundNano, evidence, images: 0, isOverrun: false };
}

/** Books a charge; returns what its channel's budgets count of it. */
function* charged(
  { requestId, account, isLate }: Ending,
  attemptId: string,
  charge: AttemptCharge | undefined,
  bookedAt: number,
): Steps<Booked[]> {
  if (account === undefined) return [];
  if (charge?.nano != null) checkedNano(charge.nano);
  if (isLate) {
    const { nano = 0, evidence = "known", images = 0 } = charge ?? {};
    const isKnown = evidence === "known";
    const truth = { payer: account.payer, nano, isKnown, images, bookedAt };
    const amended = yield* ledgerWrites.amend(chargeId(attemptId), truth);
    if (amended !== undefined) return ofChannel(amended.channelId ?? "", amended.nano);
  }
  if (charge === undefined) return [];
  yield* ledgerWrites.charge({ ...charge, account, requestId, attemptId, bookedAt });
  return ofChannel(charge.channelId, charge.nano);
}

function ofChannel(scopeId: string, nano: number | null): Booked[] {
  return nano === null || nano === 0 ? [] : [{ scope: "channel", scopeId, nano }];
}
