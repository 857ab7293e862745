import type { FastifyInstance, FastifyRequest } from "fastify";
import type { KeyRecord } from "../../core/key.ts";
import type { Gateway } from "../../gateway/gateway.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set on every /v1 route before its handler runs. */
    gatewayKey: KeyRecord | undefined;
    /** The client's own x-request-id, where it is printable ASCII of at most 128 characters. */
    clientRequestId: string | undefined;
  }
  interface FastifyContextConfig {
    /** True: the path names somebody, so that the log has the route alone. */
    isPathPrivate?: true;
  }
}

/** Asks every request of the plugin for a gateway key, before the body is read. */
export function requireKey(app: FastifyInstance, gateway: Pick<Gateway, "authenticate">): void {
  app.addHook("onRequest", (request, _reply, done) => {
    request.gatewayKey = gateway.authenticate(authorizationOf(request), request);
    done();
  });
}

/** The Authorization header; from Azure's client classes, the key that they send in a header of their own. */
function authorizationOf({ headers }: FastifyRequest): string | undefined {
  const { authorization, "api-key": key } = headers;
  return authorization ?? (typeof key === "string" ? `Bearer ${key}` : undefined);
}

/** The key that authentication found. */
export function keyOf(request: FastifyRequest): KeyRecord {
  if (request.gatewayKey === undefined) throw new Error("a /v1 route ran without authentication");
  return request.gatewayKey;
}
