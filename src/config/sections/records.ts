import { z } from "zod";
import { duration } from "../../core/forms.ts";

const promptsForm = "0, or a duration from 1h to 3650d";

/** `records`: for how long what was asked is remembered. */
export const recordsSchema = z.strictObject({
  retention: duration("1d", "3650d")
    .prefault("90d")
    .describe(
      "Records of requests, and notices that are over, are forgotten after this time, or when their kept images are, where that is later. The ledger and the totals of usage stay.",
    ),
  prompts: duration("0", "3650d")
    .refine((ms) => ms === 0 || ms >= 3_600_000, { error: `must be ${promptsForm}` })
    .prefault("30d")
    .meta({
      form: promptsForm,
      description:
        "Prompts in records are forgotten after this time; 0: they are never written, and neither are prompts that an upstream has revised.",
    }),
});
