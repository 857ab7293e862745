import type { FastifyInstance } from "fastify";
import { PinholeError } from "../../core/errors.ts";
import type { PriceVersion } from "../../core/price.ts";
import { type Gateway, servedPrices } from "../../gateway/gateway.ts";

/** GET /admin/v1/prices and /admin/v1/prices/{version}. */
export function priceRoutes(
  app: FastifyInstance,
  gateway: Pick<Gateway, "administration" | "channels">,
): void {
  app.get("/admin/v1/prices", () => ({
    object: "list",
    data: servedPrices(gateway.channels().map(({ channel }) => channel)),
  }));
  app.get<{ Params: { version: string } }>("/admin/v1/prices/:version", async (request) => {
    const kept = await gateway.administration.price(request.params.version);
    if (kept !== undefined) return keptJson(kept);
    throw new PinholeError("not_found", {
      message: "Nothing was charged by a price of this version here.",
    });
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
