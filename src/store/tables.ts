import { roles } from "../core/role.ts";
import { signInMethods } from "./identity-records.ts";
import { passkeyDevices } from "./passkey-records.ts";
import { moneySchemas } from "./money-tables.ts";
import { noticeTables } from "./notice-tables.ts";
import { flag, integer, nullable, oneOf, record, text } from "./shape.ts";
import { keyTable } from "./key-table.ts";
import type { Shaped } from "./shape.ts";

/**
 * The tables, declared once: these schemas read every row that comes back. The migrations
 * create them. Times are Unix milliseconds, money is
 * nano-dollars (`integer` refuses what JavaScript cannot hold exactly), flags are 0 or 1, so that
 * every database keeps them alike. Columns that hold JSON say so; `records.ts` reads them.
 */
const time = integer;
const nano = integer;

export const requestStates = ["running", "succeeded", "partial", "failed", "lost"] as const;
const attemptStates = ["running", "succeeded", "failed"] as const;

/** Columns of teams and users. */
const person = {
  id: text,
  name: nullable(text),
  /** JSON: a list of names and patterns. */
  models: text,
  rpm: nullable(integer),
  ipm: nullable(integer),
  ipd: nullable(integer),
  /** JSON: a list of budgets. */
  budgets: text,
  /** JSON: a list of words. */
  labels: text,
  disabled: flag,
  version: integer,
  created_at: time,
  changed_at: time,
};

