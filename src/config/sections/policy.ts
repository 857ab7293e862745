import { z } from "zod";
import { duration, flag } from "../../core/forms.ts";

/** `policy`: what becomes of requests that a model cannot honour as they are. */
export const policySchema = z.strictObject({
  strict: flag("Refuse with a 400 what a model cannot honour, instead of warning; for every key."),
  resample: flag("Make an asked size that a model does not have by resampling what it made."),
  variations_as_edits: flag("Serve variations as edits on models that have only those."),
  style: z
    .enum(["drop", "prompt"])
    .default("drop")
    .describe(
      "What becomes of `style` on models without it: left out with a warning, or said in the prompt.",
    ),
  repeat_window: duration("0s", "1h")
    .prefault("10s")
    .describe(
      "How long the same request of the same key is answered from one that failed and may have been billed, or whose client left, instead of buying again; 0 turns it off. A fresh Idempotency-Key always buys.",
    ),
  successors: z
    .boolean()
    .default(true)
    .describe("Serve a retired model by the successor that its card names."),
});
