import { z } from "zod";
import { ownerId } from "../../core/forms.ts";
import { teamWords, userWords } from "../../core/owner-words.ts";
import { labels } from "./labels.ts";
import { markup } from "../../core/price-markup.ts";

/** A team, as `teams` has them: what all its keys together may do and spend. */
export const teamSchema = z.strictObject({
  id: ownerId("The team in records and budgets, for `keys[].team` and `users[].team`."),
  ...teamWords,
  labels: labels("what the team's keys ask for; a key's go before those of its team"),
  markup: markup(
    "Markup on what models cost the team; it goes before those of models and channels.",
  ),
});

/** A user, as `users` has them: what all their keys together may do and spend. */
export const userSchema = z.strictObject({
  id: ownerId("The user in records and budgets, for `keys[].user`."),
  ...userWords,
});

export type OwnerSettings = z.output<typeof teamSchema>;
