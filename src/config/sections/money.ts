import { z } from "zod";
import { decimalSchema } from "../../core/price.ts";

const rateForm = "US dollars for one unit, a number above 0";

/** Money: how what models cost becomes dollars. */
export const moneySchema = z.strictObject({
  rates: z
    .record(
      z.string().regex(/^[A-Z]{3}$/, { error: "must be a currency's three letters, such as CNY" }),
      decimalSchema
        .refine((rate) => Number(rate) > 0, { error: `must be ${rateForm}` })
        .meta({ form: rateForm }),
    )
    .default({})
    .meta({
      form: `currencies, each with ${rateForm}`,
      description:
        "Your own exchange rates, for list prices in other currencies: `{ CNY: 0.139 }`. A model whose price has no rate counts as having no price.",
    }),
});
