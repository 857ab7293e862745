import type { FastifyInstance } from "fastify";
import { keyChangeBody, newKeyBody } from "../../api/admin/keys.ts";
import { PinholeError } from "../../core/errors.ts";
import type { KeyRecord } from "../../core/key.ts";
import type { KeyAdministration } from "../../gateway/gateway.ts";
import { read } from "./read-checked.ts";

/** /admin/v1/keys and /admin/v1/keys/{id}. */
export function keyRoutes(app: FastifyInstance, keys: KeyAdministration): void {
  app.get("/admin/v1/keys", async () => ({
    object: "list",
    data: (await keys.list()).map(keyJson),
  }));
  app.post("/admin/v1/keys", async (request, reply) => {
    const wanted = read(newKeyBody, request.body);
    const { name, models, strict, expires_at: expiry } = wanted;
    const expiresAt = expiry == null ? null : Date.parse(expiry);
    const limits = {
      rpm: wanted.rpm ?? null,
      ipm: wanted.ipm ?? null,
      ipd: wanted.ipd ?? null,
      concurrency: wanted.concurrency ?? null,
    };
    const made = await keys.create({ name, models, strict, expiresAt, limits });
    return reply.code(201).send({ ...keyJson(made.record), key: made.key });
  });
  app.patch<{ Params: { id: string } }>("/admin/v1/keys/:id", async (request) => {
    const { name, disabled } = read(keyChangeBody, request.body);
    const change = {
      ...(name === undefined ? {} : { name }),
      ...(disabled === undefined ? {} : { disabled }),
    };
    if (await keys.update(request.params.id, change)) return { id: request.params.id, ...change };
    throw noKey();
  });
  app.delete<{ Params: { id: string } }>("/admin/v1/keys/:id", async (request) => {
    if (await keys.remove(request.params.id)) return { id: request.params.id, deleted: true };
    throw noKey();
  });
}

function noKey(): PinholeError {
  return new PinholeError("not_found", {
    message:
      "There is no such key in the database; keys of the configuration file are changed there.",
  });
}

function keyJson(key: KeyRecord): Record<string, unknown> {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    models: key.models,
    operations: key.operations,
    strict: key.strict,
    disabled: key.disabled,
    ...key.limits,
    expires_at: key.expiresAt === null ? null : new Date(key.expiresAt).toISOString(),
    created_at: new Date(key.createdAt).toISOString(),
  };
}
