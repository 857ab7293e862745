import type { FastifyInstance, FastifyRequest } from "fastify";
import { make } from "../../api/admin/access.ts";
import { PinholeError } from "../../core/errors.ts";
import type { KeyRecord } from "../../core/key.ts";
import type { Caller } from "../../core/role.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { Identity } from "../../identity/identity.ts";
import { personCaller } from "../../identity/sessions.ts";
import { type CookieParts, pageOrigin, sessionIdOf } from "../admin/session-cookie.ts";

/** The parts that know who makes pictures in the console. */
export interface MakerParts extends CookieParts {
  readonly identity: Pick<Identity, "sessions">;
  readonly gateway: Pick<Gateway, "administration">;
}

/** Asks every request of the plugin for a session, and has it use the console key of the session's person, or another of their keys. */
export function requireMaker(app: FastifyInstance, parts: MakerParts): void {
  app.decorateRequest("caller", undefined);
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("cache-control", "no-store");
    if (!/^(?:GET|HEAD)$/.test(request.method)) pageOrigin(parts, request);
    const caller = await sessionCaller(parts, request);
    if (!(make as readonly string[]).includes(caller.role))
      throw new PinholeError("role_not_allowed", {
        message: `The role \`${caller.role}\` looks and makes nothing; an administrator can change it.`,
      });
    request.caller = caller;
    request.gatewayKey = chosenKey(parts.gateway, caller, request);
  });
}

/** The key of the person's that the page names with `?as_key=`, else their console key. */
function chosenKey(
  { administration }: MakerParts["gateway"],
  caller: Caller,
  request: FastifyRequest,
): KeyRecord {
  const { as_key: id } = request.query as Readonly<Record<string, unknown>>;
  return id === undefined
    ? administration.consoleKey(caller)
    : administration.ownKey(caller, request, typeof id === "string" ? id : "");
}

async function sessionCaller(parts: MakerParts, request: FastifyRequest): Promise<Caller> {
  const id = sessionIdOf(request);
  const session = id === undefined ? undefined : await parts.identity.sessions.find(id);
  if (session !== undefined) return personCaller(session.person);
  throw new PinholeError("invalid_api_key", {
    message: "This address is for people who are signed in; sign in, or use /v1 with an API key.",
  });
}
