import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import {
  acceptanceBody,
  invitationBody,
  passwordBody,
  signInBody,
} from "../../api/admin/sessions.ts";
import { PinholeError } from "../../core/errors.ts";
import type { Caller } from "../../core/role.ts";
import type { Identity, PresentedSession, SignedIn } from "../../identity/identity.ts";
import { personCaller, sessionIdleMs } from "../../identity/sessions.ts";
import { arrivalOf, callerOf } from "./callers.ts";
import { read } from "./read-checked.ts";
import {
  type CookieParts,
  clearSessionCookie,
  pageOrigin,
  sessionIdOf,
  setSessionCookie,
} from "./session-cookie.ts";

/** The parts that sign people in. */
export interface SessionParts extends CookieParts {
  readonly identity: Identity;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/** /admin/v1/session and /admin/v1/invitation: signing in and out, and one's own account. */
export function sessionRoutes(app: FastifyInstance, parts: SessionParts): void {
  const { identity } = parts;
  app.post("/admin/v1/session", async (request, reply) => {
    const origin = pageOrigin(parts, request);
    const { login, password } = read(signInBody, request.body);
    const signedIn = await identity.signIn({ login, password, from: arrivalOf(request) });
    return beginSession(parts, request, reply, { origin, signedIn, method: "password" });
  });
  app.get("/admin/v1/session", (request) => sessionJson(callerOf(request), request.session));
  app.delete("/admin/v1/session", async (request, reply) => {
    const origin = pageOrigin(parts, request);
    const id = sessionIdOf(request);
    if (id !== undefined) await identity.sessions.end(id, arrivalOf(request));
    clearSessionCookie(reply, origin);
    return { signed_out: true };
  });
  app.put("/admin/v1/session/password", async (request) => {
    const { present, password } = read(passwordBody, request.body);
    const session = sessionOf(request);
    const change = { present: present ?? null, next: password, from: arrivalOf(request) };
    await identity.changePassword(session, change);
    const person = { ...session.person, hasPassword: true };
    return sessionJson(callerOf(request), { ...session, person });
  });
  app.post("/admin/v1/invitation/check", async (request) => {
    const { code } = read(invitationBody, request.body);
    const { login, name, role } = await identity.invited(code, arrivalOf(request));
    return { object: "invitation", login, name, role };
  });
  app.post("/admin/v1/invitation", async (request, reply) => {
    const origin = pageOrigin(parts, request);
    const { code, password, login, name } = read(acceptanceBody, request.body);
    const signedIn = await identity.accept({
      code,
      password,
      login,
      name,
      from: arrivalOf(request),
    });
    return beginSession(parts, request, reply, { origin, signedIn, method: "invitation" });
  });
}

interface Begun {
  readonly origin: URL;
  readonly signedIn: SignedIn;
  readonly method: PresentedSession["session"]["method"];
}

/** Answers with a new session and its cookie; one that the browser had before ends. */
export async function beginSession(
  { identity, now }: SessionParts,
  request: FastifyRequest,
  reply: FastifyReply,
  { origin, signedIn, method }: Begun,
): Promise<FastifyReply> {
  const before = sessionIdOf(request);
  if (before !== undefined) await identity.sessions.end(before, arrivalOf(request));
  setSessionCookie(reply, origin, signedIn, now());
  const { person, until } = signedIn;
  return reply
    .code(201)
    .send(sessionJson(personCaller(person), { person, session: { method, until } }));
}

/** The session of a request; a token has none. */
export function sessionOf(request: FastifyRequest): PresentedSession {
  if (request.session !== undefined) return request.session;
  throw new PinholeError("role_not_allowed", {
    message: "This is for people who are signed in; a token has no account of its own.",
  });
}

interface ShownSession {
  readonly person: PresentedSession["person"];
  readonly session: Pick<PresentedSession["session"], "method" | "until">;
}

function sessionJson(caller: Caller, shown: ShownSession | undefined): Record<string, unknown> {
  return {
    object: "session",
    caller: {
      kind: caller.kind,
      id: caller.id,
      name: caller.name,
      role: caller.role,
      user: caller.userId,
      team: caller.teamId,
    },
    login: shown?.person.login ?? null,
    method: shown?.session.method ?? null,
    has_password: shown?.person.hasPassword ?? null,
    ends_at: shown === undefined ? null : new Date(shown.session.until).toISOString(),
    idle_seconds: shown === undefined ? null : sessionIdleMs / 1000,
  };
}
