import type { SettlementNotice } from "../../core/notice.ts";

/** The notice that a request was settled without a known price; one a day of each model on each channel. */
export function priceUnknown(channel: string, model: string, at: number): SettlementNotice {
  return {
    kind: "price_unknown",
    object: `${channel} ${model}`,
    period: new Date(at).toISOString().slice(0, 10),
    threshold: "",
    basis: "",
    at,
    facts: { channel, model },
  };
}
