import type { FastifyInstance } from "fastify";
import { createHash, timingSafeEqual } from "node:crypto";
import { PinholeError } from "../../core/errors.ts";
import type { Secret } from "../../core/secret.ts";

/** The page of metrics, and the token that opens it. */
export interface MetricsPage {
  readonly contentType: string;
  text(): Promise<string>;
  /** Undefined: whoever reaches the address may read it. */
  readonly token: Secret | undefined;
}

/** GET /metrics, as Prometheus reads it. It says nothing of requests, keys or prompts. */
export function metricsRoutes(app: FastifyInstance, page: MetricsPage): void {
  app.get("/metrics", async (request, reply) => {
    if (!mayRead(page.token, request.headers.authorization)) {
      throw new PinholeError("invalid_api_key", {
        message:
          "The metrics token is missing or not valid. Send it as `Authorization: Bearer <token>`; API keys and the admin token do not open this address.",
      });
    }
    return reply.header("content-type", page.contentType).send(await page.text());
  });
}

/** Compares digests, so that the time it takes says nothing about the token. */
function mayRead(token: Secret | undefined, authorization: string | undefined): boolean {
  if (token === undefined) return true;
  const given = /^Bearer +(?<token>\S+)$/i.exec(authorization ?? "")?.groups?.["token"] ?? "";
  return timingSafeEqual(sha256(given), sha256(token.reveal()));
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
