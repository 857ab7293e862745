import { z } from "zod";
import { budgets } from "./budget.ts";
import { count, flag, ownerId } from "./forms.ts";
import { modelNames } from "./models-allowed.ts";
import { secretText } from "../values.ts";
import { moment } from "../../core/moment.ts";
import { operations } from "../../core/request.ts";

export const keySchema = z.strictObject({
  id: ownerId(
    "The key in records and budgets. Not set: its name, so that renaming it empties its budgets.",
  ).optional(),
  name: z
    .string()
    .regex(/^[^\s].{0,99}$/, { error: "must be text of 1 to 100 characters" })
    .meta({ form: "text of 1 to 100 characters", description: "What people call the key." }),
  key: secretText(20).describe("The key itself; take it from the environment: ${DEV_KEY}."),
  models: modelNames("Models that the key may use; * is all."),
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
  team: ownerId("The team that the key belongs to, an id of `teams`.").optional(),
  user: ownerId("The user that the key belongs to, an id of `users`.").optional(),
  budget: budgets("Most that the key may spend."),
});
