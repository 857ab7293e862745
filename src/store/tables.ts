import { budgetScopes, periods } from "../core/budget.ts";
import { roles } from "../core/role.ts";
import { signInMethods } from "./identity-records.ts";
import { noticeKinds, noticeStates } from "../core/notice.ts";
import { flag, integer, nullable, oneOf, record, text } from "./shape.ts";
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
const holdStates = ["held", "settled", "voided"] as const;
/** The customer's book has what keys owe; the provider's what upstreams may have charged. */
export const books = ["customer", "provider"] as const;
export const entryKinds = ["settlement", "attempt"] as const;
const prices = ["priced", "unknown"] as const;
/** Rows of entries without labels, of entries with some, and of one label of an entry. */
export const slices = ["bare", "labelled", "label"] as const;

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
  keys: record({
    id: text,
    name: text,
    digest: text,
    hint: text,
    /** JSON: a list of names and patterns. */
    models: text,
    /** JSON: a list of operations. */
    operations: nullable(text),
    strict: flag,
    disabled: flag,
    expires_at: nullable(time),
    created_at: time,
    rpm: nullable(integer),
    ipm: nullable(integer),
    ipd: nullable(integer),
    concurrency: nullable(integer),
  }),
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
  }),
  holds: record({
    request_id: text,
    /** The amount that was set aside. */
    amount_nano: nano,
    state: oneOf(holdStates),
    /** The amount that was taken of it, or above it; null until settled. */
    settled_nano: nullable(nano),
    created_at: time,
    resolved_at: nullable(time),
    /** JSON: the key, user and team of that time; null where it costs nothing. */
    payer: nullable(text),
    /** JSON: ids of budget counters with the starts of their periods, in the order of the ids. */
    counters: nullable(text),
  }),
  /** Prices as they stood when something was charged by them, as JSON. */
  price_versions: record({ version: text, words: text }),
  /** Counters of budgets: spent and reserved in a period; sums may be beyond 2^53, so they are read as digits. */
  budget_counters: record({
    id: text,
    period_start: time,
    period_end: nullable(time),
    scope: oneOf(budgetScopes),
    scope_id: text,
    period: oneOf(periods),
    /** JSON: names and patterns of the models that it counts; null: all. */
    models: nullable(text),
    spent_nano: text,
    reserved_nano: text,
  }),
  /** Both books, append-only. */
  ledger: record({
    id: text,
    book: oneOf(books),
    kind: oneOf(entryKinds),
    request_id: nullable(text),
    attempt_id: nullable(text),
    /** When the request began: the period of its budgets is that of this moment. */
    held_at: time,
    booked_at: time,
    /** Null: unknown, and nothing bounds it. */
    nano: nullable(nano),
    price: oneOf(prices),
    mark: nullable(text),
    evidence: nullable(text),
    key_id: nullable(text),
    key_name: nullable(text),
    user_id: nullable(text),
    user_name: nullable(text),
    team_id: nullable(text),
    team_name: nullable(text),
    channel_id: nullable(text),
    model: nullable(text),
    images: integer,
    reason: nullable(text),
    /** JSON: a list, sorted; null: none. */
    labels: nullable(text),
  }),
  /** Sums of the ledger; nano may be beyond 2^53, so it is read as digits. */
  totals: record({
    slice: oneOf(slices),
    day: text,
    /** A digest of what makes the row its own. */
    id: text,
    book: text,
    /** Empty but in the slice of labels. */
    label: text,
    key_id: nullable(text),
    key_name: nullable(text),
    user_id: nullable(text),
    user_name: nullable(text),
    team_id: nullable(text),
    team_name: nullable(text),
    channel_id: nullable(text),
    model: nullable(text),
    nano: text,
    entries: integer,
    images: integer,
    /** Entries of which only a bound is known, or nothing. */
    unknown: integer,
  }),
  /** Things that ask for an operator's attention, and that they are over. */
  notices: record({
    id: text,
    kind: oneOf(noticeKinds),
    object: text,
    period: text,
    threshold: text,
    basis: text,
    state: oneOf(noticeStates),
    /** The notice whose matter is over. */
    recovers: nullable(text),
    /** Digits: what a budget had spent. */
    spent_nano: nullable(text),
    /** JSON: names with texts. */
    facts: text,
    created_at: time,
    ended_at: nullable(time),
    acknowledged_at: nullable(time),
  }),
  /** Processes that work on this database. */
  nodes: record({ id: text, started_at: time, seen_at: time }),
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
  sign_in_tries: record({ name: text, count: integer, until: time }),
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
  teams: record(person),
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
  settings: record({ name: text, value: text }),
  migrations: record({ name: text, applied_at: time }),
} as const;

/** Row types by table. */
export type Tables = { [T in keyof typeof rowSchemas]: Shaped<(typeof rowSchemas)[T]> };
