import { z } from "zod";
import { priceMarkupSchema } from "../core/price-markup.ts";

/** Bodies of good answers, for the OpenAPI document. What is strict here is complete. */

const tokens = z.int().min(0);
const tokenDetails = z.strictObject({ text_tokens: tokens, image_tokens: tokens });

export const usage = z
  .strictObject({
    input_tokens: tokens,
    output_tokens: tokens,
    total_tokens: tokens,
    input_tokens_details: tokenDetails,
    output_tokens_details: tokenDetails.optional(),
  })
  .describe("What the upstream counted, in OpenAI's words.");

export const imagesAnswer = z.strictObject({
  created: z.int().describe("Unix seconds."),
  data: z
    .array(
      z.strictObject({
        url: z.url().optional().describe("A signed address that lives an hour unless configured."),
        b64_json: z.string().optional().describe("The picture in base64."),
        revised_prompt: z.string().optional().describe("What the model made of the prompt."),
      }),
    )
    .describe("One entry an image."),
  usage: usage.optional(),
  background: z.enum(["transparent", "opaque"]).optional(),
  output_format: z.enum(["png", "jpeg", "webp"]).optional(),
  quality: z.enum(["low", "medium", "high"]).optional(),
  size: z.string().optional().describe("WIDTHxHEIGHT of what was made, where all are alike."),
});

const usd = z.string().regex(/^\d+(\.\d{1,9})?$/);

export const estimate = z.strictObject({
  currency: z.literal("usd"),
  min: usd.describe("The least that the images cost, if all of them are made."),
  max: usd.nullable().describe("The most; null where nothing bounds it."),
  targets: z
    .array(
      z.strictObject({
        model: z.string(),
        min: usd,
        max: usd.nullable(),
        priced: z.boolean().describe("False: the model has no price for this."),
      }),
    )
    .describe("The models that may make them, in the order in which they are tried."),
});

const usdSigned = z.string().regex(/^-?\d+(\.\d{1,9})?$/);

export const keyUsage = z.strictObject({
  object: z.literal("usage"),
  currency: z.literal("usd"),
  period: z.strictObject({ start: z.iso.datetime(), end: z.iso.datetime() }),
  spent_usd: usdSigned.describe("Settled in this month of the operator's calendar."),
  reserved_usd: usd.describe("Set aside for requests under way."),
  budgets: z
    .array(
      z.strictObject({
        scope: z.enum(["key", "user", "team"]),
        period: z.enum(["day", "week", "month", "total"]),
        limit_usd: usd,
        spent_usd: usdSigned,
        reserved_usd: usd,
        left_usd: usd,
        resets_at: z.iso.datetime().nullable().describe("Null: it never begins anew."),
        hard: z.boolean().describe("False: it counts and refuses nothing."),
        models: z.array(z.string()).nullable().describe("The models that it counts; null: all."),
      }),
    )
    .describe("Of the key, its user and its team."),
  by_model: z.array(z.strictObject({ model: z.string(), images: z.int(), spent_usd: usdSigned })),
  by_day: z.array(z.strictObject({ day: z.iso.date(), images: z.int(), spent_usd: usdSigned })),
});

export const model = z.strictObject({
  id: z.string(),
  object: z.literal("model"),
  created: z.int().describe("Unix seconds of its release; 0 where that is not known."),
  owned_by: z.string(),
  capabilities: z
    .looseObject({
      operations: z.array(z.string()),
      n: z.int().describe("Images that one request may ask for."),
      formats: z.array(z.string()),
      mask: z.boolean(),
      streaming: z.boolean(),
      reference_images: z.int(),
    })
    .optional()
    .describe("What the model takes; absent for a model without a card, to which everything goes."),
  pricing: z
    .union([z.literal("free"), z.looseObject({})])
    .optional()
    .describe("US dollars: per image, per megapixel, or per million tokens."),
  markup: priceMarkupSchema
    .optional()
    .describe("What the key is charged above that: the cost times `times`, and a sum an image."),
  retires_at: z.iso.date().optional().describe("From this day its vendor no longer serves it."),
  shutdown_date: z.iso.date().optional().describe("The same, under OpenAI's name."),
  successor: z.string().optional().describe("What to use instead."),
  alias_of: z.array(z.string()).optional().describe("The models that this name stands for."),
});

export const modelList = z.strictObject({ object: z.literal("list"), data: z.array(model) });

export const health = z.looseObject({ status: z.string() });

export const running = z.looseObject({ id: z.string(), status: z.string() });

export const deleted = z.strictObject({ id: z.string(), deleted: z.literal(true) });

/** A list of one page: `next` is the id that begins the page after it. */
export const pageOf = (entry: z.ZodType): z.ZodType =>
  z.looseObject({
    object: z.literal("list"),
    data: z.array(entry),
    next: z
      .string()
      .nullable()
      .describe("The id after which the next page begins; null: there is none."),
  });

export const listOf = (entry: z.ZodType): z.ZodType =>
  z.looseObject({ object: z.literal("list"), data: z.array(entry) });
