import { sql } from "kysely";
import type { Migration } from "./migration.ts";

/** Idempotency keys, fingerprints, clients that have gone, and what an answer said, so that it can be given again. */
export const recovery: Migration = {
  name: "0002-recovery",
  up: ({ schema }) => [
    // One column a statement: SQLite adds no more at once.
    schema.alterTable("requests").addColumn("idempotency_key", "text"),
    schema.alterTable("requests").addColumn("fingerprint", "text"),
    schema.alterTable("requests").addColumn("orphaned_at", "bigint"),
    schema.alterTable("requests").addColumn("deleted_at", "bigint"),
    schema.alterTable("requests").addColumn("error_param", "text"),
    schema.alterTable("requests").addColumn("answer", "text"),
    schema.alterTable("pictures").addColumn("url_until", "bigint"),
    schema.alterTable("pictures").addColumn("kept_until", "bigint"),
    schema
      .createIndex("requests_by_idempotency_key")
      .unique()
      .on("requests")
      .columns(["key_id", "idempotency_key"])
      .where(sql.ref("idempotency_key"), "is not", null),
    // Only requests whose client has gone are in it, so that claiming stays cheap and all others pay nothing.
    schema
      .createIndex("requests_orphaned")
      .on("requests")
      .columns(["key_id", "fingerprint", "created_at", "id"])
      .where(sql.ref("orphaned_at"), "is not", null),
    schema
      .createIndex("pictures_kept")
      .on("pictures")
      .columns(["kept_until"])
      .where(sql.ref("kept_until"), "is not", null),
  ],
};
