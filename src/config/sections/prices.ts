import { z } from "zod";

/** `prices`: where list prices come from besides cards and channels. */
export const pricesSchema = z.strictObject({
  file: z.string().min(1).optional().meta({
    form: "the path of a file",
    description:
      "A file of prices, read at a start and at each reload: they go before those of the built-in cards, and those of `channels[].models[].price` before them. docs/prices.md has its words.",
  }),
});
