import type { Kysely } from "kysely";
import { sql } from "kysely";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import type { Tables } from "../tables.ts";

const stoppedMessage = "The gateway stopped while this request ran; send it again.";

interface Sweep {
  readonly now: number;
  readonly limit: number;
}

/** The three updates choose the same requests, because the one that ends their running comes last. */
function sweepStatements(db: Kysely<Tables>) {
  const expired = (now: ReturnType<typeof sql<number>>, limit: ReturnType<typeof sql<number>>) =>
    db
      .selectFrom("requests")
      .select("id")
      // A literal, so that the planner sees that the partial index of running requests fits.
      .where("state", "=", sql.lit("running"))
      .where("lease_until", "<=", now)
      .orderBy("lease_until")
      .orderBy("id")
      .limit(limit);
  return {
    attempts: statement<Sweep>((at) =>
      db
        .updateTable("attempts")
        .set({
          state: "failed",
          error_code: "internal_error",
          evidence: "unknown",
          detail: stoppedMessage,
          provider_nano: null,
          finished_at: at("now"),
        })
        .where("state", "=", "running")
        .where("request_id", "in", expired(at("now"), at("limit"))),
    ),
    holds: statement<Sweep>((at) =>
      db
        .updateTable("holds")
        .set({ state: "voided", resolved_at: at("now") })
        .where("state", "=", "held")
        .where("request_id", "in", expired(at("now"), at("limit"))),
    ),
    requests: statement<Sweep>((at) =>
      db
        .updateTable("requests")
        .set({
          state: "failed",
          error_code: "internal_error",
          error_message: stoppedMessage,
          cost_nano: 0,
          finished_at: at("now"),
          // Whoever waits for it by either begins anew: its outcome will never be known.
          idempotency_key: null,
          fingerprint: null,
        })
        .where("id", "in", expired(at("now"), at("limit"))),
    ),
  };
}

/** Database work on old requests, in pieces of `limit`, so that the commits of running ones pass in between. */
export function requestUpkeep(db: Kysely<Tables>) {
  const sweep = sweepStatements(db);
  const forget = statement<{ before: number; limit: number }>((at) =>
    db
      .deleteFrom("requests")
      .where("id", "in", (from) =>
        from
          .selectFrom("requests")
          .select("id")
          .where("created_at", "<", at("before"))
          .where("state", "!=", "running")
          .orderBy("created_at")
          .orderBy("id")
          .limit(at("limit")),
      ),
  );

  return {
    /** How many requests were ended. */
    *requestsSweep(now: number, limit: number): Steps<number> {
      yield sweep.attempts({ now, limit });
      yield sweep.holds({ now, limit });
      const { changes } = yield sweep.requests({ now, limit });
      return changes;
    },
    /** How many were forgotten, with their attempts, pictures and holds. What still runs stays. */
    *requestsForget(before: number, limit: number): Steps<number> {
      const { changes } = yield forget({ before, limit });
      return changes;
    },
  };
}
