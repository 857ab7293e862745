import type { Correction, CorrectionEnd } from "../money-records.ts";
import type { Steps } from "../query.ts";
import { ledgerWrites } from "./ledger.ts";
import { moveAll, payersOf, spendings } from "./movements.ts";

/** Work of operators on the ledger. */
export const correctionCommands = {
  /** Books a correction once, and moves the counters of its payer's budgets. */
  *ledgerCorrect(correction: Correction): Steps<CorrectionEnd> {
    const { payer, nano, model, reason, at } = correction;
    const known = yield* ledgerWrites.correction(correction);
    if (known !== undefined) {
      const isSame =
        known.key_id === payer.keyId &&
        known.nano === nano &&
        known.model === model &&
        known.reason === reason;
      return isSame ? "repeated" : "differs";
    }
    yield* moveAll(yield* spendings({ heldAt: at, model }, payersOf({ payer }, nano)));
    return "booked";
  },
};
