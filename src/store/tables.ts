import { z } from "zod";

/**
 * The tables, declared once: these schemas read every row that comes back. The migrations
 * create them. Times are Unix milliseconds, money is
 * nano-dollars (`z.int()` refuses what JavaScript cannot hold exactly), flags are 0 or 1, so that
 * every database keeps them alike. Columns that hold JSON say so; `records.ts` reads them.
 */
const time = z.int();
const nano = z.int();
const flag = z.int().min(0).max(1);

export const requestStates = ["running", "succeeded", "partial", "failed"] as const;
const attemptStates = ["running", "succeeded", "failed"] as const;
const holdStates = ["held", "settled", "voided"] as const;

export const rowSchemas = {
  keys: z.object({
    id: z.string(),
    name: z.string(),
    digest: z.string(),
    hint: z.string(),
    /** JSON: a list of names and patterns. */
    models: z.string(),
    /** JSON: a list of operations. */
    operations: z.string().nullable(),
    strict: flag,
    disabled: flag,
    expires_at: time.nullable(),
    created_at: time,
    rpm: z.int().nullable(),
    ipm: z.int().nullable(),
    ipd: z.int().nullable(),
    concurrency: z.int().nullable(),
  }),
  requests: z.object({
    id: z.string(),
    key_id: z.string(),
    client_request_id: z.string().nullable(),
    operation: z.string(),
    model: z.string(),
    n: z.int(),
    /** JSON: the canonical fields, handed out as text. */
    fields: z.string(),
    created_at: time,
    /** When its owner must have finished it; covers requests without a hold too. */
    lease_until: time,
    state: z.enum(requestStates),
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
    cost_nano: nano.nullable(),
    /** JSON: token counts. */
    usage: z.string().nullable(),
    /** JSON: a list of warnings. */
    warnings: z.string(),
    served_model: z.string().nullable(),
    finished_at: time.nullable(),
    idempotency_key: z.string().nullable(),
    fingerprint: z.string().nullable(),
    /** When its client went without the answer; null: it has it, or waits, or a retry has taken it. */
    orphaned_at: time.nullable(),
    deleted_at: time.nullable(),
    error_param: z.string().nullable(),
    /** JSON: the rest of what the answer said. */
    answer: z.string().nullable(),
  }),
  attempts: z.object({
    id: z.string(),
    request_id: z.string(),
    call: z.int(),
    attempt: z.int(),
    channel_id: z.string(),
    provider_id: z.string(),
    upstream_model: z.string(),
    started_at: time,
    state: z.enum(attemptStates),
    error_code: z.string().nullable(),
    evidence: z.string().nullable(),
    detail: z.string().nullable(),
    /** Null: unknown. */
    provider_nano: nano.nullable(),
    finished_at: time.nullable(),
  }),
  pictures: z.object({
    request_id: z.string(),
    position: z.int(),
    blob_id: z.string().nullable(),
    format: z.string(),
    width: z.int(),
    height: z.int(),
    byte_length: z.int(),
    revised_prompt: z.string().nullable(),
    url_until: time.nullable(),
    kept_until: time.nullable(),
  }),
  holds: z.object({
    request_id: z.string(),
    /** What was set aside. */
    amount_nano: nano,
    state: z.enum(holdStates),
    /** What was taken of it, or above it; null until settled. */
    settled_nano: nano.nullable(),
    created_at: time,
    resolved_at: time.nullable(),
  }),
  settings: z.object({ name: z.string(), value: z.string() }),
  migrations: z.object({ name: z.string(), applied_at: time }),
} as const;

/** Row types by table. */
export type Tables = { [T in keyof typeof rowSchemas]: z.infer<(typeof rowSchemas)[T]> };
