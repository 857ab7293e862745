import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { signInQuery } from "../../api/admin/sign-in.ts";
import { isLoopbackHost } from "../../core/hosts.ts";
import { PinholeError } from "../../core/errors.ts";
import type { Identity, OidcSignIn } from "../../identity/identity.ts";
import { logError } from "../server/error-answers.ts";
import { type OriginParts, originOf } from "../server/origin.ts";
import { arrivalOf } from "./callers.ts";
import { read } from "./read-checked.ts";
import {
  clearFlowCookie,
  flowOf,
  mayHavePasskeys,
  setFlowCookie,
  setSessionCookie,
} from "./session-cookie.ts";

/** The parts that people sign in with elsewhere. */
export interface SignInParts extends OriginParts {
  readonly identity: Pick<Identity, "oidc">;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** /admin/v1/sign-in: the ways in, and the way by an identity provider. */
export function signInRoutes(app: FastifyInstance, parts: SignInParts): void {
  app.get("/admin/v1/sign-in", (request) => {
    const { oidc } = parts.identity;
    const { hostname } = new URL(originOf(parts, request));
    const path = "/admin/v1/sign-in/oidc";
    const passkeys = mayHavePasskeys(hostname);
    return { object: "sign_in", password: true, passkeys, oidc: oidc && { name: oidc.name, path } };
  });
  app.get("/admin/v1/sign-in/oidc", async (request, reply) => {
    const { to } = read(signInQuery, request.query);
    const origin = safeOrigin(parts, request);
    const { url, flow } = await oidcOf(parts).begin(callbackOf(parts, request).href, to);
    setFlowCookie(reply, origin, flow);
    return reply.redirect(url, 302);
  });
  app.get("/admin/v1/sign-in/oidc/callback", async (request, reply) => {
    const origin = safeOrigin(parts, request);
    clearFlowCookie(reply, origin);
    const returned = callbackOf(parts, request);
    returned.search = new URL(request.url, returned).search;
    try {
      const { signedIn, to } = await oidcOf(parts).finish(
        returned,
        flowOf(request),
        arrivalOf(request),
      );
      setSessionCookie(reply, origin, signedIn, parts.now());
      return await reply.redirect(below(parts, request, to), 303);
    } catch (thrown) {
      return refuse(parts, request, reply, thrown);
    }
  });
}

/** A browser shows what it is led to: the sign-in page, which has the words for the code. */
function refuse(
  parts: SignInParts,
  request: FastifyRequest,
  reply: FastifyReply,
  thrown: unknown,
): FastifyReply {
  const { code } = logError(request, thrown);
  return reply.redirect(below(parts, request, `/sign-in?problem=${code}`), 303);
}

function oidcOf({ identity }: SignInParts): OidcSignIn {
  if (identity.oidc !== undefined) return identity.oidc;
  throw new PinholeError("not_found", {
    message:
      "This gateway has no identity provider to sign in by; `oidc` in its configuration names one.",
  });
}

function callbackOf(parts: SignInParts, request: FastifyRequest): URL {
  return new URL(`${originOf(parts, request)}/admin/v1/sign-in/oidc/callback`);
}

/** A page of this gateway, also where it is served below a path. */
function below(parts: SignInParts, request: FastifyRequest, path: string): string {
  return `${originOf(parts, request)}${path}`;
}

/** The origin that the cookies are for. Over plain http it is this machine's alone. */
function safeOrigin(parts: SignInParts, request: FastifyRequest): URL {
  const origin = new URL(originOf(parts, request));
  if (origin.protocol === "https:" || isLoopbackHost(origin.hostname)) return origin;
  throw new PinholeError("origin_not_allowed", {
    message:
      "Signing in over plain http is for this machine alone (localhost). Put https in front and set server.public_url.",
  });
}
