import { z } from "zod";
import { hasOneSignIn, oneSignIn, signInSettings } from "../../dialects/azure/index.ts";
import { httpAddress } from "../../dialects/settings.ts";

const address = httpAddress();

/** Settings of a channel. */
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
    ...signInSettings,
    moderation: z
      .boolean()
      .default(false)
      .describe("The deployments take moderation; else it is left out with a warning."),
  })
  .refine(hasOneSignIn, oneSignIn);
export type Settings = z.output<typeof settings>;
