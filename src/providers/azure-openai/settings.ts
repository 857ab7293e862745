import { z } from "zod";
import { secretSchema } from "../../core/provider.ts";

const address = z.url({ protocol: /^https?$/ });

const entra = z.strictObject({
  tenant_id: z
    .string()
    .regex(/^[A-Za-z0-9.-]+$/, { message: "must be a tenant's id or domain" })
    .describe("Directory (tenant) id of the app registration."),
  client_id: z.string().min(1).describe("Application (client) id."),
  client_secret: secretSchema.describe("Client secret of the application."),
  authority: address
    .default("https://login.microsoftonline.com")
    .transform((url) => url.replace(/\/+$/, ""))
    .describe("Where tokens are issued; a sovereign cloud has its own."),
  scope: z
    .string()
    .min(1)
    .default("https://cognitiveservices.azure.com/.default")
    .describe("What the token is for; newer documentation says https://ai.azure.com/.default."),
});

/** What an operator configures. */
export const settings = z
  .strictObject({
    base_url: address
      // The portal shows the endpoint with the path of one style behind it.
      .transform((url) => url.replace(/\/+$/, "").replace(/\/openai(\/v1)?$/, ""))
      .describe("The resource's endpoint, for example https://acme.openai.azure.com."),
    url_style: z
      .enum(["v1", "deployments"])
      .default("v1")
      .describe(
        "v1: /openai/v1/… with the deployment as model. deployments: /openai/deployments/<deployment>/….",
      ),
    api_version: z
      .string()
      .min(1)
      .optional()
      .describe(
        "api-version of each call; none sends none. Not set: v1 for v1 (its documentation also says preview), 2025-04-01-preview for deployments.",
      ),
    api_key: secretSchema.optional().describe("Key of the resource: the header api-key."),
    entra: entra
      .optional()
      .describe("An application of Entra ID, which signs in with its secret; instead of api_key."),
    token: secretSchema
      .optional()
      .describe("A ready Entra ID token, sent as Authorization: Bearer; instead of api_key."),
    moderation: z
      .boolean()
      .default(false)
      .describe("The deployments take moderation; else it is left out with a warning."),
  })
  .refine((given) => [given.api_key, given.entra, given.token].filter(isGiven).length === 1, {
    message: "must have one of api_key, entra and token",
    path: ["api_key"],
  });
export type Settings = z.output<typeof settings>;

function isGiven(value: unknown): boolean {
  return value !== undefined;
}
