import type { Migration } from "./migration.ts";

/** The moments of a request and what was sent upstream for it; and a way to the few requests that did not end well. */
export const traces: Migration = {
  name: "0018-traces",
  up: [
    "ALTER TABLE requests ADD COLUMN trace text",
    `CREATE INDEX requests_amiss ON requests (created_at, id)
      WHERE state IN ('failed', 'partial', 'lost')`,
  ],
};
