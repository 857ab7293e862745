import { budgetScopes, periods } from "../core/budget.ts";
import { integer, nullable, oneOf, record, text } from "./shape.ts";

const time = integer;
const nano = integer;

const holdStates = ["held", "settled", "voided"] as const;
/** The customer's book has what keys owe; the provider's what upstreams may have charged. */
const books = ["customer", "provider"] as const;
const entryKinds = ["settlement", "attempt", "correction"] as const;
const prices = ["priced", "unknown"] as const;
/** Rows of entries without labels, of entries with some, and of one label of an entry. */
export const slices = ["bare", "labelled", "label"] as const;

/** The tables of money, declared as in `tables.ts`. */
export const moneySchemas = {
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
    /** When the client was shown the first of several pictures. */
    shown_at: nullable(time),
  }),
  /** Holds of running requests at the budgets of channels. */
  channel_holds: record({
    request_id: text,
    channel_id: text,
    amount_nano: nano,
    /** JSON: as in `holds`. */
    counters: text,
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
    /** The operator who wrote it; null: the gateway, for a request. */
    actor: nullable(text),
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
} as const;
