import type { Migration } from "./migration.ts";

/**
 * Notices: the id is that of their matter, so that of several nodes one writes it. Facts are JSON; amounts of
 * budgets are digits.
 */
export const notices: Migration = {
  name: "0010-notices",
  up: [
    `CREATE TABLE notices (
      id text NOT NULL PRIMARY KEY,
      kind text NOT NULL,
      object text NOT NULL,
      period text NOT NULL,
      threshold text NOT NULL,
      basis text NOT NULL,
      state text NOT NULL,
      recovers text,
      spent_nano text,
      facts text NOT NULL,
      created_at bigint NOT NULL,
      ended_at bigint,
      acknowledged_at bigint
    ) WITHOUT ROWID`,
    "CREATE INDEX notices_by_time ON notices (created_at, id)",
    "CREATE INDEX notices_open ON notices (id) WHERE state = 'raised' AND ended_at IS NULL",
  ],
};
