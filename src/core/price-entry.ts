import { z } from "zod";
import { priceSchema } from "./price.ts";

/** The words of one entry of the list of prices, in the file of prices and in the database. */

export const priceIdForm = "text of 1 to 200 characters, on one line";

export const priceEntryId = z
  .string()
  .regex(/^(?!\s)[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u, { error: `must be ${priceIdForm}` })
  .meta({
    form: priceIdForm,
    description: "Not set: the model, and what the price is for besides it.",
  });

export const priceEntryWords = {
  model: z
    .string()
    .min(1)
    .describe("The model's name at the upstream, the one that clients use, or that of its card."),
  provider: z.string().min(1).optional().describe("Not set: whichever provider serves it."),
  channel: z.string().min(1).optional().describe("Not set: whichever channel serves it."),
  price: priceSchema.meta({
    form: "free, or a group of prices",
    description: "docs/prices.md has the words.",
  }),
};

const priceEntrySchema = z.strictObject(priceEntryWords);
export type PriceEntry = z.output<typeof priceEntrySchema>;

/** The models that a price is for; no two entries have the same. */
type Place = Pick<PriceEntry, "model" | "provider" | "channel">;

/** The id of an entry that says none. */
export function placeId({ model, provider, channel }: Place): string {
  const of = (kind: string, name: string | undefined): string =>
    name === undefined ? "" : `@${kind}:${name}`;
  return `${model}${of("provider", provider)}${of("channel", channel)}`;
}

/** The id of an entry that says none, as far as its words can be read; undefined: they are at fault. */
export function idOfPlace(words: Readonly<Record<string, unknown>>): string | undefined {
  const { model, provider, channel } = words;
  const place = z
    .object(priceEntryWords)
    .omit({ price: true })
    .safeParse({ model, provider, channel });
  return place.success ? placeId(place.data) : undefined;
}

/** True where two entries are for the same models. */
export function isSamePlace(one: Place, other: Place): boolean {
  return (
    one.model === other.model && one.provider === other.provider && one.channel === other.channel
  );
}
