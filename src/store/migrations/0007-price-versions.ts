import type { Migration } from "./migration.ts";

/**
 * The prices by which requests are charged, as they stood then: a request names the versions that may count for it, as
 * JSON, and the words of each version are kept once.
 */
export const priceVersions: Migration = {
  name: "0007-price-versions",
  up: [
    `CREATE TABLE price_versions (
      version text NOT NULL PRIMARY KEY,
      words text NOT NULL
    ) WITHOUT ROWID`,
    "ALTER TABLE requests ADD COLUMN prices text",
  ],
};
