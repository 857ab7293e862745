import { z } from "zod";
import { otherNamesOfNAndSize } from "../billed-names.ts";

/** Fields that a request itself decides: nothing else may set them. */
const governed = ["model", "messages", "modalities", "stream", "n"] as const;

const place = z
  .string()
  .regex(/^[^.*]+(\.[^.*]+)*$/, { message: "must be a field's name, or names joined by dots" });

/**
 * The differences of one server's chat completions with images from another's, as data. The fields are
 * settings of every provider that exposes them, so each says in its description what it is for.
 */
export const chatImagesQuirks = z.strictObject({
  path: z.string().startsWith("/").default("/chat/completions").describe("Path under base_url."),
  query: z
    .record(z.string(), z.string())
    .default({})
    .describe("Query of each call, for example { api-version: preview }."),
  modalities: z
    .array(z.string().min(1))
    .default(["image", "text"])
    .describe(
      "What the model is asked to answer with: [image] for models that make images only, [] sends no such field.",
    ),
  ratio_field: z
    .union([place, z.literal(false)])
    .default("image_config.aspect_ratio")
    .describe("Field for the aspect ratio, of models whose card has ratios; false sends none."),
  tier_field: z
    .union([place, z.literal(false)])
    .default("image_config.image_size")
    .describe("Field for the resolution, of models whose card has tiers; false sends none."),
  size_field: z
    .union([place, z.literal(false)])
    .default(false)
    .describe("Field for the size in pixels, as 1024x1024; false sends none."),
  fields: z
    .record(z.string(), place)
    .default({})
    .describe(
      "Fields of this API that the server takes, and where, for example { seed: seed, quality: image_config.quality }. A model's card names them too.",
    ),
  fixed: z
    .record(z.string(), z.json())
    .default({})
    .refine((fields) => governed.every((name) => !(name in fields)), {
      message: `must not set ${governed.join(", ")}: each request sets these itself`,
    })
    .describe("Fields sent with every request, for example { usage: { include: true } }."),
  refused: z
    .array(z.string())
    .default([...governed, ...otherNamesOfNAndSize, "image_config", "max_tokens", "tools"])
    .describe(
      "Fields that callers may not set through provider_options, since they change what is made and billed.",
    ),
  pictures: z
    .array(z.string().regex(/^[^.*]+(\.[^.]+)+$/))
    .default([
      "choices.*.message.images.*.image_url.url",
      "choices.*.message.content.*.image_url.url",
    ])
    .describe(
      "Where pictures are in the answer, as dotted places with * for every element: data URLs, base64 or links.",
    ),
  texts: z
    .array(z.string().regex(/^[^.*]+(\.[^.]+)+$/))
    .default(["choices.*.message.content", "choices.*.message.content.*.text"])
    .describe(
      "Where texts are that may hold pictures as data URLs, or as links in Markdown; looked at where `pictures` holds none.",
    ),
  blocked_reasons: z
    .array(z.string().min(1))
    .default(["content_filter", "safety", "image_safety", "prohibited_content", "blocklist"])
    .describe(
      "Values of finish_reason and native_finish_reason that mean moderation, in lower case.",
    ),
  cost_field: z
    .union([place, z.literal(false)])
    .default(false)
    .describe(
      "Where the answer says what the call cost in US dollars, for example usage.cost; it then is the price.",
    ),
});
export type ChatImagesQuirks = z.infer<typeof chatImagesQuirks>;

/** The server's name for one of the contract's fields; undefined where it does not take it. */
export function fieldName(quirks: ChatImagesQuirks, field: string): string | undefined {
  return Object.hasOwn(quirks.fields, field) ? quirks.fields[field] : undefined;
}

/** Whether a field, under the contract's name, reaches this server. */
export function takesChatField(quirks: ChatImagesQuirks, field: string): boolean {
  if (field === "size") {
    return [quirks.ratio_field, quirks.tier_field, quirks.size_field].some((one) => one !== false);
  }
  return fieldName(quirks, field) !== undefined;
}
