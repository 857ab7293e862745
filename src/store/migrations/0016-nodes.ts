import type { Migration } from "./migration.ts";

/** Nodes say of which version they are; equal requests that other nodes run are found by an index. */
export const nodes: Migration = {
  name: "0016-nodes",
  up: [
    "ALTER TABLE nodes ADD COLUMN version text",
    "ALTER TABLE nodes ADD COLUMN schema_step text",
    // In the place of one by the lease, so that a request keeps as many.
    "CREATE INDEX requests_running_equal ON requests (key_id, fingerprint, owner) WHERE state = 'running'",
    "DROP INDEX requests_running",
  ],
};
