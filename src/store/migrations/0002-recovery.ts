import type { Migration } from "./migration.ts";

/** Idempotency keys, fingerprints, clients that have gone, and what an answer said, so that it can be given again. */
export const recovery: Migration = {
  name: "0002-recovery",
  up: [
    // One column a statement: SQLite adds no more at once.
    "ALTER TABLE requests ADD COLUMN idempotency_key text",
    "ALTER TABLE requests ADD COLUMN fingerprint text",
    "ALTER TABLE requests ADD COLUMN orphaned_at bigint",
    "ALTER TABLE requests ADD COLUMN deleted_at bigint",
    "ALTER TABLE requests ADD COLUMN error_param text",
    "ALTER TABLE requests ADD COLUMN answer text",
    "ALTER TABLE pictures ADD COLUMN url_until bigint",
    "ALTER TABLE pictures ADD COLUMN kept_until bigint",
    `CREATE UNIQUE INDEX requests_by_idempotency_key ON requests (key_id, idempotency_key)
      WHERE idempotency_key IS NOT NULL`,
    // Only requests whose client has gone are in it, so that claiming stays cheap and all others pay nothing.
    `CREATE INDEX requests_orphaned ON requests (key_id, fingerprint, created_at, id)
      WHERE orphaned_at IS NOT NULL`,
    "CREATE INDEX pictures_kept ON pictures (kept_until) WHERE kept_until IS NOT NULL",
  ],
};
