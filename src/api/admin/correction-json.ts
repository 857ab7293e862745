import type { BookedCorrection } from "../../core/correction.ts";
import { usdText } from "../../core/money.ts";

/** A correction as the admin API shows it. */
export function correctionJson(booked: BookedCorrection): Record<string, unknown> {
  const { id, payer, nano, model, reason, actor, at } = booked;
  return {
    id,
    key: payer.keyId,
    key_name: payer.keyName,
    user: payer.userId,
    team: payer.teamId,
    usd: usdText(nano),
    model,
    reason,
    by: actor,
    created_at: new Date(at).toISOString(),
  };
}