export const rowSchemas = {
  keys: keyTable,
  requests: record({
    id: text,
    key_id: text,
    client_request_id: nullable(text),
    operation: text,
    model: text,
    n: integer,
    /** JSON: the canonical fields, handed out as text. */
    fields: text,
    created_at: time,
    /** When its owner must have finished it; covers requests without a hold too. */
    lease_until: time,
    state: oneOf(requestStates),
    error_code: nullable(text),
    error_message: nullable(text),
    cost_nano: nullable(nano),
    /** JSON: token counts. */
    usage: nullable(text),
    /** JSON: a list of warnings. */
    warnings: text,
    served_model: nullable(text),
    finished_at: nullable(time),
    idempotency_key: nullable(text),
    fingerprint: nullable(text),
    /** When its client went without the answer; null: it has it, or waits, or a retry has taken it. */
    orphaned_at: nullable(time),
    deleted_at: nullable(time),
    error_param: nullable(text),
    /** JSON: the rest of what the answer said. */
    answer: nullable(text),
    /** The node that makes it; null in records of earlier versions. */
    owner: nullable(text),
    /** When it ended in an error that may have been billed. */
    doubtful_at: nullable(time),
    /** JSON: versions of the prices that may count for it; null where it is free, or has none. */
    prices: nullable(text),
    /** JSON: the moments of the request, and what was sent upstream. */
    trace: nullable(text),
    /** When its answer began to be given, where others could be asked for it again: it has arrived if its node was seen later. */
    answered_at: nullable(time),
    /** The person who made it in the console with a key of theirs; null: the key says whose it is. */
    person_id: nullable(text),
  }),
  attempts: record({
    id: text,
    request_id: text,
    call: integer,
    attempt: integer,
    channel_id: text,
    provider_id: text,
    upstream_model: text,
    started_at: time,
    state: oneOf(attemptStates),
    error_code: nullable(text),
    evidence: nullable(text),
    detail: nullable(text),
    /** Null: unknown. */
    provider_nano: nullable(nano),
    finished_at: nullable(time),
    /** The most that it may cost; 0: it is free; null: nothing bounds it. */
    bound_nano: nullable(nano),
  }),
  pictures: record({
    request_id: text,
    position: integer,
    blob_id: nullable(text),
    format: text,
    width: integer,
    height: integer,
    byte_length: integer,
    revised_prompt: nullable(text),
    url_until: nullable(time),
    kept_until: nullable(time),
    /** The average, as `#rrggbb`; null: it is not known. */
    colour: nullable(text),
  }),
  /** Pictures that people have saved. */
  saved_pictures: record({
    request_id: text,
    position: integer,
    person_id: text,
    blob_id: text,
    format: text,
    width: integer,
    height: integer,
    byte_length: integer,
    kept_until: time,
    model: text,
    /** JSON: the canonical fields of the request. */
    fields: text,
    /** The prompt in lower case. */
    words: text,
    seed: nullable(text),
    created_at: time,
    saved_at: time,
    /** The end, where the person was removed. */
    ends_at: nullable(time),
    colour: nullable(text),
  }),
  ...moneySchemas,
  ...noticeTables,
  /** Processes that work on this database. */
  nodes: record({
    id: text,
    started_at: time,
    seen_at: time,
    version: nullable(text),
    schema_step: nullable(text),
    host: nullable(text),
    file_hash: nullable(text),
    file_since: nullable(time),
  }),
  /** Answers that were given from another request's outcome. */
  repeats: record({
    id: text,
    request_id: text,
    key_id: text,
    client_request_id: nullable(text),
    created_at: time,
  }),
  /** People who sign in. */
  people: record({
    id: text,
    login: text,
    name: text,
    role: oneOf(roles),
    user_id: nullable(text),
    team_id: nullable(text),
    disabled: flag,
    /** An argon2id digest with its parameters. */
    password: nullable(text),
    joined_at: nullable(time),
    signed_in_at: nullable(time),
    created_at: time,
    version: integer,
  }),
  /** Users whose person was removed. */
  stopped_users: record({ user_id: text, stopped_at: time }),
  sessions: record({
    digest: text,
    person_id: text,
    method: oneOf(signInMethods),
    created_at: time,
    seen_at: time,
    until: time,
  }),
  invitations: record({ digest: text, person_id: text, until: time }),
  /** Accounts at identity providers. */
  person_links: record({ issuer: text, subject: text, person_id: text, created_at: time }),
  sign_in_flows: record({ digest: text, value: text, until: time }),
  sign_in_tries: record({ name: text, count: integer, until: time }),
  passkeys: record({
    id: text,
    person_id: text,
    name: text,
    public_key: text,
    counter: integer,
    device: oneOf(passkeyDevices),
    backed_up: flag,
    /** JSON: a list of words. */
    transports: text,
    created_at: time,
    used_at: nullable(time),
  }),
  admin_tokens: record({
    id: text,
    name: text,
    digest: text,
    hint: text,
    role: oneOf(roles),
    team_id: nullable(text),
    expires_at: nullable(time),
    created_at: time,
    version: integer,
  }),
  teams: record({
    ...person,
    /** JSON: times, per_image_usd or both. */
    markup: nullable(text),
  }),
  users: record({ ...person, team_id: nullable(text) }),
  /** Every change of what an operator administers, append-only. */
  audit: record({
    id: text,
    at: time,
    who: text,
    address: nullable(text),
    request_id: nullable(text),
    action: text,
    resource: text,
    resource_id: text,
    /** JSON, as the admin API showed it; null: there was none. */
    before_json: nullable(text),
    after_json: nullable(text),
  }),
  /** Entries of the configuration, in the words of the file. */
  resources: record({
    /** A kind that this version does not know is a newer one's. */
    kind: text,
    id: text,
    /** JSON; where a credential stands it holds the last characters alone. */
    words: text,
    /** JSON: sealed credentials by their place. */
    secrets: text,
    version: integer,
    created_at: time,
    changed_at: time,
    /** A tombstone: the name stays known. */
    removed_at: nullable(time),
  }),
  settings: record({ name: text, value: text }),
  migrations: record({ name: text, applied_at: time }),
} as const;

/** Row types by table. */
export type Tables = { [T in keyof typeof rowSchemas]: Shaped<(typeof rowSchemas)[T]> };
