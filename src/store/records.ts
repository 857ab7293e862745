import { personOfKey } from "../core/key.ts";
import { operations } from "../core/request.ts";
import type { Warning } from "../core/request.ts";
import { boolean, listOf, nullable, number, oneOf, optional, record, text } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { rowSchemas } from "./tables.ts";
import type { Tables } from "./tables.ts";
import type {
  AnswerRecord,
  AttemptRecord,
  PictureRecord,
  RequestRecord,
} from "./request-records.ts";

/** Rows to records and back: JSON columns are written here and read here by schemas. */

const tokensSchema = record({ text_tokens: number, image_tokens: number });
const usageSchema = record({
  input_tokens: number,
  output_tokens: number,
  total_tokens: number,
  input_tokens_details: tokensSchema,
  output_tokens_details: optional(tokensSchema),
});
/** Written so that a code added to the vocabulary does not compile until it can be read here. */
const warningCodes = {
  unsupported_parameter: "unsupported_parameter",
  adjusted_value: "adjusted_value",
  model_replaced: "model_replaced",
  partial_result: "partial_result",
  format_mismatch: "format_mismatch",
  size_differs: "size_differs",
} as const satisfies Record<Warning["code"], Warning["code"]>;
const warningsSchema = listOf(
  record({ param: text, code: oneOf(Object.values(warningCodes)), message: text }),
);
const answerSchema = record({
  created: number,
  form: record({ url: boolean, base64: boolean }),
  shape: oneOf(["full", "plain"]),
  channelId: text,
  price: optional(oneOf(["priced", "free", "unknown"])),
  /** Instead of `price` in answers of the first release. */
  priced: optional(boolean),
  pictures: listOf(
    record({ quality: nullable(text), background: nullable(text), seed: optional(text) }),
  ),
});
const pricesSchema = listOf(text);
const operationSchema = oneOf(operations);

function answerFromJson(text: string): AnswerRecord {
  const { price, priced, ...answer } = fromJson(answerSchema, text);
  return { ...answer, price: price ?? (priced === true ? "priced" : "unknown") };
}

function fromJson<T>(schema: Shape<T>, text: string): T {
  return schema.parse(JSON.parse(text));
}

function attemptFromRow(value: unknown): AttemptRecord {
  const row = rowSchemas.attempts.parse(value);
  return {
    id: row.id,
    requestId: row.request_id,
    call: row.call,
    attempt: row.attempt,
    channelId: row.channel_id,
    providerId: row.provider_id,
    upstreamModel: row.upstream_model,
    startedAt: row.started_at,
    boundNano: row.bound_nano,
    state: row.state,
    errorCode: row.error_code,
    evidence: row.evidence,
    detail: row.detail,
    providerNano: row.provider_nano,
    finishedAt: row.finished_at,
  };
}

function pictureFromRow(value: unknown): PictureRecord {
  const row = rowSchemas.pictures.parse(value);
  return {
    index: row.position,
    blobId: row.blob_id,
    format: row.format,
    width: row.width,
    height: row.height,
    byteLength: row.byte_length,
    revisedPrompt: row.revised_prompt,
    urlUntil: row.url_until,
    keptUntil: row.kept_until,
    ...(row.colour === null ? {} : { colour: row.colour }),
  };
}

/** A request's row with the rows that hang on it; at most one of `holds`. */
export interface RequestRows {
  readonly request: Tables["requests"];
  readonly attempts: readonly unknown[];
  readonly pictures: readonly unknown[];
  readonly holds: readonly unknown[];
}

export function requestFromRows({
  request,
  attempts,
  pictures,
  holds,
}: RequestRows): RequestRecord {
  const hold = holds.map((row) => rowSchemas.holds.parse(row)).at(0);
  const answer = request.answer === null ? null : answerFromJson(request.answer);
  return {
    id: request.id,
    keyId: request.key_id,
    personId: request.person_id ?? personOfKey(request.key_id),
    clientRequestId: request.client_request_id,
    operation: operationSchema.parse(request.operation),
    model: request.model,
    n: request.n,
    fields: request.fields,
    createdAt: request.created_at,
    state: request.state,
    errorCode: request.error_code,
    errorMessage: request.error_message,
    errorParam: request.error_param,
    answer,
    idempotencyKey: request.idempotency_key,
    fingerprint: request.fingerprint,
    owner: request.owner,
    prices: request.prices === null ? [] : fromJson(pricesSchema, request.prices),
    doubtfulAt: request.doubtful_at,
    deletedAt: request.deleted_at,
    leaseUntil: request.lease_until,
    costNano: answer?.price === "unknown" ? null : request.cost_nano,
    usage: request.usage === null ? null : fromJson(usageSchema, request.usage),
    warnings: fromJson(warningsSchema, request.warnings),
    pictures: pictures.map(pictureFromRow),
    attempts: attempts.map(attemptFromRow),
    trace: request.trace,
    servedModel: request.served_model,
    finishedAt: request.finished_at,
    hold:
      hold === undefined
        ? null
        : { nano: hold.amount_nano, state: hold.state, settledNano: hold.settled_nano },
  };
}
