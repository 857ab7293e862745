import type { Migration } from "./migration.ts";

/** The way of each notice to each target: pending until it is taken, or a day has passed. */
export const noticeDeliveries: Migration = {
  name: "0014-notice-deliveries",
  up: [
    `CREATE TABLE notice_deliveries (
      notice_id text NOT NULL,
      target text NOT NULL,
      state text NOT NULL,
      tries integer NOT NULL,
      next_at bigint NOT NULL,
      queued_at bigint NOT NULL,
      ended_at bigint,
      fault text,
      PRIMARY KEY (notice_id, target)
    ) WITHOUT ROWID`,
    "CREATE INDEX notice_deliveries_due ON notice_deliveries (next_at) WHERE state = 'pending'",
  ],
};
