import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { keyChangeBody, newKeyBody, pageQuery } from "../api/admin.ts";
import { PinholeError } from "../core/errors.ts";
import { usdText } from "../core/money.ts";
import type { KeyRecord } from "../gateway/keys.ts";
import type { RequestRecord } from "../gateway/parts.ts";
import { requireAdmin } from "./authentication.ts";
import { channelHealthRoutes } from "./channel-health-routes.ts";
import type { HttpParts } from "./parts.ts";

const bodyBytesMax = 64 * 1024;

/** Everything under /admin, each route behind the admin token. */
export function adminRoutes(app: FastifyInstance, parts: HttpParts): void {
  requireAdmin(app, parts);
  app.addContentTypeParser(
    "application/json",
    { parseAs: "string", bodyLimit: bodyBytesMax },
    (_request, text, done) => {
      try {
        done(null, JSON.parse(String(text)));
      } catch {
        done(new PinholeError("invalid_json", { message: "The body is no valid JSON document." }));
      }
    },
  );
  keyRoutes(app, parts);
  channelHealthRoutes(app, parts);
  app.get("/admin/requests", async (request) => {
    const page = read(pageQuery, request.query);
    const rows = await parts.gateway.store.requests.list(page);
    return { object: "list", data: rows.map(requestJson) };
  });
  app.get<{ Params: { id: string } }>("/admin/requests/:id", async (request) => {
    const record = await parts.gateway.store.requests.get(request.params.id);
    if (record !== undefined) return requestJson(record);
    throw new PinholeError("not_found", { message: "There is no request with this id." });
  });
  app.get("/admin/channels", () => {
    const channels = new Map(
      parts.gateway
        .catalog()
        .entries.flatMap((entry) => entry.targets)
        .map(({ channel }) => [channel.id, channel]),
    );
    return {
      object: "list",
      data: [...channels.values()].map((channel) => ({
        id: channel.id,
        provider: channel.provider.id,
        models: channel.models.map((model) => ({ name: model.name, upstream: model.upstream })),
        priority: channel.priority,
        weight: channel.weight,
        credentials: channel.credentials.length,
      })),
    };
  });
}

function keyRoutes(app: FastifyInstance, parts: HttpParts): void {
  app.get("/admin/keys", async () => ({
    object: "list",
    data: (await parts.keys.list()).map(keyJson),
  }));
  app.post("/admin/keys", async (request, reply) => {
    const wanted = read(newKeyBody, request.body);
    const { name, models, strict, expires_at: expiry } = wanted;
    const expiresAt = expiry == null ? null : Date.parse(expiry);
    const limits = {
      rpm: wanted.rpm ?? null,
      ipm: wanted.ipm ?? null,
      ipd: wanted.ipd ?? null,
      concurrency: wanted.concurrency ?? null,
    };
    const made = await parts.keys.create({ name, models, strict, expiresAt, limits });
    return reply.code(201).send({ ...keyJson(made.record), key: made.key });
  });
  app.patch<{ Params: { id: string } }>("/admin/keys/:id", async (request) => {
    const { name, disabled } = read(keyChangeBody, request.body);
    const change = {
      ...(name === undefined ? {} : { name }),
      ...(disabled === undefined ? {} : { disabled }),
    };
    if (await parts.keys.update(request.params.id, change))
      return { id: request.params.id, ...change };
    throw noKey();
  });
  app.delete<{ Params: { id: string } }>("/admin/keys/:id", async (request) => {
    if (await parts.keys.remove(request.params.id)) return { id: request.params.id, deleted: true };
    throw noKey();
  });
}

function noKey(): PinholeError {
  return new PinholeError("not_found", {
    message:
      "There is no such key in the database; keys of the configuration file are changed there.",
  });
}

function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const param = issue?.path.map(String).join(".");
  throw new PinholeError("invalid_value", {
    message: `${param === undefined || param === "" ? "The body" : `\`${param}\``} is not valid: ${issue?.message ?? "unknown fault"}.`,
    param: param === "" ? undefined : param,
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

function requestJson(record: RequestRecord): Record<string, unknown> {
  return {
    id: record.id,
    key_id: record.keyId,
    client_request_id: record.clientRequestId,
    operation: record.operation,
    model: record.model,
    served_model: record.servedModel,
    n: record.n,
    state: record.state,
    error:
      record.errorCode === null ? null : { code: record.errorCode, message: record.errorMessage },
    fields: JSON.parse(record.fields) as unknown,
    usage: record.usage,
    warnings: record.warnings,
    pictures: record.pictures.map((picture) => ({
      index: picture.index,
      blob_id: picture.blobId,
      format: picture.format,
      width: picture.width,
      height: picture.height,
      bytes: picture.byteLength,
      revised_prompt: picture.revisedPrompt,
    })),
    attempts: record.attempts.map(attemptJson),
    cost_usd: record.costNano === null ? null : usdText(record.costNano),
    hold:
      record.hold === null ? null : { usd: usdText(record.hold.nano), state: record.hold.state },
    created_at: isoTime(record.createdAt),
    finished_at: record.finishedAt === null ? null : isoTime(record.finishedAt),
  };
}

function attemptJson(attempt: RequestRecord["attempts"][number]): Record<string, unknown> {
  return {
    id: attempt.id,
    call: attempt.call,
    attempt: attempt.attempt,
    channel: attempt.channelId,
    provider: attempt.providerId,
    upstream_model: attempt.upstreamModel,
    state: attempt.state,
    error_code: attempt.errorCode,
    evidence: attempt.evidence,
    detail: attempt.detail,
    provider_usd: attempt.providerNano === null ? null : usdText(attempt.providerNano),
    started_at: isoTime(attempt.startedAt),
    finished_at: attempt.finishedAt === null ? null : isoTime(attempt.finishedAt),
  };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
