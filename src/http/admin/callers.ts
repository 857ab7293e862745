import type { FastifyInstance, FastifyRequest, RouteOptions } from "fastify";
import { type RouteAccess, usualAccess } from "../../api/admin/access.ts";
import { adminResources } from "../../api/admin/resources.ts";
import type { Changer } from "../../core/audit.ts";
import { PinholeError } from "../../core/errors.ts";
import type { Actor, Caller } from "../../core/role.ts";
import type { Administration } from "../../gateway/gateway.ts";
import type { Identity, Origin, PresentedSession } from "../../identity/identity.ts";
import { personCaller } from "../../identity/sessions.ts";
import { type CookieParts, pageOrigin, sessionIdOf } from "./session-cookie.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Set on every admin route that does not open to anybody, before its handler runs. */
    caller: Caller | undefined;
    /** The session that the caller came with; undefined for tokens. */
    session: PresentedSession | undefined;
  }
  interface FastifyContextConfig {
    /** The roles that may call the route, from the table of admin routes. */
    access?: RouteAccess;
  }
}

/** The parts that know callers by what they present. */
export interface CallerParts extends CookieParts {
  readonly identity: Pick<Identity, "sessions" | "tokens">;
  readonly administration: Pick<Administration, "tokenOf" | "isAdminToken">;
}

/** The caller that the installation's own token is. */
const environment: Caller = {
  kind: "environment",
  id: "environment",
  name: "the admin token",
  role: "owner",
  userId: null,
  teamId: null,
};

/**
 * Asks every request of the plugin who is calling, and whether the role may, before its body is read. The roles stand
 * beside the route in `api/admin`; a route that is not in that table does not start.
 */
export function requireCaller(app: FastifyInstance, parts: CallerParts): void {
  app.decorateRequest("caller", undefined);
  app.decorateRequest("session", undefined);
  app.addHook("onRoute", (route) => {
    route.config = { ...route.config, access: accessOf(route) };
  });
  app.addHook("onRequest", async (request, reply) => {
    // What is said of people and secrets belongs in no cache.
    void reply.header("cache-control", "no-store");
    const { access = usualAccess } = request.routeOptions.config;
    if (access === "anybody") return;
    const caller = await findCaller(parts, request);
    if (caller === undefined) throw notKnown();
    request.caller = caller;
    if (!access.includes(caller.role)) throw notAllowed(caller, access);
  });
}

/** The roles that may call a route, from the table of admin routes; throws where it is in none. */
export function accessOf({ method, url }: Pick<RouteOptions, "method" | "url">): RouteAccess {
  const methods = new Set([method].flat().map((one) => (one === "HEAD" ? "GET" : one)));
  const found = adminResources
    .flatMap(({ routes }) => routes)
    .find((route) => route.path === url && methods.has(route.method));
  if (found === undefined) throw new Error(`${String(method)} ${url} is in no table of api/admin`);
  return found.access ?? usualAccess;
}

async function findCaller(
  parts: CallerParts,
  request: FastifyRequest,
): Promise<Caller | undefined> {
  const { authorization } = request.headers;
  if (authorization !== undefined) return callerOfToken(parts, authorization);
  const id = sessionIdOf(request);
  if (id === undefined) return undefined;
  if (!/^(?:GET|HEAD|OPTIONS)$/.test(request.method)) pageOrigin(parts, request);
  request.session = await parts.identity.sessions.find(id);
  return request.session && personCaller(request.session.person);
}

async function callerOfToken(
  { administration, identity }: CallerParts,
  authorization: string,
): Promise<Caller | undefined> {
  const token = administration.tokenOf(authorization);
  if (token === undefined) return undefined;
  return administration.isAdminToken(token) ? environment : identity.tokens.callerOf(token);
}

/** The caller that authentication found. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw new Error("an admin route ran without authentication");
  return request.caller;
}

/** The maker of a change, as the audit names it. */
export function changerOf(request: FastifyRequest): Changer {
  const { kind, id } = callerOf(request);
  const who = kind === "environment" ? "admin" : `${kind} ${id}`;
  return { who, address: request.ip, requestId: request.id };
}

/** The request of somebody who comes in or goes. */
export function arrivalOf({ ip, id }: FastifyRequest): Origin {
  return { address: ip, requestId: id };
}

/** The caller with the request that they came with, for the audit. */
export function actorOf(request: FastifyRequest): Actor {
  return { ...callerOf(request), address: request.ip, requestId: request.id };
}

function notKnown(): PinholeError {
  return new PinholeError("invalid_api_key", {
    message:
      "The admin token or session is missing or not valid. Send a token as `Authorization: Bearer <token>`, or sign in; API keys do not open this address.",
  });
}

function notAllowed({ role }: Caller, access: readonly string[]): PinholeError {
  return new PinholeError("role_not_allowed", {
    message: `The role \`${role}\` may not do this; it takes ${access.map((one) => `\`${one}\``).join(" or ")}.`,
  });
}
