import type { Migration } from "./migration.ts";

/** Nodes say on which machine they are, and since when they go by which files. */
export const files: Migration = {
  name: "0023-files",
  up: [
    "ALTER TABLE nodes ADD COLUMN host text",
    "ALTER TABLE nodes ADD COLUMN file_hash text",
    "ALTER TABLE nodes ADD COLUMN file_since bigint",
  ],
};
