import type { Kysely } from "kysely";
import { PinholeError } from "../../core/errors.ts";
import { insertRow, statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowFromAttempt, rowFromAttemptOutcome } from "../records.ts";
import type { AttemptResultRow } from "../records.ts";
import type { Tables } from "../tables.ts";
import type { AttemptOutcome, NewAttempt } from "../types.ts";

/** A mistake of the gateway, never of a client: the record is left as it was. */
export function broken(detail: string): PinholeError {
  return new PinholeError("internal_error", {
    message: "The gateway could not record this request.",
    detail,
  });
}

/** The parts of a request's writes that concern its attempts. */
export function attemptWrites(db: Kysely<Tables>) {
  const insert = insertRow(db, "attempts");
  const exists = statement<{ id: string; request_id: string }>((at) =>
    db
      .selectFrom("attempts")
      .select("id")
      .where("id", "=", at("id"))
      .where("request_id", "=", at("request_id")),
  );
  const finish = statement<AttemptResultRow & { request_id: string }>((at) =>
    db
      .updateTable("attempts")
      .set({
        state: at("state"),
        error_code: at("error_code"),
        evidence: at("evidence"),
        detail: at("detail"),
        provider_nano: at("provider_nano"),
        finished_at: at("finished_at"),
      })
      .where("id", "=", at("id"))
      .where("request_id", "=", at("request_id"))
      .where("state", "=", "running"),
  );
  const abandon = statement<{ request_id: string; finished_at: number }>((at) =>
    db
      .updateTable("attempts")
      .set({
        state: "failed",
        error_code: "internal_error",
        evidence: "unknown",
        detail: "The request ended without an outcome for this attempt.",
        finished_at: at("finished_at"),
      })
      .where("request_id", "=", at("request_id"))
      .where("state", "=", "running"),
  );

  return {
    *open(requestId: string, attempt: NewAttempt): Steps<void> {
      if (attempt.requestId !== requestId)
        throw broken(`attempt ${attempt.id} belongs to ${attempt.requestId}, not to ${requestId}`);
      yield insert(rowFromAttempt(attempt));
    },
    /** The first outcome of an attempt stays; a later one changes nothing. */
    *close(requestId: string, outcome: AttemptOutcome): Steps<void> {
      const row = { ...rowFromAttemptOutcome(outcome), request_id: requestId };
      const { changes } = yield finish(row);
      if (changes > 0) return;
      const { rows } = yield exists(row);
      if (rows.length === 0) throw broken(`attempt ${row.id} of ${requestId} was never written`);
    },
    /** Those that still run end as unknown: they may have been made and billed. */
    *abandon(requestId: string, at: number): Steps<void> {
      yield abandon({ request_id: requestId, finished_at: at });
    },
  };
}
