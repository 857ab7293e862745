import { z } from "zod";
import { budgets } from "./budget.ts";
import { count, flag, modelNames, ownerId, shownName } from "../../core/forms.ts";
import { markup } from "./markup.ts";

const name = shownName("What people call it. Not set: its id.").optional();

const limits = (of: string) => ({
  disabled: flag(`Refuse ${of}.`),
  models: modelNames(`Models that ${of} may use; * is all.`),
  rpm: count(1_000_000).optional().describe(`Requests a minute of ${of}. Not set: no limit.`),
  ipm: count(1_000_000).optional().describe(`Images a minute of ${of}. Not set: no limit.`),
  ipd: count(1_000_000_000).optional().describe(`Images a day of ${of}. Not set: no limit.`),
});

/** A team, as `teams` has them: what all its keys together may do and spend. */
export const teamSchema = z.strictObject({
  id: ownerId("The team in records and budgets, for `keys[].team` and `users[].team`."),
  name,
  ...limits("all its keys together"),
  budget: budgets("Most that all keys of the team may spend together."),
  markup: markup(
    "Markup on what models cost the team; it goes before those of models and channels.",
  ),
});

/** A user, as `users` has them: what all their keys together may do and spend. */
export const userSchema = z.strictObject({
  id: ownerId("The user in records and budgets, for `keys[].user`."),
  name,
  team: ownerId("The team that the user's keys belong to.").optional(),
  ...limits("all their keys together"),
  budget: budgets("Most that all keys of the user may spend together."),
});

export type OwnerSettings = z.output<typeof teamSchema>;
