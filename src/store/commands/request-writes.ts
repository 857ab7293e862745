import type { Kysely } from "kysely";
import { checkedNano } from "../../core/money.ts";
import { insertRow, statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowFromPicture, rowFromRequest } from "../records.ts";
import type { Tables } from "../tables.ts";
import type { AttemptOutcome, NewAttempt, NewRequest, RequestOutcome } from "../types.ts";
import { attemptWrites, broken } from "./attempts.ts";
import { idempotencyWrites } from "./request-recovery.ts";

type FinishRow = Pick<
  Tables["requests"],
  | "id"
  | "state"
  | "error_code"
  | "error_message"
  | "cost_nano"
  | "usage"
  | "warnings"
  | "served_model"
  | "finished_at"
  | "error_param"
  | "answer"
> & {
  /** 1 where a retry may be answered from here. */
  readonly replayable: number;
};

function finishRow(outcome: RequestOutcome, cost: number): FinishRow {
  return {
    id: outcome.id,
    state: outcome.state,
    error_code: outcome.errorCode,
    error_message: outcome.errorMessage,
    cost_nano: cost,
    usage: outcome.usage === null ? null : JSON.stringify(outcome.usage),
    warnings: JSON.stringify(outcome.warnings),
    served_model: outcome.servedModel,
    finished_at: outcome.finishedAt,
    error_param: outcome.errorParam,
    answer: outcome.answer === null ? null : JSON.stringify(outcome.answer),
    replayable: outcome.replayable ? 1 : 0,
  };
}

function writeStatements(db: Kysely<Tables>) {
  return {
    insertRequest: insertRow(db, "requests"),
    insertHold: insertRow(db, "holds"),
    insertPicture: insertRow(db, "pictures"),
    stateOf: statement<{ id: string }>((at) =>
      db.selectFrom("requests").select("state").where("id", "=", at("id")),
    ),
    finishRequest: statement<FinishRow>((at) =>
      db
        .updateTable("requests")
        .set(({ eb, ref }) => ({
          state: at("state"),
          error_code: at("error_code"),
          error_message: at("error_message"),
          cost_nano: at("cost_nano"),
          usage: at("usage"),
          warnings: at("warnings"),
          served_model: at("served_model"),
          finished_at: at("finished_at"),
          error_param: at("error_param"),
          answer: at("answer"),
          idempotency_key: eb
            .case()
            .when(at("replayable"), "=", 1)
            .then(ref("idempotency_key"))
            .end(),
          fingerprint: eb.case().when(at("replayable"), "=", 1).then(ref("fingerprint")).end(),
        }))
        .where("id", "=", at("id"))
        .where("state", "=", "running"),
    ),
    resolveHold: statement<Omit<Tables["holds"], "amount_nano" | "created_at">>((at) =>
      db
        .updateTable("holds")
        .set({
          state: at("state"),
          settled_nano: at("settled_nano"),
          resolved_at: at("resolved_at"),
        })
        .where("request_id", "=", at("request_id"))
        .where("state", "=", "held"),
    ),
  };
}

/** Database work of a request's life: begun, tried again, finished. Compare-and-set makes each end happen once. */
export function requestWrites(db: Kysely<Tables>) {
  const statements = writeStatements(db);
  const attemptsOf = attemptWrites(db);
  const idempotency = idempotencyWrites(db);

  return {
    /** The id of the request that has the idempotency key, where another one has. */
    *requestsBegin(
      request: NewRequest,
      attempts: readonly NewAttempt[],
      idempotentSince: number,
    ): Steps<string | undefined> {
      const holder = yield* idempotency.claim(request, idempotentSince);
      if (holder !== undefined) return holder;
      yield statements.insertRequest(rowFromRequest(request));
      if (request.holdNano !== null)
        yield statements.insertHold({
          request_id: request.id,
          amount_nano: checkedNano(request.holdNano),
          state: "held",
          settled_nano: null,
          created_at: request.createdAt,
          resolved_at: null,
        });
      for (const attempt of attempts) yield* attemptsOf.open(request.id, attempt);
      return undefined;
    },

    /** Refused where the request no longer runs: its hold is gone, so nothing may be bought for it. */
    *requestsAddAttempt(attempt: NewAttempt, before: AttemptOutcome | undefined): Steps<void> {
      const { rows } = yield statements.stateOf({ id: attempt.requestId });
      const running = rows.some((row) => isRunning(row));
      if (!running) throw broken(`request ${attempt.requestId} is not running any more`);
      if (before !== undefined) yield* attemptsOf.close(attempt.requestId, before);
      yield* attemptsOf.open(attempt.requestId, attempt);
    },

    *requestsFinish(outcome: RequestOutcome): Steps<boolean> {
      const failed = outcome.state === "failed";
      const cost = checkedNano(outcome.costNano);
      if (failed && cost !== 0) throw broken(`request ${outcome.id} failed but costs ${cost}`);
      const { changes } = yield statements.finishRequest(finishRow(outcome, cost));
      if (changes === 0) {
        const { rows } = yield statements.stateOf({ id: outcome.id });
        if (rows.length === 0) throw broken(`request ${outcome.id} was never begun`);
        return false;
      }
      yield statements.resolveHold({
        request_id: outcome.id,
        state: failed ? "voided" : "settled",
        settled_nano: failed ? null : cost,
        resolved_at: outcome.finishedAt,
      });
      for (const attempt of outcome.attempts) yield* attemptsOf.close(outcome.id, attempt);
      yield* attemptsOf.abandon(outcome.id, outcome.finishedAt);
      for (const picture of outcome.pictures)
        yield statements.insertPicture(rowFromPicture(outcome.id, picture));
      return true;
    },
  };
}

function isRunning(row: unknown): boolean {
  return typeof row === "object" && row !== null && "state" in row && row.state === "running";
}
