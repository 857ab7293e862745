import type { FastifyInstance } from "fastify";
import type { Gateway } from "../../gateway/gateway.ts";
import { keyOf } from "../server/authentication.ts";

/** GET /v1/models and GET /v1/models/{model}; a model's name may hold slashes. */
export function modelRoutes(
  app: FastifyInstance,
  gateway: Pick<Gateway, "models" | "model">,
): void {
  app.get("/v1/models", (request) => ({
    object: "list",
    data: gateway.models(keyOf(request)),
  }));
  app.get<{ Params: { "*": string } }>("/v1/models/*", (request) =>
    gateway.model(keyOf(request), request.params["*"]),
  );
}
