import type { Migration } from "./migration.ts";

/** Entries of the configuration that rest in the database, in the words of the file; credentials are sealed apart from them. */
export const resources: Migration = {
  name: "0017-resources",
  up: [
    `CREATE TABLE resources (
      kind text NOT NULL,
      id text NOT NULL,
      words text NOT NULL,
      secrets text NOT NULL,
      version bigint NOT NULL,
      created_at bigint NOT NULL,
      changed_at bigint NOT NULL,
      removed_at bigint,
      PRIMARY KEY (kind, id)
    ) WITHOUT ROWID`,
  ],
};
