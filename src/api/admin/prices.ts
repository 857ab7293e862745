import { z } from "zod";
import { moneyId, moneyWords } from "../../core/money-words.ts";
import { priceEntryId, priceEntryWords } from "../../core/price-entry.ts";
import { priceMarkupSchema } from "../../core/price-markup.ts";
import { listOf } from "../answers.ts";
import { watch } from "./access.ts";
import { entryResource } from "./entry-resource.ts";
import type { AdminResource } from "./resource.ts";

const price = z.union([z.literal("free"), z.looseObject({}), z.array(z.looseObject({}))]);

const servedPrice = z.looseObject({
  channel: z.string(),
  model: z.string().describe("The name that clients use."),
  upstream: z.string().describe("The name at the upstream."),
  price: price.nullable().describe("As docs/prices.md has it, with exchange rates; null: none."),
  markup: priceMarkupSchema.nullable().describe("That of a caller's team goes before it."),
  version: z.string().nullable().describe("Null for what is free or has no price."),
});

const keptPrice = z.looseObject({
  version: z.string(),
  price,
  markup: priceMarkupSchema.nullable(),
});

/** Entries of the list of prices, as the admin API shows and changes them. */
export const priceResource = entryResource({
  path: "/admin/v1/prices",
  one: "a price",
  many: "prices of the operator's list",
  answer: "Price",
  words: priceEntryWords,
  shown: {
    model: z.string(),
    provider: z.string().nullable(),
    channel: z.string().nullable(),
    price,
    warnings: z
      .array(z.string())
      .describe(
        "Why it has no effect, or less than it seems to have: a channel's own price goes before it, or nothing serves the model.",
      ),
  },
  id: priceEntryId.optional(),
});

/** Settings of `money`: the markup on all that models cost, and exchange rates. */
export const moneyResource = entryResource({
  path: "/admin/v1/money",
  one: "a setting of `money`",
  many: "settings of `money`",
  answer: "MoneySetting",
  words: moneyWords,
  id: moneyId,
});

/** Prices that count, and those that have counted. */
export const servedPriceResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/served/prices",
      about: "The prices that count now, by channel and model, with markups and versions.",
      answer: "ServedPriceList",
      access: watch,
    },
    {
      method: "GET",
      path: "/admin/v1/price-versions/:version",
      about:
        "The words of a price by its version, as a request's `price_versions` name it: what something was charged by, however long ago.",
      answer: "PriceVersion",
      access: watch,
    },
  ],
  schemas: { ServedPriceList: listOf(servedPrice), PriceVersion: keptPrice },
};
