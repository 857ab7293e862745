import type { FastifyInstance } from "fastify";
import { pageQuery } from "../../api/admin/keys.ts";
import { PinholeError } from "../../core/errors.ts";
import { channelHealthRoutes } from "./channel-health-routes.ts";
import { keyRoutes } from "./key-routes.ts";
import { read } from "./read-checked.ts";
import { requestJson } from "./request-routes.ts";
import type { HttpParts } from "../parts.ts";
import { requireAdmin } from "../server/authentication.ts";

const bodyBytesMax = 64 * 1024;

/** Everything under /admin, each route behind the admin token. */
export function adminRoutes(app: FastifyInstance, parts: HttpParts): void {
  requireAdmin(app, parts);
  app.addContentTypeParser(
    "application/json",
    { parseAs: "string", bodyLimit: bodyBytesMax },
    (_request, text, done) => {
      try {
        done(null, JSON.parse(String(text)));
      } catch {
        done(new PinholeError("invalid_json", { message: "The body is no valid JSON document." }));
      }
    },
  );
  keyRoutes(app, parts);
  channelHealthRoutes(app, parts);
  app.get("/admin/requests", async (request) => {
    const page = read(pageQuery, request.query);
    const rows = await parts.gateway.store.requests.list(page);
    return { object: "list", data: rows.map(requestJson) };
  });
  app.get<{ Params: { id: string } }>("/admin/requests/:id", async (request) => {
    const record = await parts.gateway.store.requests.get(request.params.id);
    if (record !== undefined) return requestJson(record);
    throw new PinholeError("not_found", { message: "There is no request with this id." });
  });
  app.get("/admin/channels", () => {
    const channels = new Map(
      parts.gateway
        .catalog()
        .entries.flatMap((entry) => entry.targets)
        .map(({ channel }) => [channel.id, channel]),
    );
    return {
      object: "list",
      data: [...channels.values()].map((channel) => ({
        id: channel.id,
        provider: channel.provider.id,
        models: channel.models.map((model) => ({ name: model.name, upstream: model.upstream })),
        priority: channel.priority,
        weight: channel.weight,
        credentials: channel.credentials.length,
      })),
    };
  });
}
