import type { FastifyInstance } from "fastify";
import type { Gateway } from "../../gateway/gateway.ts";
import { type OriginParts, originOf } from "../server/origin.ts";
import { readPageStyles } from "./docs/styles.ts";

/** Facts about this gateway that the documents show. */
interface DocumentParts extends OriginParts {
  readonly gateway: Pick<Gateway, "defaultModel">;
}

/** Policy of the page: its own style sheet is loaded and no more, and no script runs. */
const pagePolicy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * GET /openapi.json and GET /docs, for anybody: they say no more than the source does. What they show is
 * loaded when it is first asked for: most gateways never are, and a start need not wait for it.
 */
export function documentRoutes(app: FastifyInstance, parts: DocumentParts): void {
  const styles = readPageStyles();
  let document: Promise<string> | undefined;
  app.get("/openapi.json", async (_request, reply) => {
    document ??= writeDocument();
    return reply.header("content-type", "application/json").send(await document);
  });
  app.get("/docs", async (request, reply) => {
    const { docsPage } = await import("./docs/page.ts");
    return reply
      .header("content-type", "text/html; charset=utf-8")
      .header("content-security-policy", pagePolicy)
      .header("x-content-type-options", "nosniff")
      .header("referrer-policy", "no-referrer")
      .send(docsPage(originOf(parts, request), parts.gateway.defaultModel() ?? "sandbox-fast"));
  });
  app.get("/docs/docs.css", (_request, reply) =>
    reply
      .header("content-type", "text/css; charset=utf-8")
      .header("x-content-type-options", "nosniff")
      .send(styles),
  );
}

async function writeDocument(): Promise<string> {
  const { openApiDocument } = await import("../../api/openapi.ts");
  return JSON.stringify(openApiDocument());
}
