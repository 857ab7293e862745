import type { Migration } from "./migration.ts";

/** Answers whose clients may not have got them: of a node that ends suddenly nobody else knows it. */
export const answers: Migration = {
  name: "0025-answers",
  up: [
    "ALTER TABLE requests ADD COLUMN answered_at bigint",
    `CREATE INDEX requests_answered ON requests (key_id, fingerprint, answered_at)
      WHERE answered_at IS NOT NULL`,
  ],
};
