import { z } from "zod";
import { isTimeZone, weekdays } from "../../core/budget.ts";
import { markup } from "../../core/price-markup.ts";
import { dollars } from "../../core/budget-words.ts";
import { decimalSchema } from "../../core/price.ts";

const zoneForm = "a time zone such as UTC, Europe/Berlin or America/New_York";
const rateForm = "US dollars for one unit, a number above 0";

/** Money: how what models cost becomes dollars. */
export const moneySchema = z.strictObject({
  time_zone: z
    .string()
    .refine(isTimeZone, { error: `must be ${zoneForm}` })
    .default("UTC")
    .meta({
      form: zoneForm,
      description: "The days, weeks and months of budgets are those of this time zone.",
    }),
  week_starts: z
    .enum(weekdays)
    .default("monday")
    .describe("The day on which the week of a budget begins."),
  markup: markup("Markup on what models cost."),
  correction_max: dollars.prefault(100).meta({
    form: "US dollars, from 0 to 9000000",
    description: "The most that one correction or credit by an operator may be.",
  }),
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
