import { z } from "zod";
import { apiKey, atRegion, regionalUrl, watermark } from "../../dialects/settings.ts";

/** Settings of a channel. */
export const settings = z
  .strictObject({
    base_url: regionalUrl(),
    region: z
      .enum(["international", "china"])
      .default("international")
      .describe("minimax.io or minimaxi.com; each has keys of its own."),
    api_key: apiKey(),
    watermark: watermark(false),
    image_link_field: z
      .string()
      .regex(/^[a-z_]{1,40}$/)
      .default("image_url")
      .describe(
        "Name of the link in each object of `images` of MiniMax-H3-Image; the vendor's page could not be read to the end.",
      ),
  })
  .transform(
    atRegion({ international: "https://api.minimax.io", china: "https://api.minimaxi.com" }),
  );
export type Settings = z.output<typeof settings>;

/** Options of one request, which its caller may pass. */
export const options = z.strictObject({
  prompt_optimizer: z.boolean().optional().describe("Rewrites the prompt (image-01)."),
});
export type Options = z.output<typeof options>;
