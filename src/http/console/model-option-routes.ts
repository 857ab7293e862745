import type { FastifyInstance } from "fastify";
import { jsonSchemaOf } from "../../api/json-schema.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { keyOf } from "../server/authentication.ts";

/** The parts that the route works with. */
interface ModelOptionParts {
  readonly gateway: Pick<Gateway, "servingProviders">;
}

/** The address below the plugin's prefix; like the others of the console it is for its own pages, and stands in no document. */
const optionsPath = "/v1/models/:model/options";

/** GET /v1/models/{model}/options: the fields of `provider_options` that the providers of a model take, as JSON schemas. */
export function modelOptionRoutes(app: FastifyInstance, { gateway }: ModelOptionParts): void {
  app.get<{ Params: { model: string } }>(optionsPath, (request) => ({
    object: "list",
    data: gateway
      .servingProviders(keyOf(request), request.params.model)
      .map(({ id, name, options }) => ({ provider: id, name, schema: jsonSchemaOf(options) }))
      // An open record has no fields that a form could be made of.
      .filter(({ schema }) => Object.keys(schema["properties"] ?? {}).length > 0),
  }));
}
