import type { FastifyInstance } from "fastify";
import { pageQuery } from "../../api/admin/requests.ts";
import { PinholeError } from "../../core/errors.ts";
import { usdText } from "../../core/money.ts";
import { type Scope, scopeOf } from "../../core/role.ts";
import type { Administration, RequestRecord } from "../../gateway/gateway.ts";
import { callerOf } from "./callers.ts";
import { read } from "./read-checked.ts";

/** GET /admin/v1/requests and /admin/v1/requests/{id}. */
export function requestRoutes(app: FastifyInstance, requests: Administration["requests"]): void {
  app.get("/admin/v1/requests", async (request) => {
    const scope = scopeOf(callerOf(request));
    const rows = await requests.list(read(pageQuery, request.query), scope);
    return { object: "list", data: rows.map((row) => requestJson(row, scope)) };
  });
  app.get<{ Params: { id: string } }>("/admin/v1/requests/:id", async (request) => {
    const scope = scopeOf(callerOf(request));
    const record = await requests.get(request.params.id, scope);
    if (record !== undefined) return requestJson(record, scope);
    throw new PinholeError("not_found", { message: "There is no request with this id." });
  });
}

function requestJson(record: RequestRecord, scope: Scope): Record<string, unknown> {
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
    attempts: record.attempts.map(scope.of === "all" ? attemptJson : ownAttemptJson),
    price: record.answer?.price ?? null,
    price_versions: record.prices,
    cost_usd: record.costNano === null ? null : usdText(record.costNano),
    hold: record.hold === null ? null : holdJson(record.hold),
    created_at: isoTime(record.createdAt),
    finished_at: record.finishedAt === null ? null : isoTime(record.finishedAt),
  };
}

function holdJson(hold: NonNullable<RequestRecord["hold"]>): Record<string, unknown> {
  return {
    usd: usdText(hold.nano),
    state: hold.state,
    settled_usd: hold.settledNano === null ? null : usdText(hold.settledNano),
  };
}

/** An attempt without what is the operator's: which account was asked, what it said and what it costs. */
function ownAttemptJson(attempt: RequestRecord["attempts"][number]): Record<string, unknown> {
  const all = attemptJson(attempt);
  const shown = ["id", "call", "attempt", "state", "error_code", "evidence", "started_at"];
  return Object.fromEntries([...shown, "finished_at"].map((name) => [name, all[name]]));
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
