import { z } from "zod";
import { count, flag } from "./forms.ts";
import { moment, secretText } from "../values.ts";
import { operations } from "../../core/request.ts";

const budgetSchema = z
  .strictObject({
    usd: z
      .number()
      .min(0)
      .meta({ form: "US dollars, 0 or more" })
      .describe("US dollars in a period."),
    period: z
      .enum(["day", "week", "month", "total"])
      .default("month")
      .describe("When spending starts again at zero."),
  })
  .optional()
  .describe("Most that the key may spend.");

const patternForm = "a model's name, or a pattern that ends in *";

export const keySchema = z.strictObject({
  name: z
    .string()
    .regex(/^[^\s].{0,99}$/, { error: "must be text of 1 to 100 characters" })
    .meta({ form: "text of 1 to 100 characters", description: "What people call the key." }),
  key: secretText(20).describe("The key itself; take it from the environment: ${DEV_KEY}."),
  models: z
    .array(
      z
        .string()
        .regex(/^(\*|[^*\s][^*]*\*?)$/, { error: `must be ${patternForm}` })
        .meta({ form: patternForm }),
    )
    .default(["*"])
    .meta({
      form: "a list of models' names, or patterns that end in *",
      description: "Models that the key may use; * is all.",
    }),
  operations: z
    .array(z.enum(operations))
    .min(1)
    .optional()
    .meta({
      form: `a list of ${operations.map((word) => `\`${word}\``).join(", ")}`,
      description: "Operations that the key may make. Not set: all.",
    }),
  strict: flag("Refuse with a 400 what a model cannot honour, instead of warning."),
  disabled: flag("Refuse the key."),
  expires_at: moment().optional().describe("From then on the key is refused. Not set: never."),
  rpm: count(1_000_000).optional().describe("Requests a minute. Not set: no limit."),
  ipm: count(1_000_000).optional().describe("Images a minute. Not set: no limit."),
  ipd: count(1_000_000_000).optional().describe("Images a day. Not set: no limit."),
  concurrency: count(100_000).optional().describe("Requests at the same time. Not set: no limit."),
  budget: budgetSchema,
});
