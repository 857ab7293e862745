import { z } from "zod";
import { parseDuration } from "../../core/duration.ts";
import { ownerId } from "../../core/forms.ts";
import { keyWords } from "../../core/key-words.ts";
import { pageOf } from "../answers.ts";
import { administerTeam } from "./access.ts";
import type { AdminResource } from "./resource.ts";

/** A key in the words of the file, without its secret. */
export const keyBody = z.strictObject(keyWords);

export const newKeyBody = keyBody.extend({
  id: ownerId("The key in records and budgets. Not set: one is made.").optional(),
});

/** The id of a key that its caller names. */
export const keyId = newKeyBody.pick({ id: true }).required();

/** A change: what is named is set anew, null is back to what stands where nothing is set. */
export const keyChangeBody = keyBody.partial();

/** The longest time for which a rotation leaves both secrets. */
const overlapMax = "30d";
const overlapForm = `a duration from 0s to ${overlapMax}, such as 10m, 1h or 7d`;

export const rotationBody = z.strictObject({
  overlap: z
    .string()
    .default("0s")
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined && ms <= (parseDuration(overlapMax) ?? 0)) return ms;
      context.addIssue({ code: "custom", message: `must be ${overlapForm}` });
      return z.NEVER;
    })
    .describe("How long the secret of before goes on beside the new one: 0s to 30d."),
});

export const keyQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  after: z.string().max(300).default("").describe("The id after which the page begins."),
  removed: z.enum(["true", "false"]).default("false").describe("Revoked keys too."),
  user: z.string().max(100).optional(),
  team: z.string().max(100).optional(),
});

const moment = z.iso.datetime();

const key = z.looseObject({
  id: z.string(),
  name: z.string(),
  models: z.array(z.string()),
  operations: z.array(z.string()).nullable(),
  strict: z.boolean(),
  disabled: z.boolean(),
  expires_at: moment.nullable(),
  ip_allow: z.array(z.string()).nullable(),
  rpm: z.int().nullable(),
  ipm: z.int().nullable(),
  ipd: z.int().nullable(),
  concurrency: z.int().nullable(),
  team: z.string().nullable(),
  user: z.string().nullable(),
  budget: z.array(z.looseObject({ usd: z.string(), period: z.string() })).nullable(),
  hint: z.string().describe("The last four characters of the key."),
  previous: z
    .object({ hint: z.string(), until: moment, last_used_at: moment.nullable() })
    .nullable()
    .describe("The secret that the last rotation replaced: it opens the key until then."),
  labels: z.array(z.string()),
  version: z.int().describe("Counts the key's changes; 0: it is the file's."),
  faulty: z
    .literal(true)
    .optional()
    .describe("It is refused, for the reason in `fault`: the database holds words of it damaged."),
  fault: z.string().optional(),
  declared_at: z.string().nullable().describe("The place in the file; null: in the database."),
  created_at: moment.nullable(),
  removed_at: moment.nullable(),
});

const newKey = key.extend({ key: z.string().describe("The key itself, shown this once.") });

/** Keys, as the admin API shows and changes them. */
export const keyResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/keys",
      access: administerTeam,
      about:
        "Keys in the order of their ids, without the keys themselves; a team's admin sees and changes those of the team and its users alone. `limit` and `after` (an id) make pages.",
      query: keyQuery,
      answer: "KeyList",
    },
    {
      method: "POST",
      path: "/admin/v1/keys",
      access: administerTeam,
      about: "Makes a key. The answer shows it this once.",
      body: newKeyBody,
      status: 201,
      answer: "NewKey",
    },
    {
      method: "GET",
      path: "/admin/v1/keys/:id",
      access: administerTeam,
      about: "One key.",
      answer: "Key",
    },
    {
      method: "PUT",
      path: "/admin/v1/keys/:id",
      access: administerTeam,
      mayCreate: true,
      about:
        "Makes a key of this id (201, with its secret), or gives it these choices. Where it has them already nothing is changed, and no `If-Match` is needed.",
      body: keyBody,
      answer: "Key",
    },
    {
      method: "PATCH",
      path: "/admin/v1/keys/:id",
      access: administerTeam,
      about: "Changes what the body names; null is back to what stands where nothing is set.",
      body: keyChangeBody,
      answer: "Key",
    },
    {
      method: "POST",
      path: "/admin/v1/keys/:id/rotate",
      access: administerTeam,
      about:
        "Gives a key another secret, shown this once. The one of before goes on for `overlap`; one before that ends.",
      body: rotationBody,
      answer: "NewKey",
    },
    {
      method: "DELETE",
      path: "/admin/v1/keys/:id",
      access: administerTeam,
      verb: "revoke",
      about:
        "Revokes a key for ever. Its id, records and money stay; its pictures expire as they would have.",
      answer: "Key",
    },
  ],
  schemas: { Key: key, NewKey: newKey, KeyList: pageOf(key) },
};
