import { z } from "zod";
import { parseSize } from "../core/request.ts";

/**
 * The fields of an images request (CONTRACT), each with the sentence that a client reads when it is
 * wrong. `form` says how a text part of a multipart body becomes a value.
 */
export type FormKind = "text" | "integer" | "boolean" | "json";

interface FieldSpec {
  readonly schema: z.ZodType;
  readonly form: FormKind;
  /** For the API page. */
  readonly about: string;
}

/** A wrong value as a sentence names it. */
function said(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return "a list";
  if (typeof value !== "string") return `a value of the type ${typeof value}`;
  // Of a form, such a text would have been read as a number.
  if (/^-?\d{1,15}$/.test(value)) return "a string; send it without quotes";
  return JSON.stringify(value.slice(0, 40));
}

const integer = (name: string, low: number, high: number, about: string): FieldSpec => {
  const error = ({ input }: { readonly input?: unknown }): string =>
    `\`${name}\` must be an integer from ${low} to ${high}, not ${said(input)}.`;
  return {
    schema: z.int({ error }).min(low, { error }).max(high, { error }),
    form: "integer",
    about,
  };
};
const text = (name: string, about: string, charactersMax = 1024): FieldSpec => ({
  schema: z
    .string({ error: `\`${name}\` must be a string.` })
    .min(1, { error: `\`${name}\` must not be empty; leave it out instead.` })
    .max(charactersMax, { error: `\`${name}\` must have at most ${charactersMax} characters.` }),
  form: "text",
  about,
});
const choice = (
  name: string,
  values: readonly [string, ...string[]],
  about: string,
): FieldSpec => ({
  schema: z.enum(values, { error: `\`${name}\` must be one of ${values.join(", ")}.` }),
  form: "text",
  about,
});
const flag = (name: string, about: string): FieldSpec => ({
  schema: z.boolean({ error: `\`${name}\` must be true or false, without quotes in JSON.` }),
  form: "boolean",
  about,
});

const sizeSchema = z
  .string({ error: "`size` must be a string: WIDTHxHEIGHT or auto." })
  .transform((value, context) => {
    if (value === "auto") return value;
    const size = parseSize(value);
    if (size !== undefined) return size;
    const hint = /^\d+\s*[×X*]\s*\d+$/u.test(value)
      ? " Use a lower-case x between the numbers."
      : "";
    context.addIssue({
      code: "custom",
      message: `\`size\` must be WIDTHxHEIGHT in pixels, for example 1024x1024, or auto.${hint}`,
    });
    return z.NEVER;
  });

/** An integer that a number cannot hold exactly, of at most 64 bits with or without a sign. */
const wideInteger = z.custom<bigint>(
  (value) => typeof value === "bigint" && value >= -(2n ** 63n) && value < 2n ** 64n,
);

const seedFault = "`seed` must be an integer of at most 64 bits, without quotes in JSON.";

const outputFormatSchema = z.preprocess(
  (value) => (value === "jpg" ? "jpeg" : value),
  z.enum(["png", "jpeg", "webp", "gif", "svg"], {
    error: "`output_format` must be one of png, jpeg, webp.",
  }),
);

/** No prompt is longer than this on any model; cards set the tighter limits. Unicode code points. */
export const promptCharactersMax = 1_000_000;

export const imageFields = {
  model: text(
    "model",
    "A name from GET /v1/models, or an alias. The operator's default_model where absent.",
  ),
  prompt: {
    schema: z.string({ error: "`prompt` must be a string." }),
    form: "text",
    about:
      "What to draw, or how to change the image. Length limits depend on the model; counted in Unicode code points.",
  },
  n: integer("n", 1, 10, "How many images. Default 1."),
  size: { schema: sizeSchema, form: "text", about: "`WIDTHxHEIGHT` in pixels, or auto." },
  quality: text("quality", "low, medium, high, auto (some models: xhigh, max, standard, hd).", 64),
  response_format: choice(
    "response_format",
    ["url", "b64_json"],
    "A signed temporary URL, or base64 in the answer.",
  ),
  style: text("style", "vivid or natural: dall-e-3, and models that have styles.", 256),
  background: text("background", "transparent, opaque or auto; transparent needs png or webp.", 64),
  output_format: {
    schema: outputFormatSchema,
    form: "text",
    about: "png, jpeg or webp; made by the gateway where the model cannot.",
  },
  output_compression: integer(
    "output_compression",
    0,
    100,
    "0 to 100, jpeg and webp only; 100 is the best quality.",
  ),
  watermark: flag("watermark", "A visible mark, where the provider has one."),
  moderation: choice(
    "moderation",
    ["auto", "low"],
    "How strictly the provider filters, where it lets you choose.",
  ),
  stream: flag("stream", "Answer with server-sent events."),
  partial_images: integer("partial_images", 0, 3, "Previews to stream before each finished image."),
  user: text(
    "user",
    "Your end user's id; forwarded where known and kept with the request's record.",
  ),
  seed: {
    schema: z.union([z.int({ error: seedFault }), wideInteger], { error: seedFault }),
    form: "integer",
    about:
      "Repeatable randomness, on models that have it. The images of one request use seed, seed+1, …",
  },
  negative_prompt: { ...text("negative_prompt", "What to avoid, on models that take it.", 32_000) },
  aspect_ratio: text(
    "aspect_ratio",
    "For example 3:2, on models that take it instead of a size.",
    32,
  ),
  input_fidelity: choice("input_fidelity", ["high", "low"], "How closely an edit keeps the input."),
  keep_outside_mask: flag(
    "keep_outside_mask",
    "Edits with a mask: for each image a further one behind them all, a PNG of the first image's size, that has the image's own pixels wherever the mask is opaque. Made by the gateway; costs nothing.",
  ),
  complexity: choice(
    "complexity",
    ["low", "medium", "high"],
    "Planning effort, on models that have it.",
  ),
  safety_identifier: text("safety_identifier", "A hashed end-user id.", 128),
  provider_options: {
    schema: z.record(
      z.string(),
      z.record(z.string(), z.unknown(), {
        error: "Each entry of `provider_options` must be an object.",
      }),
      { error: "`provider_options` must be an object of objects, keyed by provider." },
    ),
    form: "json",
    about: 'A provider\'s own parameters: {"<provider>": {…}}.',
  },
} as const satisfies Record<string, FieldSpec>;

export type ImageFieldName = keyof typeof imageFields;

/** The picture fields in words for the documents. */
export const pictureFieldDocs: Readonly<
  Record<
    "image" | "images" | "mask" | "markup",
    { readonly names?: readonly string[]; readonly form: string; readonly about: string }
  >
> = {
  image: {
    names: ["image", "image[]", "image[0]"],
    form: "file, or in JSON a URL, a data URL, or a list of them",
    about:
      "The images to edit, in order; reference images of a generation where the model takes them. The type is read from the bytes.",
  },
  images: {
    form: "in JSON: list of `{image_url}`",
    about: "The same, in OpenAI's JSON form.",
  },
  mask: {
    form: "file, or in JSON `{image_url}`",
    about: "A PNG with alpha, the size of the first image. Fully transparent pixels may change.",
  },
  markup: {
    form: "file, or in JSON `{image_url}`",
    about:
      "A drawing over the first image that shows what to change, on models that take it; not together with a mask.",
  },
};

/** Fields of a variation; it takes no others. */
export const variationFields = ["model", "n", "size", "response_format", "user"] as const;

export function fieldSpec(name: string): FieldSpec | undefined {
  return Object.hasOwn(imageFields, name) ? imageFields[name as ImageFieldName] : undefined;
}
