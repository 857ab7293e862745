import { priceMarkupSchema } from "../../core/price-markup.ts";

/** A setting that is a markup on prices. */
export const markup = (description: string) =>
  priceMarkupSchema.optional().meta({
    form: "a group with times, per_image_usd or both",
    description: `${description} docs/prices.md has the words.`,
    elsewhere: true,
  });
