import type { AuditEntry } from "../../core/audit.ts";
import type { BookedCorrection, Correction } from "../../core/correction.ts";
import type { CorrectionEnd, CorrectionPage } from "../money-records.ts";
import { statement } from "../query.ts";
import type { Steps } from "../query.ts";
import { rowSchemas } from "../tables.ts";
import { writeDown } from "./audit.ts";
import { correctionId, ledgerWrites } from "./ledger.ts";
import { moveAll, payersOf, spendings } from "./movements.ts";

// An empty text is no filter.
const page = statement<{
  readonly key: string;
  readonly user: string;
  readonly team: string;
  readonly model: string;
  readonly after: string;
  readonly limit: number;
}>(
  `SELECT * FROM ledger
    WHERE kind = 'correction'
      AND (:key = '' OR key_id = :key) AND (:user = '' OR user_id = :user)
      AND (:team = '' OR team_id = :team) AND (:model = '' OR model = :model)
      AND (:after = '' OR (booked_at, id) < (
        SELECT last.booked_at, last.id FROM ledger AS last WHERE last.id = :after))
    ORDER BY booked_at DESC, id DESC LIMIT :limit`,
);

function bookedOf(value: unknown): BookedCorrection {
  const row = rowSchemas.ledger.parse(value);
  return {
    id: row.id.slice(0, -correctionId("").length),
    payer: {
      keyId: row.key_id ?? "",
      keyName: row.key_name ?? "",
      userId: row.user_id,
      userName: row.user_name,
      teamId: row.team_id,
      teamName: row.team_name,
    },
    nano: row.nano ?? 0,
    model: row.model,
    reason: row.reason ?? "",
    actor: row.actor,
    at: row.booked_at,
  };
}

/** Work of operators on the ledger. */
export const correctionCommands = {
  /** Books a correction once, moves the counters of its payer's budgets, and writes down that it was made. */
  *ledgerCorrect(correction: Correction, entry: AuditEntry): Steps<CorrectionEnd> {
    const { payer, nano, model, reason, at } = correction;
    const known = yield* ledgerWrites.correction(correction);
    if (known === undefined) {
      yield* moveAll(yield* spendings({ heldAt: at, model }, payersOf({ payer }, nano)));
      yield* writeDown(entry);
      return { end: "booked", booked: correction };
    }
    const booked = bookedOf(known);
    const isSame =
      booked.payer.keyId === payer.keyId &&
      booked.nano === nano &&
      booked.model === model &&
      booked.reason === reason;
    return { end: isSame ? "repeated" : "differs", booked };
  },
  *ledgerCorrections(asked: CorrectionPage): Steps<BookedCorrection[]> {
    const { limit, after, keyId = "", userId = "", teamId = "", model = "" } = asked;
    const place = after === undefined ? "" : correctionId(after);
    const only = { key: keyId, user: userId, team: teamId, model };
    return (yield page({ ...only, after: place, limit })).rows.map(bookedOf);
  },
};
