import type { Migration } from "./migration.ts";

/**
 * Keys get the rest of what a file can say of them, a count of their changes, a tombstone, and a second secret for the time
 * in which a rotation leaves both.
 */
export const keys: Migration = {
  name: "0013-keys",
  // One statement a column: SQLite takes no more.
  up: [
    "budgets text NOT NULL DEFAULT '[]'",
    "ip_allow text",
    "user_id text",
    "team_id text",
    "version integer NOT NULL DEFAULT 1",
    "removed_at bigint",
    "old_digest text",
    "old_hint text",
    "old_until bigint",
    "old_used_at bigint",
  ].map((column) => `ALTER TABLE keys ADD COLUMN ${column}`),
};
