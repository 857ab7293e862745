import type { FastifyInstance } from "fastify";
import { PinholeError } from "../../core/errors.ts";
import { idOfPlace } from "../../core/price-entry.ts";
import type { PriceVersion } from "../../core/price.ts";
import type { EntryWords } from "../../core/resource.ts";
import { type Gateway, servedPrices } from "../../gateway/gateway.ts";
import { resourceHandlers } from "./resource-handlers.ts";

interface OfOne {
  readonly Params: { readonly id: string };
}

/** /admin/v1/prices, /admin/v1/money and one of each by its id; what counts of them at /admin/v1/served/prices, and what has at /admin/v1/price-versions. */
export function priceRoutes(
  app: FastifyInstance,
  gateway: Pick<Gateway, "administration" | "channels">,
): void {
  const { prices, money, priceVersion } = gateway.administration;
  const price = resourceHandlers(prices, { whole: ["price"], idOf });
  app.get("/admin/v1/prices", price.list);
  app.post("/admin/v1/prices", price.create);
  app.get<OfOne>("/admin/v1/prices/:id", price.show);
  app.put<OfOne>("/admin/v1/prices/:id", price.put);
  app.patch<OfOne>("/admin/v1/prices/:id", price.change);
  app.delete<OfOne>("/admin/v1/prices/:id", price.remove);
  const setting = resourceHandlers(money, { whole: ["value"] });
  app.get("/admin/v1/money", setting.list);
  app.post("/admin/v1/money", setting.create);
  app.get<OfOne>("/admin/v1/money/:id", setting.show);
  app.put<OfOne>("/admin/v1/money/:id", setting.put);
  app.patch<OfOne>("/admin/v1/money/:id", setting.change);
  app.delete<OfOne>("/admin/v1/money/:id", setting.remove);
  app.get("/admin/v1/served/prices", () => ({
    object: "list",
    data: servedPrices(gateway.channels().map(({ channel }) => channel)),
  }));
  app.get<{ Params: { version: string } }>("/admin/v1/price-versions/:version", async (request) => {
    const kept = await priceVersion(request.params.version);
    if (kept !== undefined) return keptJson(kept);
    throw new PinholeError("not_found", {
      message: "Nothing was charged by a price of this version here.",
    });
  });
}

/** The id of a price that says none. */
function idOf(words: EntryWords): string {
  const id = idOfPlace(words);
  if (id !== undefined) return id;
  throw new PinholeError("invalid_value", {
    message: "`model` must be text, and so must `provider` and `channel` where they are given.",
    param: "model",
  });
}

function keptJson({ version, words }: PriceVersion): Record<string, unknown> {
  // As `money/price-version` wrote it.
  const { price, markup = null } = JSON.parse(words) as {
    readonly price: unknown;
    readonly markup?: unknown;
  };
  return { version, price, markup };
}
