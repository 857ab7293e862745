import { z } from "zod";
import { ownerId } from "../../core/forms.ts";
import { priceMarkupSchema } from "../../core/price-markup.ts";
import { teamWords, userWords } from "../../core/owner-words.ts";
import { pageOf } from "../answers.ts";
import { administerTeam } from "./access.ts";
import type { AdminResource, AdminRoute } from "./resource.ts";

/** A team and a user in the words of the file. */
export const teamBody = z.strictObject(teamWords);
export const userBody = z.strictObject(userWords);
export const newTeamBody = z.strictObject({
  id: ownerId("The team in records and budgets, for `team` of keys and users."),
  ...teamWords,
});
export const newUserBody = z.strictObject({
  id: ownerId("The user in records and budgets, for `user` of keys."),
  ...userWords,
});

export const ownerQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  after: z.string().max(100).default("").describe("The id after which the page begins."),
});

const moment = z.iso.datetime();

const owner = z.looseObject({
  id: z.string(),
  name: z.string().nullable(),
  disabled: z.boolean(),
  models: z.array(z.string()),
  rpm: z.int().nullable(),
  ipm: z.int().nullable(),
  ipd: z.int().nullable(),
  budget: z.array(z.looseObject({ usd: z.string(), period: z.string() })).nullable(),
  version: z.int().describe("Counts its changes, and is its ETag; 0: it is the file's."),
  declared_at: z.string().nullable().describe("The place in the file; null: in the database."),
  shadowed: z.boolean().describe("The file has one of the same id, which counts instead."),
  faulty: z
    .literal(true)
    .optional()
    .describe("It is refused, for the reason in `fault`: the database holds words of it damaged."),
  fault: z.string().optional(),
  created_at: moment.nullable(),
  changed_at: moment.nullable(),
});
const team = owner.extend({
  labels: z.array(z.string()),
  markup: priceMarkupSchema.nullable(),
});
const user = owner.extend({ team: z.string().nullable() });

/** The routes of one kind of owners. */
function routesOf(
  kind: "team" | "user",
  bodies: { readonly whole: z.ZodObject; readonly fresh: z.ZodObject },
): AdminRoute[] {
  const [all, answer] = [`/admin/v1/${kind}s`, kind === "team" ? "Team" : "User"] as const;
  const one = `${all}/:id` as const;
  return [
    {
      method: "GET",
      path: all,
      access: administerTeam,
      about: `All ${kind}s, those of the file and of the database, in the order of their ids. \`limit\` and \`after\` (an id) make pages.`,
      query: ownerQuery,
      answer: `${answer}List`,
    },
    {
      method: "POST",
      path: all,
      about: `Makes a ${kind} with an id of your choice.`,
      body: bodies.fresh,
      status: 201,
      answer,
    },
    {
      method: "GET",
      path: one,
      access: administerTeam,
      about: `One ${kind}. Its version is the ETag.`,
      answer,
    },
    {
      method: "PUT",
      path: one,
      mayCreate: true,
      about: `Makes a ${kind}, or sets all that it is; where it is so already nothing is changed. \`If-Match\` names the version that is replaced.`,
      body: bodies.whole,
      answer,
    },
    {
      method: "PATCH",
      path: one,
      ...(kind === "user" ? { access: administerTeam } : {}),
      about: `Changes what the body names; null is back to what stands where nothing is set. \`If-Match\` names the version that is changed.${kind === "user" ? " A team's admin changes `budget` alone." : ""}`,
      body: bodies.whole.partial(),
      answer,
    },
    {
      method: "DELETE",
      path: one,
      verb: "disable",
      about: `Disables a ${kind}: its keys are refused from now on. It stays, since records and books name it; \`disabled: false\` enables it.`,
      answer,
    },
  ];
}

/** Teams and users, as the admin API shows and changes them. */
export const ownerResource: AdminResource = {
  routes: [
    ...routesOf("team", { whole: teamBody, fresh: newTeamBody }),
    ...routesOf("user", { whole: userBody, fresh: newUserBody }),
  ],
  schemas: { Team: team, TeamList: pageOf(team), User: user, UserList: pageOf(user) },
};
