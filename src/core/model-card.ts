import { z } from "zod";
import { priceSchema } from "./price.ts";
import { operations, parseSize } from "./request.ts";

const sizeWord = z.string().refine((text) => text === "auto" || parseSize(text) !== undefined, {
  message: "must be auto or WIDTHxHEIGHT, for example 1024x1024",
});

const ratioWord = z.string().refine((text) => ratioValue(text) !== undefined, {
  message: "must be WIDTH:HEIGHT in small numbers, for example 3:2 or 2.35:1",
});

/** `3:2` and `2.35:1` as width by height; undefined where the text is no ratio of numbers of up to four digits before the point. */
export function ratioValue(text: string): number | undefined {
  const match = /^(\d{1,4}(?:\.\d{1,4})?):(\d{1,4}(?:\.\d{1,4})?)$/.exec(text);
  const value = match === null ? Number.NaN : Number(match[1]) / Number(match[2]);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

/** Free sizes: any WxH within these bounds. Pixels. */
const sizeRule = z.strictObject({
  /** Both sides are divisible by it. */
  multiple: z.int().min(1).default(1),
  edge_min: z.int().min(1).default(1),
  edge_max: z.int().min(1),
  pixels_min: z.int().min(1).default(1),
  pixels_max: z.int().min(1),
  /** Longest to shortest side; 3 allows 1:3 to 3:1. */
  aspect_max: z.number().min(1).default(1000),
});
export type SizeRule = z.infer<typeof sizeRule>;

/** The parts of a mask that may change, in the words of `modelCardSchema`. */
export const maskPolarities = ["transparent", "white", "black"] as const;
export type MaskPolarity = (typeof maskPolarities)[number];

/** Fields of the contract that a card's `parameters` may name; all others have a place of their own in it. */
export const cardParameters = [
  "user",
  "watermark",
  "moderation",
  "seed",
  "negative_prompt",
  "aspect_ratio",
  "input_fidelity",
  "complexity",
  "safety_identifier",
] as const;

/**
 * A model card: the things that a model takes and costs, as data. The words are those of the configuration file and of
 * `GET /v1/models`. An absent list means that the model has no such parameter; only where a card names
 * neither sizes nor ratios, a size is passed on as it came (`sizes: []` says that there are none).
 */
export const modelCardSchema = z.strictObject({
  name: z.string().min(1),
  /** Dated snapshots and other names that the same card describes. */
  also: z.array(z.string().min(1)).default([]),
  owned_by: z.string().default("custom"),
  /** Day of release, for `created` in the models list. */
  released_at: z.iso.date().optional(),
  /** From this day the vendor no longer serves it. */
  retires_at: z.iso.date().optional(),
  successor: z.string().optional(),
  operations: z.array(z.enum(operations)).min(1).default(["generation"]),
  /** Unicode code points. */
  prompt_max: z.int().min(1).optional(),
  edit_prompt_max: z.int().min(1).optional(),
  /** Images that one upstream call makes; a request for more becomes parallel calls. */
  n: z.int().min(1).default(1),
  /** Images that one request may ask for. */
  n_max: z.int().min(1).max(10).default(10),
  sizes: z.array(sizeWord).optional(),
  edit_sizes: z.array(sizeWord).optional(),
  size_rule: sizeRule.optional(),
  /**
   * Shapes of models that take a ratio instead of pixels, as the upstream writes them: `3:2`, `2.35:1`. The
   * nearest to the asked size is chosen by |log(asked / offered)|; the picture may have other pixels.
   */
  ratios: z.array(ratioWord).min(1).optional(),
  /**
   * Resolutions that go with `ratios`, as the upstream writes them (`1K`, `0.25`), with about how many
   * megapixels (millions of pixels) each makes. The nearest to the asked size is chosen.
   */
  tiers: z
    .array(z.strictObject({ word: z.string().min(1), megapixels: z.number().positive() }))
    .min(1)
    .optional(),
  size_default: sizeWord.optional(),
  qualities: z.array(z.string()).optional(),
  quality_default: z.string().optional(),
  styles: z.array(z.string()).optional(),
  backgrounds: z.array(z.enum(["transparent", "opaque", "auto"])).optional(),
  /** Formats made natively; others are re-encoded by the gateway. The first is what comes unasked. */
  formats: z
    .array(z.enum(["png", "jpeg", "webp", "gif", "svg"]))
    .min(1)
    .default(["png"]),
  /** The upstream takes `output_format`; false: it always gives the first of `formats`. */
  format_parameter: z.boolean().default(false),
  /** The upstream takes `output_compression`. */
  compression_parameter: z.boolean().default(false),
  /** Input images: for edits, and for generations where `references` is true. A card that has edits and says nothing here takes one. */
  images: z
    .strictObject({
      max: z.int().min(1),
      formats: z
        .array(z.enum(["png", "jpeg", "webp"]))
        .min(1)
        .default(["png", "jpeg", "webp"]),
      bytes_max: z.int().min(1).default(52_428_799),
      square: z.boolean().default(false),
      references: z.boolean().default(false),
    })
    .optional(),
  /**
   * The form of mask that the upstream reads. `transparent`: PNG, alpha 0 may change (OpenAI). `white`/`black`:
   * opaque 8-bit grey PNG, that colour may change. `binary`: no grey levels, threshold at 128.
   */
  mask: z
    .strictObject({
      polarity: z.enum(maskPolarities),
      binary: z.boolean().default(false),
      bytes_max: z.int().min(1).optional(),
    })
    .optional(),
  /** Further parameters taken under the contract's names, which are those of `cardParameters`. */
  parameters: z.array(z.string()).default([]),
  /** Streams events natively. */
  streaming: z.boolean().default(false),
  /** Values outside the lists are refused with a 400 instead of mapped to the nearest. */
  strict: z.boolean().default(false),
  /** The meaning of `images.response_format: auto` for this model, where its name says another. */
  delivery: z.enum(["url", "b64_json"]).optional(),
  /** `plain`: answers hold only created and data, as dall-e's did. */
  answer: z.enum(["full", "plain"]).default("full"),
  /** False: the vendor does not bill failed calls, so an unknown outcome may be tried elsewhere. */
  failures_billed: z.boolean().default(true),
  price: priceSchema.optional(),
});
export type ModelCard = z.infer<typeof modelCardSchema>;

/**
 * A card from plain data, with defaults filled in. Throws on a mistake: cards in the tree are checked by tests. A
 * provider has a few dozen at most: too few to compile the schema for.
 */
export function defineCard(card: z.input<typeof modelCardSchema>): ModelCard {
  return modelCardSchema.parse(card, { jitless: true });
}

/** True from the day on which the vendor no longer serves the model. `now`: Unix milliseconds. */
export function isRetired(card: Pick<ModelCard, "retires_at">, now: number): boolean {
  return card.retires_at !== undefined && Date.parse(card.retires_at) <= now;
}
