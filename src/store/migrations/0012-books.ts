import type { Migration } from "./migration.ts";

/**
 * Money that is held at the budgets of channels, a row for a request and a channel while the request runs; the most
 * that an attempt may cost; when a client was shown the first of several pictures; who wrote an entry
 * of the ledger by hand. Counters are found by their owner, so that whatever is booked moves all that count it.
 */
export const books: Migration = {
  name: "0012-books",
  up: [
    `CREATE TABLE channel_holds (
      request_id text NOT NULL REFERENCES requests (id) ON DELETE CASCADE,
      channel_id text NOT NULL,
      amount_nano bigint NOT NULL CHECK (amount_nano >= 0),
      counters text NOT NULL,
      PRIMARY KEY (request_id, channel_id)
    ) WITHOUT ROWID`,
    "ALTER TABLE attempts ADD COLUMN bound_nano bigint",
    "ALTER TABLE holds ADD COLUMN shown_at bigint",
    "ALTER TABLE ledger ADD COLUMN actor text",
    "CREATE INDEX budget_counters_by_owner ON budget_counters (scope_id, period_end)",
  ],
};
