import type { FastifyInstance, FastifyRequest } from "fastify";
import {
  newPasskeyBody,
  passkeyNameBody,
  passkeySignInBody,
  passkeyWishBody,
} from "../../api/admin/passkeys.ts";
import { PinholeError } from "../../core/errors.ts";
import type { Passkey, PasskeyPlace } from "../../identity/identity.ts";
import { arrivalOf } from "./callers.ts";
import { read } from "./read-checked.ts";
import { type CookieParts, mayHavePasskeys, pageOrigin } from "./session-cookie.ts";
import { beginSession, type SessionParts, sessionOf } from "./session-routes.ts";

/** /admin/v1/passkeys, a person's own, and /admin/v1/sign-in/passkey. */
export function passkeyRoutes(app: FastifyInstance, parts: SessionParts): void {
  const { passkeys } = parts.identity;
  app.get("/admin/v1/passkeys", async (request) => ({
    object: "list",
    data: (await passkeys.list(sessionOf(request).person.id)).map(passkeyJson),
  }));
  app.post("/admin/v1/passkeys/question", async (request) => {
    const session = sessionOf(request);
    const { password } = read(passkeyWishBody, request.body);
    const place = placeOf(parts, request);
    const wish = { password: password ?? null, place, from: arrivalOf(request) };
    return { object: "passkey_question", ...(await passkeys.beginAdding(session, wish)) };
  });
  app.post("/admin/v1/passkeys", async (request, reply) => {
    const session = sessionOf(request);
    const made = { ...read(newPasskeyBody, request.body), from: arrivalOf(request) };
    return reply.code(201).send(passkeyJson(await passkeys.add(session, made)));
  });
  app.patch<{ Params: { id: string } }>("/admin/v1/passkeys/:id", async (request) => {
    const session = sessionOf(request);
    const { name } = read(passkeyNameBody, request.body);
    const { id } = request.params;
    return passkeyJson(await passkeys.rename(session, id, name, arrivalOf(request)));
  });
  app.delete<{ Params: { id: string } }>("/admin/v1/passkeys/:id", async (request) => {
    const { id } = request.params;
    await passkeys.remove(sessionOf(request), id, arrivalOf(request));
    return { id, deleted: true };
  });
  app.post("/admin/v1/sign-in/passkey/question", async (request) => {
    const place = placeOf(parts, request);
    const question = await passkeys.beginSignIn(place, arrivalOf(request));
    return { object: "passkey_question", ...question };
  });
  app.post("/admin/v1/sign-in/passkey", async (request, reply) => {
    const origin = pageOrigin(parts, request);
    const { flow, response } = read(passkeySignInBody, request.body);
    const signedIn = await passkeys.signIn(flow, response, arrivalOf(request));
    return beginSession(parts, request, reply, { origin, signedIn, method: "passkey" });
  });
}

/** The place that passkeys are for: the public URL where there is one, else the page that asks, which is this gateway's. */
function placeOf(parts: CookieParts, request: FastifyRequest): PasskeyPlace {
  const page = pageOrigin(parts, request);
  const { origin, hostname } = parts.publicUrl === undefined ? page : new URL(parts.publicUrl);
  if (mayHavePasskeys(hostname)) return { origin, rpId: hostname };
  throw new PinholeError("invalid_value", {
    message:
      "Browsers keep passkeys for names, not for addresses; open this gateway by a name (on this machine, localhost), or set server.public_url.",
  });
}

function passkeyJson(passkey: Passkey): Record<string, unknown> {
  return {
    id: passkey.id,
    name: passkey.name,
    device: passkey.device,
    backed_up: passkey.backedUp,
    created_at: new Date(passkey.createdAt).toISOString(),
    used_at: passkey.usedAt === null ? null : new Date(passkey.usedAt).toISOString(),
  };
}
