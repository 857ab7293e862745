import type { FastifyInstance } from "fastify";
import { findModel, listModels } from "../../gateway/catalog/list-models.ts";
import { keyOf } from "../server/authentication.ts";
import type { HttpParts } from "../parts.ts";

/** GET /v1/models and GET /v1/models/{model}; a model's name may hold slashes. */
export function modelRoutes(app: FastifyInstance, parts: HttpParts): void {
  app.get("/v1/models", (request) => ({
    object: "list",
    data: listModels(parts.gateway.catalog(), keyOf(request)),
  }));
  app.get<{ Params: { "*": string } }>("/v1/models/*", (request) =>
    findModel(parts.gateway.catalog(), keyOf(request), request.params["*"]),
  );
}
