import type { FastifyInstance } from "fastify";
import { readFileSync } from "node:fs";
import { openApiDocument } from "../api/openapi.ts";
import { docsPage } from "./docs/page.ts";
import type { HttpParts } from "./parts.ts";

/** Nothing but the page's own style sheet is loaded, and nothing runs. */
const pagePolicy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** GET /openapi.json and GET /docs, for anybody: they say no more than the source does. */
export function documentRoutes(app: FastifyInstance, parts: HttpParts): void {
  const document = JSON.stringify(openApiDocument());
  const styles = readFileSync(new URL("./docs/docs.css", import.meta.url));
  app.get("/openapi.json", (_request, reply) =>
    reply.header("content-type", "application/json").send(document),
  );
  // Who opens the gateway's address in a browser wants to know what it is.
  app.get("/", (_request, reply) => reply.redirect("/docs", 302));
  app.get("/docs", (request, reply) => {
    const origin = parts.publicUrl ?? `${request.protocol}://${request.host}`;
    return reply
      .header("content-type", "text/html; charset=utf-8")
      .header("content-security-policy", pagePolicy)
      .header("x-content-type-options", "nosniff")
      .header("referrer-policy", "no-referrer")
      .send(docsPage(origin, parts.defaultModel() ?? "sandbox-fast"));
  });
  app.get("/docs/docs.css", (_request, reply) =>
    reply
      .header("content-type", "text/css; charset=utf-8")
      .header("x-content-type-options", "nosniff")
      .send(styles),
  );
}
