import { payerFromJson, placesFromJson } from "../money-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { Account } from "../request-records.ts";
import { integer, record, text } from "../shape.ts";
import { rowSchemas, type Tables } from "../tables.ts";
import { chargeOfBound } from "./attempts.ts";
import { channelHoldWrites } from "./channel-holds.ts";
import { ledgerWrites } from "./ledger.ts";
import { type Booked, type Movement, moveAll, payersOf, releases, spendings } from "./movements.ts";
import { ownerLock } from "./owner-lock.ts";

const lostMessage = "The process ended while this request ran; its outcome is unknown.";

/** A running request that is nobody's, with the locks of all whose budgets its end may move. */
export interface LostRequest {
  readonly id: string;
  readonly locks: readonly string[];
}

// The state as a literal, so that the planner sees that the partial index of running requests fits.
// Records of earlier versions name no owner: they are given until their lease has passed. By their ids, as groups of
// finishes lock them.
const nobodys = statement<{ readonly now: number; readonly limit: number }>(
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
const holdOf = statement<{ readonly id: string }>("SELECT * FROM holds WHERE request_id = :id");
const attemptsOf = statement<{ readonly id: string }>(
  "SELECT * FROM attempts WHERE request_id = :id ORDER BY call, attempt",
);

/** The updates lock a request before its hold and attempts, as its finish does: two that meet wait for each other, and never both. */
const sweep = {
  // Its client's connection broke with the process. Idempotency key and fingerprint stay: what may have
  // been bought is not bought again by a repeat. The state is asked again: its owner may have finished it since.
  request: statement<{ readonly id: string; readonly now: number }>(
    `UPDATE requests
      SET state = 'lost', error_code = 'outcome_unknown', error_message = '${lostMessage}',
        cost_nano = 0, finished_at = :now, doubtful_at = :now, orphaned_at = :now
      WHERE state = 'running' AND id = :id
      RETURNING model, n, created_at`,
  ),
  cost: statement<{ readonly id: string; readonly nano: number }>(
    "UPDATE requests SET cost_nano = :nano WHERE id = :id",
  ),
  hold: statement<{ readonly id: string; readonly state: string; readonly now: number }>(
    `UPDATE holds
      SET state = :state, resolved_at = :now,
        settled_nano = CASE :state WHEN 'settled' THEN amount_nano END
      WHERE state = 'held' AND request_id = :id`,
  ),
  attempts: statement<{ readonly id: string; readonly now: number }>(
    `UPDATE attempts
      SET state = 'failed', error_code = 'outcome_unknown', evidence = 'unknown',
        detail = '${lostMessage}', provider_nano = NULL, finished_at = :now
      WHERE state = 'running' AND request_id = :id`,
  ),
};
const sweptRow = record({ model: text, n: integer, created_at: integer });

/** The rows of a request that is swept. */
interface Found {
  readonly id: string;
  readonly n: number;
  readonly hold: Tables["holds"] | undefined;
  readonly attempts: readonly Tables["attempts"][];
  /** Undefined: it is free, or nothing bounded it. */
  readonly account: Account | undefined;
  readonly now: number;
}

function* rowsOf(id: string): Steps<Pick<Found, "hold" | "attempts">> {
  const hold = (yield holdOf({ id })).rows.map((row) => rowSchemas.holds.parse(row)).at(0);
  const attempts = (yield attemptsOf({ id })).rows.map((row) => rowSchemas.attempts.parse(row));
  return { hold, attempts };
}

/** Ends a request that is still nobody's; returns what moves at counters. */
function* sweepOne(id: string, now: number): Steps<Movement[]> {
  const row = (yield sweep.request({ id, now })).rows.map((one) => sweptRow.parse(one)).at(0);
  if (row === undefined) return [];
  const rows = yield* rowsOf(id);
  const account = accountOf(row, rows.hold);
  const found: Found = { id, n: row.n, account, now, ...rows };
  const released =
    rows.hold === undefined
      ? []
      : releases(placesFromJson(rows.hold.counters), rows.hold.amount_nano);
  const booked = yield* settleSwept(found);
  yield sweep.attempts({ id, now });
  booked.push(...(yield* chargeSwept(found)));
  const given = yield* channelHoldWrites.end(id);
  const spent =
    account === undefined || booked.length === 0 ? [] : yield* spendings(account, booked);
  return [...released, ...given, ...spent];
}

/** Settles the hold at its bound where something was made, which a client may have seen; else voids it. */
function* settleSwept({ id, n, hold, attempts, account, now }: Found): Steps<Booked[]> {
  if (hold === undefined) return [];
  const maker = attempts.find(({ state }) => state === "succeeded") ?? attempts[0];
  const isMade = hold.shown_at !== null || maker?.state === "succeeded";
  const isOwed = isMade && account !== undefined;
  yield sweep.hold({ id, now, state: isOwed ? "settled" : "voided" });
  if (!isOwed) return [];
  const nano = hold.amount_nano;
  yield sweep.cost({ id, nano });
  yield* ledgerWrites.settlement({
    ...account,
    requestId: id,
    channelId: maker?.channel_id ?? "",
    images: n,
    nano,
    isKnown: false,
    mark: "swept",
    bookedAt: now,
  });
  return nano === 0 ? [] : payersOf(account, nano);
}

/** Books attempts whose end nobody knows at the most that they may have cost. */
function* chargeSwept({ id, attempts, account, now }: Found): Steps<Booked[]> {
  const booked: Booked[] = [];
  if (account === undefined) return booked;
  for (const attempt of attempts) {
    if (attempt.state !== "running") continue;
    const { id: attemptId, channel_id: channelId, bound_nano: bound } = attempt;
    const charge = chargeOfBound(channelId, bound);
    if (charge === undefined) continue;
    const entry = { account, requestId: id, attemptId, bookedAt: now, isSwept: true };
    yield* ledgerWrites.charge({ ...charge, ...entry });
    if (charge.nano !== null)
      booked.push({ scope: "channel", scopeId: channelId, nano: charge.nano });
  }
  return booked;
}

/** The payer as the hold has it; there is no hold where nothing bounded the cost. */
function accountOf(
  { model, created_at: heldAt }: Pick<Tables["requests"], "model" | "created_at">,
  hold: Tables["holds"] | undefined,
): Account | undefined {
  const payer = hold?.payer ?? null;
  return payer === null ? undefined : { payer: payerFromJson(payer), heldAt, model };
}

/** Reads of what a sweep is to end. */
export const sweepReads = {
  /** Running requests that are nobody's, at most `limit`. */
  *requestsLost(now: number, limit: number): Steps<LostRequest[]> {
    const found: LostRequest[] = [];
    for (const row of (yield nobodys({ now, limit })).rows) {
      const { id } = idRow.parse(row);
      const { hold, attempts } = yield* rowsOf(id);
      const payer = hold === undefined || hold.payer === null ? null : payerFromJson(hold.payer);
      const owners = payer === null ? [] : payersOf({ payer }, 0);
      const channels = attempts.map(({ channel_id }) => ownerLock("channel", channel_id));
      const locks = owners.map(({ scope, scopeId }) => ownerLock(scope, scopeId));
      found.push({ id, locks: [...new Set([...locks, ...channels])] });
    }
    return found;
  },
};

/** Ends what nobody will end any more, in pieces, so that the commits of running requests pass in between. */
export const sweepCommands = {
  /** Ends these requests as lost, but those that were finished meanwhile. */
  *requestsSweep(lost: readonly LostRequest[], now: number): Steps<void> {
    const movements: Movement[] = [];
    for (const { id } of lost) movements.push(...(yield* sweepOne(id, now)));
    yield* moveAll(movements);
  },
};
