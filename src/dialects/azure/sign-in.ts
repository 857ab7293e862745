import { z } from "zod";
import { httpAddress } from "../settings.ts";
import { secretSchema } from "../../core/provider.ts";

const entra = z.strictObject({
  tenant_id: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/, { message: "must be a tenant's id or domain" })
    .describe("Directory (tenant) id of the app registration."),
  client_id: z.string().min(1).describe("Application (client) id."),
  client_secret: secretSchema.describe("Client secret of the application."),
  authority: httpAddress()
    .default("https://login.microsoftonline.com")
    .transform((url) => url.replace(/\/+$/, ""))
    .describe("Where tokens are issued; a sovereign cloud has its own."),
  scope: z
    .string()
    .min(1)
    .default("https://cognitiveservices.azure.com/.default")
    .describe("What the token is for; newer documentation says https://ai.azure.com/.default."),
});

/** Settings by which a resource of Azure is signed in to: exactly one of them is given. */
export const signInSettings = {
  api_key: secretSchema.optional().describe("Key of the resource: the header api-key."),
  entra: entra
    .optional()
    .describe("An application of Entra ID, which signs in with its secret; instead of api_key."),
  token: secretSchema
    .optional()
    .describe("A ready Entra ID token, sent as Authorization: Bearer; instead of api_key."),
};

/** The credentials that those settings come to. */
export interface SignIn {
  readonly api_key?: z.output<typeof secretSchema> | undefined;
  readonly entra?: z.output<typeof entra> | undefined;
  readonly token?: z.output<typeof secretSchema> | undefined;
}

/** True where one of the three is given and no other; for `refine`. */
export function hasOneSignIn(given: SignIn): boolean {
  return [given.api_key, given.entra, given.token].filter((one) => one !== undefined).length === 1;
}

/** The fault of settings that give none or several. */
export const oneSignIn = {
  message: "must have one of api_key, entra and token",
  path: ["api_key"],
};

/** Hosts of the public clouds' identity providers, where an application's secret may go. */
export const entraHosts = [
  "login.microsoftonline.com",
  "login.microsoftonline.us",
  "login.partner.microsoftonline.cn",
];

/** The origin of the operator's own authority, for `credentialOrigins`. */
export function entraOrigins({ entra: given }: SignIn): string[] {
  return given === undefined ? [] : [new URL(given.authority).origin];
}
