import { z } from "zod";
import { ownerId } from "../../core/forms.ts";
import { teamWords, userWords } from "../../core/owner-words.ts";

/** A team, as `teams` has them: what all its keys together may do and spend. */
export const teamSchema = z.strictObject({
  id: ownerId("The team in records and budgets, for `keys[].team` and `users[].team`."),
  ...teamWords,
});

/** A user, as `users` has them: what all their keys together may do and spend. */
export const userSchema = z.strictObject({
  id: ownerId("The user in records and budgets, for `keys[].user`."),
  ...userWords,
});

export type OwnerSettings = z.output<typeof teamSchema>;
