import { flag, integer, nullable, record, text } from "./shape.ts";

/** The table of keys, as `tables.ts` has the others. */
export const keyTable = record({
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
  expires_at: nullable(integer),
  created_at: integer,
  rpm: nullable(integer),
  ipm: nullable(integer),
  ipd: nullable(integer),
  concurrency: nullable(integer),
  /** JSON: a list of budgets. */
  budgets: text,
  /** JSON: a list of addresses and ranges; null: from everywhere. */
  ip_allow: nullable(text),
  user_id: nullable(text),
  team_id: nullable(text),
  /** JSON: a list of labels. */
  labels: text,
  version: integer,
  /** A tombstone: the row stays, so that its id is never another key's. */
  removed_at: nullable(integer),
  /** The secret before the last rotation; null: there was none. */
  old_digest: nullable(text),
  old_hint: nullable(text),
  old_until: nullable(integer),
  old_used_at: nullable(integer),
});
