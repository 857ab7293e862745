import { z } from "zod";

/** The words of settings of `money` as entries of the database. */

/** The settings of `money` that the database may hold. */
export const moneyIds = ["markup", "rates"] as const;

export const moneyId = z
  .enum(moneyIds)
  .describe("A setting of `money` in the file: `markup` or `rates`.");

export const moneyWords = {
  value: z
    .record(z.string(), z.unknown())
    .describe(
      "As the setting of this name has it: `times` and `per_image_usd` of a markup; currencies with their rates in dollars.",
    ),
};
