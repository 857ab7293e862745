import type { Migration } from "./migration.ts";

/** A key's limits in a minute, in a day and at once; null: none. */
export const keyLimits: Migration = {
  name: "0003-key-limits",
  // One statement a column: SQLite takes no more.
  up: ["rpm", "ipm", "ipd", "concurrency"].map(
    (column) => `ALTER TABLE keys ADD COLUMN ${column} integer`,
  ),
};
