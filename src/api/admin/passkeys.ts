import { z } from "zod";
import { listOf } from "../answers.ts";
import { everybody } from "./access.ts";
import type { AdminResource } from "./resource.ts";

const name = z.string().trim().min(1).max(100).describe("The person's own word for it.");
const bytes = z.string().regex(/^[\w-]{1,20000}$/, { error: "must be base64url" });
const flow = z.string().min(1).max(200).describe("The code of the question.");
const extensions = z.looseObject({});

/** The answers of browsers, as `PublicKeyCredential.toJSON()` writes them. */
const credential = {
  id: bytes,
  rawId: bytes,
  type: z.literal("public-key"),
  clientExtensionResults: extensions,
};
const attestation = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z.array(z.string().max(40)).max(10).optional(),
  }),
});
const assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: bytes.optional(),
  }),
});

export const passkeyWishBody = z.strictObject({
  password: z
    .string()
    .min(1)
    .max(1024)
    .nullish()
    .describe("The person's password. Absent: the session is younger than ten minutes."),
});
export const newPasskeyBody = z.strictObject({ flow, name, response: attestation });
export const passkeyNameBody = z.strictObject({ name });
export const passkeySignInBody = z.strictObject({ flow, response: assertion });

const moment = z.iso.datetime();
const passkey = z.looseObject({
  id: z.string(),
  name: z.string(),
  device: z.enum(["single", "several"]).describe("Whether it is on one device or on several."),
  backed_up: z.boolean(),
  created_at: moment,
  used_at: moment.nullable(),
});
const question = z.looseObject({
  object: z.literal("passkey_question"),
  flow,
  options: z.looseObject({}).describe("For the browser's `navigator.credentials`."),
});

/** Passkeys: the person's own, and signing in with one. */
export const passkeyResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/passkeys",
      verb: null,
      about: "The person's own passkeys, oldest first.",
      access: everybody,
      answer: "PasskeyList",
    },
    {
      method: "POST",
      path: "/admin/v1/passkeys/question",
      verb: null,
      about:
        "Begins a new passkey: with the password, or within ten minutes after signing in. The answer is for the browser.",
      access: everybody,
      body: passkeyWishBody,
      answer: "PasskeyQuestion",
    },
    {
      method: "POST",
      path: "/admin/v1/passkeys",
      verb: null,
      about: "Adds the passkey that the browser has made.",
      access: everybody,
      body: newPasskeyBody,
      status: 201,
      answer: "Passkey",
    },
    {
      method: "PATCH",
      path: "/admin/v1/passkeys/:id",
      verb: null,
      about: "Gives one of the person's own passkeys another name.",
      access: everybody,
      body: passkeyNameBody,
      answer: "Passkey",
    },
    {
      method: "DELETE",
      path: "/admin/v1/passkeys/:id",
      verb: null,
      about: "Removes one of the person's own passkeys, which opens nothing from then on.",
      access: everybody,
      answer: "Deleted",
    },
    {
      method: "POST",
      path: "/admin/v1/sign-in/passkey/question",
      verb: null,
      about: "Begins a sign-in by a passkey. Needs the header `Origin`.",
      access: "anybody",
      answer: "PasskeyQuestion",
    },
    {
      method: "POST",
      path: "/admin/v1/sign-in/passkey",
      verb: null,
      about:
        "Signs in by what the browser's passkey has signed; the answer sets the session's cookie.",
      access: "anybody",
      body: passkeySignInBody,
      status: 201,
      answer: "Session",
    },
  ],
  schemas: { Passkey: passkey, PasskeyList: listOf(passkey), PasskeyQuestion: question },
};
