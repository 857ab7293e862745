import { z } from "zod";
import type { AdminResource } from "./resource.ts";

/** An address of this gateway, never of another: it begins with one slash. */
const ownPath = /^\/(?![/\\])[\x21-\x7e]{0,1000}$/;

export const signInQuery = z.object({
  to: z
    .string()
    .regex(ownPath, { error: "must be a path of this gateway, such as /make" })
    .default("/")
    .describe("The page to open afterwards."),
});

const signIn = z.looseObject({
  object: z.literal("sign_in"),
  password: z.literal(true),
  passkeys: z
    .boolean()
    .describe("False: this gateway is open by an address, and passkeys are for names."),
  oidc: z
    .looseObject({
      name: z.string().describe("What its button says."),
      path: z.string().describe("Where the browser goes."),
    })
    .nullish()
    .describe("The identity provider, where there is one."),
});

/** The ways in, and the one by an identity provider. */
export const signInResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/sign-in",
      about: "The ways in which people can sign in here.",
      access: "anybody",
      answer: "SignIn",
    },
    {
      method: "GET",
      path: "/admin/v1/sign-in/oidc",
      about: "Leads a browser to the identity provider (302). `to` is the page to open afterwards.",
      access: "anybody",
      query: signInQuery,
      media: { "302": [] },
      errors: [502],
    },
    {
      method: "GET",
      path: "/admin/v1/sign-in/oidc/callback",
      about:
        "Where the identity provider sends the browser back to: begins a session and leads to `to`, or to `/sign-in?problem=<code>`.",
      access: "anybody",
      media: { "303": [] },
    },
  ],
  schemas: { SignIn: signIn },
};
