import { correctionJson } from "../../api/admin/correction-json.ts";
import type { Changer } from "../../core/audit.ts";
import type { BookedCorrection } from "../../core/correction.ts";
import { PinholeError } from "../../core/errors.ts";
import type { KeyRecord } from "../../core/key.ts";
import { type Nano, usdText } from "../../core/money.ts";
import type { Calendar } from "../../money/calendar.ts";
import type { Store } from "../../store/store.ts";
import { payerOf } from "./hold.ts";

/** A correction as an operator asks for it. */
export interface AskedCorrection {
  /** The caller's own, under which it is booked once. */
  readonly id: string;
  readonly keyId: string;
  /** Above zero a debt of the key, below it a credit. */
  readonly nano: Nano;
  readonly model: string | undefined;
  readonly reason: string;
  /** The operator who asks, by the name that the book keeps. */
  readonly actor: string;
  /** The same one, as the audit names them. */
  readonly by: Changer;
}

/** A correction that is in the book, and whether it was not before. */
export interface CorrectionMade {
  readonly booked: BookedCorrection;
  readonly isNew: boolean;
}

/** The parts that correcting works with. */
interface CorrectParts {
  readonly store: Pick<Store, "ledger">;
  readonly calendar: Calendar;
  readonly now: () => number;
  readonly newId: (prefix: string) => string;
}

/** Books a correction of what a key owes. Throws invalid_value for an unknown key or beyond the maximum, idempotency_key_reused for another one's id. */
export async function correct(
  { store, calendar, now, newId }: CorrectParts,
  keys: readonly KeyRecord[],
  maxNano: Nano,
  asked: AskedCorrection,
): Promise<CorrectionMade> {
  const { id, keyId, nano, model = null, reason, actor, by } = asked;
  const key = keys.find((one) => one.id === keyId);
  if (key === undefined)
    throw new PinholeError("invalid_value", {
      message: "There is no key with the id that `key` says; GET /admin/v1/keys lists them.",
      param: "key",
    });
  if (Math.abs(nano) > maxNano)
    throw new PinholeError("invalid_value", {
      message: `One correction may be at most $${usdText(maxNano)}; the setting \`money.correction_max\` says so.`,
      param: "usd",
    });
  const at = now();
  const payer = { ...payerOf(key), day: calendar.dayOf(at) };
  const correction = { id, payer, nano, model, reason, actor, at };
  const { end, booked } = await store.ledger.correct(correction, {
    ...by,
    id: newId("aud"),
    at,
    action: "create",
    resource: "correction",
    resourceId: id,
    before: null,
    after: JSON.stringify(correctionJson(correction)),
  });
  if (end === "differs")
    throw new PinholeError("idempotency_key_reused", {
      message: "Another correction has this `id`; a correction is booked once, so give a new one.",
      param: "id",
    });
  return { booked, isNew: end === "booked" };
}
