import type { FastifyInstance, FastifyRequest } from "fastify";
import { keyBody, keyQuery, newKeyBody, rotationBody } from "../../api/admin/keys.ts";
import type { Changer } from "../../core/audit.ts";
import type { KeySettings } from "../../core/key.ts";
import { keySettingsOf, keyWordsOf } from "../../core/key-words.ts";
import { type KeyAdministration, keyJson } from "../../gateway/gateway.ts";
import { readFields, read, withoutNulls } from "./read-checked.ts";

interface OfOne {
  readonly Params: { readonly id: string };
}

/** /admin/v1/keys, /admin/v1/keys/{id} and /admin/v1/keys/{id}/rotate. */
export function keyRoutes(app: FastifyInstance, keys: KeyAdministration): void {
  app.get("/admin/v1/keys", async (request) => {
    const { after, limit, removed, user = null, team = null } = read(keyQuery, request.query);
    const asked = { after, limit, removed: removed === "true", userId: user, teamId: team };
    return { object: "list", data: (await keys.page(asked)).map(keyJson) };
  });
  app.post("/admin/v1/keys", async (request, reply) => {
    const { id, ...words } = read(newKeyBody, withoutNulls(request.body));
    const made = await keys.create(changerOf(request), keySettingsOf(words), id);
    return reply.code(201).send({ ...keyJson(made.view), key: made.key });
  });
  app.get<OfOne>("/admin/v1/keys/:id", async ({ params }) => keyJson(await keys.get(params.id)));
  app.patch<OfOne>("/admin/v1/keys/:id", async (request) => {
    const fields = readFields(request.body);
    const edit = (now: KeySettings): KeySettings =>
      keySettingsOf(read(keyBody, withoutNulls({ ...keyWordsOf(now), ...fields })));
    return keyJson(await keys.change(changerOf(request), request.params.id, undefined, edit));
  });
  app.post<OfOne>("/admin/v1/keys/:id/rotate", async (request) => {
    const { overlap } = read(rotationBody, withoutNulls(request.body));
    const { id } = request.params;
    const made = await keys.rotate(changerOf(request), id, undefined, overlap);
    return { ...keyJson(made.view), key: made.key };
  });
  app.delete<OfOne>("/admin/v1/keys/:id", async (request) =>
    keyJson(await keys.revoke(changerOf(request), request.params.id, undefined)),
  );
}

function changerOf({ ip, id }: FastifyRequest): Changer {
  return { who: "admin", address: ip, requestId: id };
}
