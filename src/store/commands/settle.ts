import { placesFromJson } from "../money-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { Account, RequestOutcome } from "../request-records.ts";
import { integer, nullable, record, text } from "../shape.ts";
import { attemptWrites } from "./attempts.ts";
import { channelHoldWrites } from "./channel-holds.ts";
import { ledgerWrites, settlementId } from "./ledger.ts";
import { type Booked, type Movement, moveAll, payersOf, releases, spendings } from "./movements.ts";

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
const resolveHeld = statement<Resolution>(`${resolve} AND state = 'held' ${resolved}`);
// Of a request that was taken for lost: what it reserved has been given back.
const resolveAgain = statement<Resolution>(`${resolve} ${resolved}`);
// Where no counter is moved, nothing need be read back (3 µs instead of 8).
const resolveUncounted = statement<Resolution>(
  `${resolve} AND state = 'held' AND counters IS NULL`,
);
const resolvedRow = record({
  amount_nano: integer,
  settled_nano: nullable(integer),
  counters: nullable(text),
});

/** The effect of an end on counters. */
interface Ended {
  readonly movements: readonly Movement[];
  readonly booked: readonly Booked[];
}

const nothing: Ended = { movements: [], booked: [] };

/**
 * The money of a request's end: its hold settled or voided, what it cost booked, its attempts ended and what their
 * providers may have charged booked, what was held at budgets of channels given back; the counters
 * move last, in the order in which everybody locks them. `isLate`: it was taken for lost before.
 */
export function* endMoney(outcome: RequestOutcome, isLate: boolean): Steps<void> {
  const { id: requestId, finishedAt, channels = [] } = outcome;
  const account: Account | undefined = outcome.account ?? outcome.booking;
  const ending = { requestId, account, isLate };
  const settled = yield* isLate ? settleLate(outcome) : settle(outcome);
  const booked = [...settled.booked];
  for (const attempt of outcome.attempts)
    booked.push(...(yield* attemptWrites.close(ending, attempt)));
  booked.push(...(yield* attemptWrites.abandon(ending, finishedAt)));
  const given = channels.length === 0 ? [] : yield* channelHoldWrites.end(requestId);
  const spent =
    account === undefined || booked.length === 0 ? [] : yield* spendings(account, booked);
  yield* moveAll([...settled.movements, ...given, ...spent]);
}

function resolutionOf({ id, state, settledNano, finishedAt }: RequestOutcome): Resolution {
  const isVoid = state === "failed";
  return {
    requestId: id,
    state: isVoid ? "voided" : "settled",
    settledNano,
    resolvedAt: finishedAt,
  };
}

/** Settles or voids the hold and books what it came to. */
function* settle(outcome: RequestOutcome): Steps<Ended> {
  const { id: requestId, state, settledNano, finishedAt, booking, costNano } = outcome;
  const resolution = resolutionOf(outcome);
  if (booking === undefined && (yield resolveUncounted(resolution)).changes > 0) return nothing;
  const rows = (yield resolveHeld(resolution)).rows;
  const hold = rows.map((row) => resolvedRow.parse(row)).at(0);
  const movements =
    hold === undefined ? [] : releases(placesFromJson(hold.counters), hold.amount_nano);
  if (state === "failed" || booking === undefined) return { movements, booked: [] };
  const nano = hold?.settled_nano ?? settledNano;
  const isOverrun = hold !== undefined && (nano ?? 0) > hold.amount_nano;
  yield* ledgerWrites.settlement({
    ...booking,
    requestId,
    nano,
    isKnown: costNano !== null,
    mark: isOverrun ? "overrun" : costNano === null ? "bound" : null,
    bookedAt: finishedAt,
  });
  return { movements, booked: nano === null || nano === 0 ? [] : payersOf(booking, nano) };
}

/** The same for a request that was taken for lost: of what was booked at its bound then, the difference is booked. */
function* settleLate(outcome: RequestOutcome): Steps<Ended> {
  const { id: requestId, settledNano, finishedAt, booking, costNano } = outcome;
  const rows = (yield resolveAgain(resolutionOf(outcome))).rows;
  const hold = rows.map((row) => resolvedRow.parse(row)).at(0);
  const account = outcome.account ?? booking;
  if (account === undefined) return nothing;
  const isVoid = outcome.state === "failed" || booking === undefined;
  const nano = isVoid ? 0 : (hold?.settled_nano ?? settledNano);
  const amended = yield* ledgerWrites.amend(settlementId(requestId), {
    payer: account.payer,
    nano,
    isKnown: costNano !== null,
    images: isVoid ? 0 : booking.images,
    bookedAt: finishedAt,
  });
  if (amended === undefined && !isVoid)
    yield* ledgerWrites.settlement({
      ...booking,
      requestId,
      nano,
      isKnown: costNano !== null,
      mark: costNano === null ? "bound" : null,
      bookedAt: finishedAt,
    });
  const difference = amended?.nano ?? nano ?? 0;
  return { movements: [], booked: difference === 0 ? [] : payersOf(account, difference) };
}
