import type { Migration } from "./migration.ts";

/**
 * Requests name the node that makes them, so that those of a node that has died are known at once. An error that
 * may have been billed is found by its request's fingerprint, and an answer that repeats another
 * request's by its own id.
 */
export const owners: Migration = {
  name: "0005-owners",
  up: [
    `CREATE TABLE nodes (
      id text PRIMARY KEY,
      started_at bigint NOT NULL,
      seen_at bigint NOT NULL
    )`,
    "ALTER TABLE requests ADD COLUMN owner text",
    "ALTER TABLE requests ADD COLUMN doubtful_at bigint",
    // Few requests end so, and all others pay nothing.
    `CREATE INDEX requests_doubtful ON requests (key_id, fingerprint, doubtful_at)
      WHERE doubtful_at IS NOT NULL`,
    // No foreign key: the request that is repeated may not be written yet, or never will be.
    `CREATE TABLE repeats (
      id text PRIMARY KEY,
      request_id text NOT NULL,
      key_id text NOT NULL,
      client_request_id text,
      created_at bigint NOT NULL
    )`,
    `CREATE INDEX repeats_by_client_id ON repeats (key_id, client_request_id, created_at)
      WHERE client_request_id IS NOT NULL`,
    "CREATE INDEX repeats_by_time ON repeats (created_at)",
  ],
};
