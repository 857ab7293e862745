import type { BudgetRefusal } from "../../core/budget.ts";
import type { PinholeError } from "../../core/errors.ts";
import type { NewRequest } from "../../store/request-records.ts";
import { budgetExceeded } from "../ledger/refusal.ts";
import type { RequestParts } from "./parts.ts";
import { failedEnd, type RecordEnd } from "./record-end.ts";

/**
 * Writes a request that a budget refused as one that failed, so that it is found in the log; of a key's refusals one in
 * ten seconds. It holds nothing, asked nobody, and stands for no other request. Resolves with the refusal, and never rejects.
 */
export async function writeRefused(
  { store, refusals, unwritten, uptime }: RequestParts,
  record: NewRequest,
  end: RecordEnd,
  by: readonly BudgetRefusal[],
): Promise<PinholeError> {
  const error = budgetExceeded(record.claims ?? [], by, record.holdNano ?? 0);
  if (!refusals.isDue(record.keyId, uptime())) return error;
  const { payer: _, claims: __, channelHolds: ___, ...rest } = record;
  const nothing = { holdNano: null, idempotencyKey: null, fingerprint: null, prices: [] };
  const outcome = failedEnd({ ...end, account: undefined, channels: undefined }, error);
  try {
    await store.requests.begin({ ...rest, ...nothing, newPrices: [] }, [], record.createdAt);
  } catch {
    // The client hears why it was refused, whether that can be written down or not.
    return error;
  }
  void unwritten.written(outcome.id, () => store.requests.finish(outcome));
  return error;
}
