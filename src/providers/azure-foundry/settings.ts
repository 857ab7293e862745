import { z } from "zod";
import { hasOneSignIn, oneSignIn, signInSettings } from "../../dialects/azure/index.ts";
import { httpAddress } from "../../dialects/settings.ts";

const address = httpAddress().transform((url) => url.replace(/\/+$/, ""));

/** Settings of a channel. */
export const settings = z
  .strictObject({
    base_url: address.describe(
      "The resource's endpoint, for example https://acme.services.ai.azure.com.",
    ),
    flux_url: address
      .optional()
      .describe(
        "Where FLUX is asked for. Not set: the same resource at api.cognitive.microsoft.com, or base_url where that is no address of Azure.",
      ),
    api_version: z.string().min(1).default("preview").describe("api-version of calls of FLUX."),
    ...signInSettings,
    safety_tolerance: z
      .int()
      .min(0)
      .max(6)
      .default(2)
      .describe("How much FLUX lets through, from 0 (little) on; FLUX.2 takes at most 5."),
  })
  .refine(hasOneSignIn, oneSignIn)
  .transform((given) => ({ ...given, flux_url: given.flux_url ?? fluxAt(given.base_url) }));
export type Settings = z.output<typeof settings>;

/** The same resource's address for models of other makers. */
function fluxAt(resource: string): string {
  return resource.replace(/\.services\.ai\.azure\.com$/i, ".api.cognitive.microsoft.com");
}
