import { z } from "zod";
import { roles } from "../../core/role.ts";
import { everybody } from "./access.ts";
import type { AdminResource } from "./resource.ts";

const login = z
  .string()
  .min(1)
  .max(200)
  .describe("The name or e-mail address to sign in with; capitals do not matter.");
/** Rules for new passwords are in `identity`; those of before may have been others. */
const password = z.string().min(1).max(1024);
const code = z.string().min(1).max(200).describe("The code of the one-time link.");

/** Bodies of signing in and of the person's own account. */
export const signInBody = z.strictObject({ login, password });
export const invitationBody = z.strictObject({ code });
export const acceptanceBody = z.strictObject({
  code,
  password: password.describe("The password to sign in with from now on: 12 characters or more."),
  name: z.string().trim().min(1).max(200).optional().describe("How others see the person."),
  login: login.optional().describe("Another name to sign in with; owners alone choose their own."),
});
export const passwordBody = z.strictObject({
  present: password.nullish().describe("The present password, where there is one."),
  password: password.describe("The new one: 12 characters or more."),
});

const moment = z.iso.datetime();
const caller = z.looseObject({
  kind: z.enum(["environment", "token", "person"]),
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  user: z.string().nullable().describe("The user, as keys and budgets know it."),
  team: z.string().nullable().describe("The team of a team's admin."),
});
const session = z.looseObject({
  object: z.literal("session"),
  caller,
  login: z.string().nullable(),
  method: z.enum(["password", "invitation", "oidc", "passkey"]).nullable(),
  has_password: z.boolean().nullable(),
  ends_at: moment.nullable().describe("When it ends, however much it is used; null for tokens."),
  idle_seconds: z.int().nullable().describe("It ends after so long without a request."),
});
const invitation = z.looseObject({
  object: z.literal("invitation"),
  login: z.string(),
  name: z.string(),
  role: z.enum(roles),
});

/** Signing in, signing out, and what a person does with their own account. */
export const sessionResource: AdminResource = {
  routes: [
    {
      method: "POST",
      path: "/admin/v1/session",
      verb: null,
      about:
        "Signs a person in with login and password; the answer sets the session's cookie. Needs the header `Origin`, as all that a cookie opens or changes.",
      access: "anybody",
      body: signInBody,
      status: 201,
      answer: "Session",
    },
    {
      method: "GET",
      path: "/admin/v1/session",
      verb: null,
      about: "Says who is calling: the person of the session, or the token, with the role.",
      access: everybody,
      answer: "Session",
    },
    {
      method: "DELETE",
      path: "/admin/v1/session",
      verb: null,
      about: "Signs out. A session that has ended already is no error.",
      access: "anybody",
    },
    {
      method: "PUT",
      path: "/admin/v1/session/password",
      verb: null,
      about: "Changes the person's own password and ends their other sessions.",
      access: everybody,
      body: passwordBody,
      answer: "Session",
    },
    {
      method: "POST",
      path: "/admin/v1/invitation/check",
      verb: null,
      about: "Says whom a one-time link is for, without using it up.",
      access: "anybody",
      body: invitationBody,
      answer: "Invitation",
    },
    {
      method: "POST",
      path: "/admin/v1/invitation",
      verb: null,
      about: "Uses a one-time link up: sets the password, ends other sessions and signs in.",
      access: "anybody",
      body: acceptanceBody,
      status: 201,
      answer: "Session",
    },
  ],
  schemas: { Session: session, Invitation: invitation },
};
