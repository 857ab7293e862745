import type { Migration } from "./migration.ts";

/**
 * Counters of budgets, a row a period, and the ledger of both books. The ledger names keys, users, teams and
 * channels as they were and refers to no row, since all of them may be forgotten. Holds name
 * their payer and the counters that they were taken at, both as JSON.
 */
export const money: Migration = {
  name: "0006-money",
  up: [
    `CREATE TABLE budget_counters (
      id text NOT NULL,
      period_start bigint NOT NULL,
      period_end bigint,
      scope text NOT NULL,
      scope_id text NOT NULL,
      period text NOT NULL,
      models text,
      spent_nano bigint NOT NULL,
      reserved_nano bigint NOT NULL,
      PRIMARY KEY (id, period_start)
    ) WITHOUT ROWID`,
    `CREATE TABLE ledger (
      id text NOT NULL PRIMARY KEY,
      book text NOT NULL,
      kind text NOT NULL,
      request_id text,
      attempt_id text,
      held_at bigint NOT NULL,
      booked_at bigint NOT NULL,
      nano bigint,
      price text NOT NULL,
      mark text,
      evidence text,
      key_id text,
      key_name text,
      user_id text,
      user_name text,
      team_id text,
      team_name text,
      channel_id text,
      model text,
      images integer NOT NULL,
      reason text
    ) WITHOUT ROWID`,
    "CREATE INDEX ledger_by_key ON ledger (key_id, held_at) WHERE key_id IS NOT NULL",
    "CREATE INDEX ledger_by_user ON ledger (user_id, held_at) WHERE user_id IS NOT NULL",
    "CREATE INDEX ledger_by_team ON ledger (team_id, held_at) WHERE team_id IS NOT NULL",
    "CREATE INDEX ledger_by_channel ON ledger (channel_id, held_at) WHERE channel_id IS NOT NULL",
    "ALTER TABLE holds ADD COLUMN payer text",
    "ALTER TABLE holds ADD COLUMN counters text",
  ],
};
