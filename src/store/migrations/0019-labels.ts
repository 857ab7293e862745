import type { Migration } from "./migration.ts";

/** Keys get labels, and teams a markup, as those of a file have them. */
export const labels: Migration = {
  name: "0019-labels",
  up: [
    "ALTER TABLE keys ADD COLUMN labels text NOT NULL DEFAULT '[]'",
    "ALTER TABLE teams ADD COLUMN markup text",
  ],
};
