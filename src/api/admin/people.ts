import { z } from "zod";
import { roles } from "../../core/role.ts";
import { listOf } from "../answers.ts";
import { administer } from "./access.ts";
import type { AdminResource } from "./resource.ts";

const login = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .describe("The name or e-mail address that they sign in with; capitals do not matter.");
const name = z.string().trim().min(1).max(200);
const role = z.enum(roles);
const user = z
  .string()
  .min(1)
  .max(100)
  .nullable()
  .describe("The user, as keys and budgets know it, that the person is; one person's at most.");
const team = z
  .string()
  .min(1)
  .max(100)
  .nullable()
  .describe("The team that a `team_admin` manages; null for every other role.");

export const newPersonBody = z.strictObject({
  login,
  name,
  role,
  user: user.default(null),
  team: team.default(null),
});

export const personChangeBody = z
  .strictObject({
    login: login.optional(),
    name: name.optional(),
    role: role.optional(),
    user: user.optional(),
    team: team.optional(),
    disabled: z
      .boolean()
      .optional()
      .describe(
        "Ends all sessions, and stops the keys of the person's user on every node within 5 s. Enabling brings back no session, and those keys alone that were good.",
      ),
  })
  .refine((change) => Object.keys(change).length > 0, { error: "must change something" });

export const personRemovalQuery = z.strictObject({
  pictures: z
    .enum(["expire", "delete", "hand_over"])
    .default("expire")
    .describe(
      "The fate of the pictures that the person keeps in the gallery: they expire after `images.ttl`, are deleted at once with those that expire by themselves, or are handed over to `pictures_to`.",
    ),
  pictures_to: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe("The id of the person who gets them, whose quota they count for then."),
});

const moment = z.iso.datetime();
const person = z.looseObject({
  id: z.string(),
  login: z.string(),
  name: z.string(),
  role,
  user,
  team,
  disabled: z.boolean(),
  state: z.enum(["invited", "active", "disabled"]),
  has_password: z.boolean(),
  joined_at: moment.nullable(),
  signed_in_at: moment.nullable(),
  created_at: moment,
  version: z.int(),
  saved_pictures: z
    .int()
    .optional()
    .describe("The pictures that they keep in the gallery; where one person is read."),
  saved_bytes: z.int().optional(),
});
const invitation = z.looseObject({
  code: z.string().describe("Shown this once."),
  path: z.string().describe("Where it is used: append it to this gateway's address."),
  expires_at: moment,
});
const removed = z.looseObject({
  id: z.string(),
  deleted: z.literal(true),
  saved_pictures: z.int().describe("The number of pictures that the person had kept."),
  pictures: z.enum(["expire", "delete", "hand_over"]),
});
const invited = person.extend({ invitation });

/** People who sign in, as the admin API shows and changes them. */
export const peopleResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/people",
      about: "All people, oldest first.",
      access: administer,
      answer: "PersonList",
    },
    {
      method: "POST",
      path: "/admin/v1/people",
      about:
        "Invites a person. The answer shows their one-time link this once; it opens for seven days.",
      access: administer,
      body: newPersonBody,
      status: 201,
      answer: "InvitedPerson",
    },
    {
      method: "GET",
      path: "/admin/v1/people/:id",
      about: "One person.",
      access: administer,
      answer: "Person",
    },
    {
      method: "PATCH",
      path: "/admin/v1/people/:id",
      about:
        "Changes a person; needs `If-Match`. Nobody changes their own rights, and the last owner who can come in stays one.",
      access: administer,
      body: personChangeBody,
      answer: "Person",
    },
    {
      method: "DELETE",
      path: "/admin/v1/people/:id",
      about:
        "Removes a person; needs `If-Match`. Keys of their user stay stopped until another person is that user. Pictures that they kept expire, unless `pictures` says otherwise.",
      access: administer,
      query: personRemovalQuery,
      answer: "RemovedPerson",
    },
    {
      method: "POST",
      path: "/admin/v1/people/:id/invitation",
      about:
        "Makes a new one-time link, by which the person sets a password and comes in; the last one does not open any more.",
      access: administer,
      status: 201,
      answer: "PersonInvitation",
    },
  ],
  schemas: {
    Person: person,
    RemovedPerson: removed,
    InvitedPerson: invited,
    PersonList: listOf(person),
    PersonInvitation: invitation,
  },
};
