import { z } from "zod";
import { roles } from "../../core/role.ts";
import { listOf } from "../answers.ts";
import { administer } from "./access.ts";
import type { AdminResource } from "./resource.ts";

const name = z.string().trim().min(1).max(200);
const role = z
  .enum(roles)
  .describe(
    "What it may do; any but `key_holder`. Nobody makes a token that may do more than they.",
  );
const team = z
  .string()
  .min(1)
  .max(100)
  .nullable()
  .describe("The team that a `team_admin` manages; null for every other role.");
const expiry = z.iso
  .datetime({ offset: true, error: "must be a moment such as 2027-06-01T00:00:00Z" })
  .nullable()
  .describe("The moment from which it opens nothing; null: never.");

export const newTokenBody = z.strictObject({
  name,
  role,
  team: team.default(null),
  expires_at: expiry.default(null),
});
export const tokenChangeBody = z
  .strictObject({
    name: name.optional(),
    role: role.optional(),
    team: team.optional(),
    expires_at: expiry.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, { error: "must change something" });

const moment = z.iso.datetime();
const token = z.looseObject({
  id: z.string(),
  name: z.string(),
  hint: z.string().describe("The last four characters of the token."),
  role: z.enum(roles),
  team: z.string().nullable(),
  expires_at: moment.nullable(),
  created_at: moment,
  version: z.int(),
});

/** Tokens for automation, as the admin API shows and changes them. */
export const tokenResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/tokens",
      about:
        "All admin tokens, without the tokens themselves. The installation's own is not among them.",
      access: administer,
      answer: "TokenList",
    },
    {
      method: "POST",
      path: "/admin/v1/tokens",
      about: "Makes an admin token for automation. The answer shows it this once.",
      access: administer,
      body: newTokenBody,
      status: 201,
      answer: "NewToken",
    },
    {
      method: "GET",
      path: "/admin/v1/tokens/:id",
      about: "One admin token.",
      access: administer,
      answer: "Token",
    },
    {
      method: "PATCH",
      path: "/admin/v1/tokens/:id",
      about: "Changes name, role, team or end of an admin token; needs `If-Match`.",
      access: administer,
      body: tokenChangeBody,
      answer: "Token",
    },
    {
      method: "DELETE",
      path: "/admin/v1/tokens/:id",
      about: "Removes an admin token, which opens nothing from then on; needs `If-Match`.",
      access: administer,
      answer: "Deleted",
    },
  ],
  schemas: {
    Token: token,
    NewToken: token.extend({ token: z.string().describe("The token itself, shown this once.") }),
    TokenList: listOf(token),
  },
};
