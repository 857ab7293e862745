import { z } from "zod";
import { maskPolarities } from "../../core/model-card.ts";
import { otherNamesOfNAndSize } from "../billed-names.ts";
import { refusedPromptTags } from "../settings.ts";

/** Fields that say what is made and billed: nothing else in a request may set them. */
export const governedFields = ["model", "prompt", "n", "size", "stream"] as const;

/** Fields whose values are no words. */
const wordless: readonly string[] = ["model", "prompt", "n", "stream", "image", "mask"];

/**
 * The differences of one server's idea of OpenAI's images API from OpenAI's, as data. The fields are
 * settings of every provider that exposes them, so each says in its description what it is for.
 */
export const openaiImagesQuirks = z.strictObject({
  generations_path: z
    .string()
    .startsWith("/")
    .default("/images/generations")
    .describe("Path under base_url for generations."),
  edits_path: z
    .string()
    .startsWith("/")
    .default("/images/edits")
    .describe("Path under base_url for edits."),
  variations_path: z
    .string()
    .startsWith("/")
    .default("/images/variations")
    .describe("Path under base_url for variations."),
  query: z
    .record(z.string(), z.string())
    .default({})
    .describe("Query of each call for images, for example { api-version: preview }."),
  edits: z
    .enum(["multipart", "json", "none"])
    .default("multipart")
    .describe(
      "How edits are sent: multipart with files, json with data URLs in `images`, or none where the server has no edits.",
    ),
  image_field: z
    .enum(["auto", "image", "image[]", "image[0]"])
    .default("auto")
    .describe(
      "Name of the file parts of an edit: always image, always image[], numbered image[0], image[1], …; auto is image for one file and image[] for several, as OpenAI's SDKs do.",
    ),
  reference_field: z
    .string()
    .min(1)
    .default("image")
    .describe(
      "Field of a generation that takes reference images as data URLs: one as a string, several as a list.",
    ),
  renames: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe(
      "Fields that the server knows under another name, for example { size: resolution, seed: random_seed }.",
    ),
  fields: z
    .array(z.string())
    .optional()
    .describe(
      "The only fields that the server takes besides model, prompt, n and pictures, under OpenAI's names, for example [size, quality, seed]. Not set: all fields.",
    ),
  fixed: z
    .record(z.string(), z.json())
    .default({})
    .refine((fields) => governedFields.every((name) => !(name in fields)), {
      message: `must not set ${governedFields.join(", ")}: each request sets these itself`,
    })
    .describe("Fields sent with every request, for example { service_tier: priority }."),
  refused: z
    .array(z.string())
    .default(otherNamesOfNAndSize)
    .describe(
      "Unknown fields that callers may not pass on, since this server might read them as n or size and bill for more; compared without regard to case and marks. Words for the model are never passed on.",
    ),
  refused_prompt_tags: refusedPromptTags,
  mask: z
    .enum(maskPolarities)
    .optional()
    .describe(
      "Which part of a mask the server changes, for models whose card does not say it: the transparent part of a PNG, as OpenAI does, or the white or the black part of a grey one. Not set: transparent, for models without a card. To find out, edit a picture of one colour with a mask over its left half: where the right half changes, or nothing does, the server reads masks another way.",
    ),
  words: z
    .record(
      z.string().refine((name) => !wordless.includes(name), {
        message: `must not be ${wordless.join(", ")}: these have no words`,
      }),
      z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    )
    .default({})
    .describe(
      "Values that the server knows by another word, by field and by our word, for example { quality: { high: hd }, size: { 1024x1024: square_hd } }. Values that are not named here go on as they came.",
    ),
  size_form: z
    .enum(["text", "pair"])
    .default("text")
    .describe(
      "How a size is sent: text in one field, or as a pair of numbers in the fields width and height (`renames` may give these other names).",
    ),
  size_separator: z
    .enum(["x", "*", "X", "×", ":"])
    .default("x")
    .describe("What stands between width and height on the wire: 1024x1024 or 1024*1024."),
  model_parameter: z
    .union([z.string().min(1), z.literal(false)])
    .default("model")
    .describe(
      "Name of the field for the model; false where the address names it, or the server has only one.",
    ),
  n_parameter: z
    .union([z.string().min(1), z.literal(false)])
    .default("n")
    .describe(
      "Name of the field for the number of images; false where the server has none and makes one image a call.",
    ),
  images_per_call: z
    .int()
    .min(1)
    .max(10)
    .optional()
    .describe(
      "The most images that one call makes; a request for more becomes parallel calls. Not set: the model's card says.",
    ),
  response_format: z
    .enum(["b64_json", "url", "none"])
    .default("none")
    .describe("The response_format to ask the server for; none sends no such field."),
  streaming: z
    .boolean()
    .default(true)
    .describe(
      "The server takes stream: true, whether it answers with events or not; false where it refuses the field.",
    ),
  pictures: z
    .array(z.string().regex(/^[^.*]+(\.[^.]+)+$/))
    .min(1)
    .default(["data.*.b64_json", "data.*.url"])
    .describe(
      "Where pictures are in the answer, as dotted places with * for every element: base64, data URLs or links.",
    ),
});
export type OpenAiImagesQuirks = z.infer<typeof openaiImagesQuirks>;

/** Fields that `fields` cannot take away: without them there is no request, or settings of their own govern them. */
const alwaysTaken: ReadonlySet<string> = new Set([
  "model",
  "prompt",
  "n",
  "partial_images",
  "response_format",
  "image",
  "mask",
]);

/** Whether these quirks let a field through, under the contract's name. */
export function takesField(quirks: OpenAiImagesQuirks, field: string): boolean {
  if (field === "stream") return quirks.streaming;
  if (alwaysTaken.has(field)) return true;
  if ((quirks.renames[field] ?? field) in quirks.fixed) return false;
  return quirks.fields === undefined || quirks.fields.includes(field);
}

/** Images of one call that the server makes at most; undefined where the card alone says. */
export function imagesPerCall(quirks: OpenAiImagesQuirks): number | undefined {
  return quirks.n_parameter === false ? 1 : quirks.images_per_call;
}
