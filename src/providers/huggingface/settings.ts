import { z } from "zod";
import { hostedSettings, httpAddress, watermark } from "../../dialects/settings.ts";

const known = z.literal(true);

/** Partners of the router that make pictures, by the names that the model's page on the hub has for them. */
export const partnerName = z
  .object({
    "hf-inference": known,
    "fal-ai": known,
    replicate: known,
    together: known,
    nscale: known,
    deepinfra: known,
    wavespeed: known,
    "zai-org": known,
  })
  .keyof();
export type PartnerName = z.output<typeof partnerName>;

const router = "https://router.huggingface.co";
const hub = "https://huggingface.co";

/** Settings of a channel. */
export const settings = z
  .strictObject({
    ...hostedSettings(router),
    hub_url: httpAddress()
      .transform((url) => url.replace(/\/+$/, ""))
      .optional()
      .describe(
        `Where it is asked who serves a model. Not set: ${hub}, or base_url where that is another server.`,
      ),
    provider: z
      .enum(["auto", ...partnerName.options])
      .default("auto")
      .describe(
        "Who makes the pictures; auto is the first of those that the hub names for the model and that the gateway knows.",
      ),
    bill_to: z
      .string()
      .regex(/^[\w.-]{1,100}$/)
      .optional()
      .describe("The organisation that pays: X-HF-Bill-To."),
    watermark: watermark(true),
  })
  .transform((given) => ({
    ...given,
    hub_url: given.hub_url ?? (given.base_url === router ? hub : given.base_url),
  }));
export type Settings = z.output<typeof settings>;

/** Options of one request, in `provider_options.huggingface`. */
export const options = z.strictObject({
  num_inference_steps: z.int().min(1).max(100).optional().describe("Steps."),
  guidance_scale: z.number().min(0).max(30).optional().describe("Guidance."),
});
export type Options = z.output<typeof options>;
