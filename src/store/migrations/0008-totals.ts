import type { Migration } from "./migration.ts";

/**
 * Totals of the ledger by day and by whoever and whatever it names, so that reports read no entries. Each entry is in one row of
 * the slice `bare` or `labelled`, and for each of its labels in one of the slice `label`. `id` is a digest of the rest
 * of what makes a row its own, since Postgres bounds the length of what an index holds. Entries have their labels as JSON.
 */
export const totals: Migration = {
  name: "0008-totals",
  up: [
    `CREATE TABLE totals (
      slice text NOT NULL,
      day text NOT NULL,
      id text NOT NULL,
      book text NOT NULL,
      label text NOT NULL,
      key_id text,
      key_name text,
      user_id text,
      user_name text,
      team_id text,
      team_name text,
      channel_id text,
      model text,
      nano bigint NOT NULL,
      entries bigint NOT NULL,
      images bigint NOT NULL,
      unknown bigint NOT NULL,
      PRIMARY KEY (slice, day, id)
    ) WITHOUT ROWID`,
    "CREATE INDEX totals_by_key ON totals (key_id, day)",
    "ALTER TABLE ledger ADD COLUMN labels text",
    "CREATE INDEX ledger_by_time ON ledger (held_at)",
  ],
};
