import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { keyBody, keyId, keyQuery, newKeyBody, rotationBody } from "../../api/admin/keys.ts";
import { withoutNulls } from "../../core/entry-paths.ts";
import type { KeySettings } from "../../core/key.ts";
import { keySettingsOf, keyWordsOf } from "../../core/key-words.ts";
import { type ConfinedKeys, type KeyAdministration, keyJson } from "../../gateway/gateway.ts";
import { scopeOf } from "../../core/role.ts";
import { callerOf, changerOf } from "./callers.ts";
import { read, readFields } from "./read-checked.ts";
import { conditionOf, pageOf, withVersion } from "./conditions.ts";

interface OfOne {
  readonly Params: { readonly id: string };
}

/** /admin/v1/keys, /admin/v1/keys/{id} and /admin/v1/keys/{id}/rotate. */
export function keyRoutes(app: FastifyInstance, keys: KeyAdministration): void {
  app.get("/admin/v1/keys", async (request) => {
    const { after, limit, removed, user = null, team = null } = read(keyQuery, request.query);
    const asked = { after, removed: removed === "true", userId: user, teamId: team };
    const found = await keysFor(keys, request).page({ ...asked, limit: limit + 1 });
    return pageOf(found, limit, keyJson);
  });
  app.post("/admin/v1/keys", async (request, reply) => {
    const { id, ...words } = read(newKeyBody, withoutNulls(request.body));
    const made = await keysFor(keys, request).create(changerOf(request), keySettingsOf(words), id);
    return reply.code(201).send(withVersion(reply, { ...keyJson(made.view), key: made.key }));
  });
  app.get<OfOne>("/admin/v1/keys/:id", async (request, reply) =>
    withVersion(reply, keyJson(await keysFor(keys, request).get(request.params.id))),
  );
  app.delete<OfOne>("/admin/v1/keys/:id", async (request, reply) => {
    const { id } = request.params;
    const own = keysFor(keys, request);
    const revoked = await own.revoke(changerOf(request), id, conditionOf(request));
    return withVersion(reply, keyJson(revoked));
  });
  changeRoutes(app, keys);
}

/** The keys that the caller may see and change. */
function keysFor(keys: KeyAdministration, request: FastifyRequest): ConfinedKeys {
  return keys.within(scopeOf(callerOf(request)));
}

function changeRoutes(app: FastifyInstance, keys: KeyAdministration): void {
  app.put<OfOne>("/admin/v1/keys/:id", async (request, reply) => {
    const { id } = request.params;
    const settings = keySettingsOf(read(keyBody, withoutNulls(request.body)));
    // An address of the file's is refused with its line, whatever it looks like.
    if (!id.startsWith("file:")) read(keyId, { id });
    const put = await keysFor(keys, request).put(
      changerOf(request),
      id,
      conditionOf(request),
      settings,
    );
    const shown = withVersion(reply, keyJson(put.view));
    return put.key === undefined ? shown : reply.code(201).send({ ...shown, key: put.key });
  });
  app.patch<OfOne>("/admin/v1/keys/:id", async (request, reply) => {
    const fields = readFields(request.body);
    const edit = (now: KeySettings): KeySettings =>
      keySettingsOf(read(keyBody, withoutNulls({ ...keyWordsOf(now), ...fields })));
    const said = Object.keys(fields);
    const change = { id: request.params.id, condition: conditionOf(request), edit, said };
    const changed = await keysFor(keys, request).change(changerOf(request), change);
    return withVersion(reply, keyJson(changed));
  });
  app.post<OfOne>("/admin/v1/keys/:id/rotate", (request, reply) => rotate(keys, request, reply));
}

async function rotate(
  keys: KeyAdministration,
  request: FastifyRequest<OfOne>,
  reply: FastifyReply,
): Promise<Record<string, unknown>> {
  const { overlap } = read(rotationBody, withoutNulls(request.body));
  const { id } = request.params;
  const own = keysFor(keys, request);
  const made = await own.rotate(changerOf(request), id, conditionOf(request), overlap);
  return withVersion(reply, { ...keyJson(made.view), key: made.key });
}
