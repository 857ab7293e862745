import type { FastifyInstance } from "fastify";
import { newTokenBody, tokenChangeBody } from "../../api/admin/tokens.ts";
import type { AdminToken, AdminTokens } from "../../identity/identity.ts";
import { actorOf } from "./callers.ts";
import { read } from "./read-checked.ts";
import { changeVersion, sendVersioned } from "./versions.ts";

/** /admin/v1/tokens: tokens for automation. */
export function tokenRoutes(app: FastifyInstance, tokens: AdminTokens): void {
  app.get("/admin/v1/tokens", async () => ({
    object: "list",
    data: (await tokens.list()).map(tokenJson),
  }));
  app.post("/admin/v1/tokens", async (request, reply) => {
    const { name, role, team, expires_at: expiry } = read(newTokenBody, request.body);
    const wanted = { name, role, teamId: team, expiresAt: timeOf(expiry) };
    const { token, record } = await tokens.create(actorOf(request), wanted);
    return sendVersioned(reply.code(201), record, { ...tokenJson(record), token });
  });
  app.get<{ Params: { id: string } }>("/admin/v1/tokens/:id", async (request, reply) => {
    const record = await tokens.get(request.params.id);
    return sendVersioned(reply, record, tokenJson(record));
  });
  app.patch<{ Params: { id: string } }>("/admin/v1/tokens/:id", async (request, reply) => {
    const { id } = request.params;
    const { team, expires_at: expiry, ...wanted } = read(tokenChangeBody, request.body);
    const change = {
      ...wanted,
      ...(team === undefined ? {} : { teamId: team }),
      ...(expiry === undefined ? {} : { expiresAt: timeOf(expiry) }),
    };
    const after = await changeVersion(request, {
      read: () => tokens.get(id),
      show: tokenJson,
      change: (version) => tokens.change(actorOf(request), id, version, change),
    });
    return sendVersioned(reply, after, tokenJson(after));
  });
  app.delete<{ Params: { id: string } }>("/admin/v1/tokens/:id", async (request) => {
    const { id } = request.params;
    await changeVersion(request, {
      read: () => tokens.get(id),
      show: tokenJson,
      change: (version) => tokens.remove(actorOf(request), id, version),
    });
    return { id, deleted: true };
  });
}

function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

function tokenJson(token: AdminToken): Record<string, unknown> {
  return {
    id: token.id,
    name: token.name,
    hint: token.hint,
    role: token.role,
    team: token.teamId,
    expires_at: token.expiresAt === null ? null : new Date(token.expiresAt).toISOString(),
    created_at: new Date(token.createdAt).toISOString(),
    version: token.version,
  };
}
