import { z } from "zod";
import { priceMarkupSchema } from "../../core/price-markup.ts";
import { listOf } from "../answers.ts";
import { watch } from "./access.ts";
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

/** Prices, as the admin API shows them. */
export const priceResource: AdminResource = {
  routes: [
    {
      method: "GET",
      path: "/admin/v1/prices",
      about: "The prices that count now, by channel and model, with markups and versions.",
      answer: "PriceList",
      access: watch,
    },
    {
      method: "GET",
      path: "/admin/v1/prices/:version",
      about:
        "The words of a price by its version, as a request's `price_versions` name it: what something was charged by, however long ago.",
      answer: "PriceVersion",
      access: watch,
    },
  ],
  schemas: { PriceList: listOf(servedPrice), PriceVersion: keptPrice },
};
