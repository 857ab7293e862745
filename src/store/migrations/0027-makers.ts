import type { Migration } from "./migration.ts";

/** The people who made pictures in the console with a key of theirs: such a key does not say who it was, as a console key does. */
export const makers: Migration = {
  name: "0027-makers",
  up: [
    "ALTER TABLE requests ADD COLUMN person_id text",
    `CREATE INDEX requests_by_person ON requests (person_id, created_at)
      WHERE person_id IS NOT NULL`,
  ],
};
