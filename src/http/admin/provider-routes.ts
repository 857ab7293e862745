import type { FastifyInstance } from "fastify";
import { jsonSchemaOf } from "../../api/json-schema.ts";
import { PinholeError } from "../../core/errors.ts";
import type { Provider } from "../../core/provider.ts";
import type { ProviderShelf } from "../../core/provider-shelf.ts";

/** GET /admin/v1/providers and /admin/v1/providers/{id}. */
export function providerRoutes(app: FastifyInstance, shelf: ProviderShelf): void {
  app.get("/admin/v1/providers", () => ({ object: "list", data: shelf.names }));
  app.get<{ Params: { id: string } }>("/admin/v1/providers/:id", async ({ params: { id } }) => {
    const provider = await shelf.find(id);
    if (provider === undefined)
      throw new PinholeError("not_found", {
        message: "There is no provider with this id. `GET /admin/v1/providers` lists them.",
      });
    return providerJson(provider);
  });
}

function providerJson(provider: Provider): Record<string, unknown> {
  const { id, name, about, docs, openEnded, check, discover } = provider;
  return {
    id,
    name,
    about,
    docs,
    open_ended: openEnded,
    has_free_check: check !== undefined || discover !== undefined,
    settings: jsonSchemaOf(provider.settings),
    models: provider.models.map((card) => ({
      name: card.name,
      operations: card.operations,
      retires_at: card.retires_at ?? null,
    })),
  };
}
