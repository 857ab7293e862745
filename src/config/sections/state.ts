import { z } from "zod";
import { count, ownerId } from "../../core/forms.ts";
import { keyWords } from "../../core/key-words.ts";
import { moment } from "../../core/moment.ts";
import { teamWords, userWords } from "../../core/owner-words.ts";
import { secretText } from "../values.ts";

/** The entries of a state: those of the configuration file, with what a database knows of each. */

const version = count(1_000_000_000)
  .optional()
  .describe("The version that the entry was made from. Not set: whichever stands is replaced.");

const digestForm = "a key's digest, as `pinhole export` writes it";
const digest = z
  .string()
  .regex(/^(?:[0-9a-f]{8}:)?[0-9a-f]{64}$/, { error: `must be ${digestForm}` })
  .meta({ form: digestForm });

const hintForm = "the last four characters of a key";
const hint = z
  .string()
  .regex(/^[^\s\p{C}]{0,4}$/u, { error: `must be ${hintForm}` })
  .default("")
  .meta({ form: hintForm });

const { name, ...words } = keyWords;

export const stateKeySchema = z.strictObject({
  id: ownerId("The key in records and budgets. Not set: its name.").optional(),
  name,
  version,
  key: secretText(20).optional(),
  digest: digest.optional(),
  hint,
  previous: z.strictObject({ digest, hint, until: moment() }).optional(),
  ...words,
});

export const stateTeamSchema = z.strictObject({
  id: ownerId("The team in records and budgets, for `keys[].team` and `users[].team`."),
  version,
  ...teamWords,
});

export const stateUserSchema = z.strictObject({
  id: ownerId("The user in records and budgets, for `keys[].user`."),
  version,
  ...userWords,
});

/** The sections of a state, each still unread. */
export const stateSections = z.strictObject({
  teams: z.array(z.unknown()).optional().meta({ form: "a list of teams" }),
  users: z.array(z.unknown()).optional().meta({ form: "a list of users" }),
  keys: z.array(z.unknown()).optional().meta({ form: "a list of keys" }),
  channels: z.array(z.unknown()).optional().meta({ form: "a list of channels" }),
  prices: z.array(z.unknown()).optional().meta({ form: "a list of prices" }),
  aliases: z.record(z.string(), z.unknown()).optional().meta({
    form: "names, each with a model's name or a list of them",
  }),
  default_model: z.unknown().optional(),
  money: z.record(z.string(), z.unknown()).optional().meta({ form: "a group of settings" }),
  policy: z.record(z.string(), z.unknown()).optional().meta({ form: "a group of settings" }),
});
