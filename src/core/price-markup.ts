import { z } from "zod";
import { decimalSchema } from "./price.ts";

const form = "a group with times, per_image_usd or both";

/**
 * The operator's markup on what models cost: a customer is charged the cost `times` this, and a fixed sum for each image
 * that was made. The channel's and the team's word for it, in `pinhole.yaml`.
 */
export const priceMarkupSchema = z
  .strictObject({
    /** Not set: 1. Below 1 it is a discount. */
    times: decimalSchema.optional(),
    /** Dollars. Not set: none. */
    per_image_usd: decimalSchema.optional(),
  })
  .refine(({ times, per_image_usd: perImage }) => times !== undefined || perImage !== undefined, {
    error: `must be ${form}`,
  })
  .meta({ form });
export type PriceMarkup = z.infer<typeof priceMarkupSchema>;

/** A markup that may be set, in the file and in the admin API. */
export const markup = (description: string) =>
  priceMarkupSchema.optional().meta({
    form,
    description: `${description} docs/prices.md has the words.`,
    elsewhere: true,
  });
