import type { Calendar } from "../../money/calendar.ts";
import type { Store } from "../../store/store.ts";
import { settleLeft, type SettleParts } from "./settle.ts";
import { countTotals } from "./totals.ts";

/** The work on the ledger that a start does before anything is served. */
export function ledgerAtStart(
  parts: SettleParts & { readonly store: Store; readonly calendar: Calendar },
): { countTotals(): Promise<void>; settleLeft(): Promise<number> } {
  return {
    countTotals: () => countTotals(parts.store, parts.calendar),
    settleLeft: () => settleLeft(parts, parts.store.requests),
  };
}
