import {
  DummyDriver,
  Kysely,
  sql,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import type { Compilable, SchemaModule } from "kysely";

/** The schema as the first three migrations made it when Kysely wrote their SQL: what databases made then look like. */
export function schemaByKysely(): string[] {
  const { schema } = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return [...first(schema), ...recovery(schema), ...keyLimits(schema)].map(
    (query) => query.compile().sql,
  );
}

function first(schema: SchemaModule): Compilable[] {
  return [
    keys(schema),
    requests(schema),
    attempts(schema),
    pictures(schema),
    holds(schema),
    settings(schema),
    ...indexes(schema),
  ];
}

function keys(schema: SchemaModule): Compilable {
  return schema
    .createTable("keys")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("digest", "text", (column) => column.notNull().unique())
    .addColumn("hint", "text", (column) => column.notNull())
    .addColumn("models", "text", (column) => column.notNull())
    .addColumn("operations", "text")
    .addColumn("strict", "integer", (column) => column.notNull())
    .addColumn("disabled", "integer", (column) => column.notNull())
    .addColumn("expires_at", "bigint")
    .addColumn("created_at", "bigint", (column) => column.notNull());
}

function requests(schema: SchemaModule): Compilable {
  return schema
    .createTable("requests")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("key_id", "text", (column) => column.notNull())
    .addColumn("client_request_id", "text")
    .addColumn("operation", "text", (column) => column.notNull())
    .addColumn("model", "text", (column) => column.notNull())
    .addColumn("n", "integer", (column) => column.notNull())
    .addColumn("fields", "text", (column) => column.notNull())
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("lease_until", "bigint", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("error_code", "text")
    .addColumn("error_message", "text")
    .addColumn("cost_nano", "bigint", (column) => column.check(sql`cost_nano >= 0`))
    .addColumn("usage", "text")
    .addColumn("warnings", "text", (column) => column.notNull())
    .addColumn("served_model", "text")
    .addColumn("finished_at", "bigint");
}

function attempts(schema: SchemaModule): Compilable {
  return schema
    .createTable("attempts")
    .addColumn("id", "text", (column) => column.primaryKey())
    .addColumn("request_id", "text", (column) =>
      column.notNull().references("requests.id").onDelete("cascade"),
    )
    .addColumn("call", "integer", (column) => column.notNull())
    .addColumn("attempt", "integer", (column) => column.notNull())
    .addColumn("channel_id", "text", (column) => column.notNull())
    .addColumn("provider_id", "text", (column) => column.notNull())
    .addColumn("upstream_model", "text", (column) => column.notNull())
    .addColumn("started_at", "bigint", (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("error_code", "text")
    .addColumn("evidence", "text")
    .addColumn("detail", "text")
    .addColumn("provider_nano", "bigint", (column) => column.check(sql`provider_nano >= 0`))
    .addColumn("finished_at", "bigint");
}

function pictures(schema: SchemaModule): Compilable {
  return schema
    .createTable("pictures")
    .addColumn("request_id", "text", (column) =>
      column.notNull().references("requests.id").onDelete("cascade"),
    )
    .addColumn("position", "integer", (column) => column.notNull())
    .addColumn("blob_id", "text")
    .addColumn("format", "text", (column) => column.notNull())
    .addColumn("width", "integer", (column) => column.notNull())
    .addColumn("height", "integer", (column) => column.notNull())
    .addColumn("byte_length", "bigint", (column) => column.notNull())
    .addColumn("revised_prompt", "text")
    .addPrimaryKeyConstraint("pictures_primary", ["request_id", "position"]);
}

function holds(schema: SchemaModule): Compilable {
  return schema
    .createTable("holds")
    .addColumn("request_id", "text", (column) =>
      column.primaryKey().references("requests.id").onDelete("cascade"),
    )
    .addColumn("amount_nano", "bigint", (column) => column.notNull().check(sql`amount_nano >= 0`))
    .addColumn("state", "text", (column) => column.notNull())
    .addColumn("settled_nano", "bigint", (column) => column.check(sql`settled_nano >= 0`))
    .addColumn("created_at", "bigint", (column) => column.notNull())
    .addColumn("resolved_at", "bigint");
}

function settings(schema: SchemaModule): Compilable {
  return schema
    .createTable("settings")
    .addColumn("name", "text", (column) => column.primaryKey())
    .addColumn("value", "text", (column) => column.notNull());
}

function indexes(schema: SchemaModule): Compilable[] {
  return [
    // The listings, newest first, of everybody and of one key.
    schema.createIndex("requests_by_time").on("requests").columns(["created_at", "id"]),
    schema.createIndex("requests_by_key").on("requests").columns(["key_id", "created_at", "id"]),
    schema
      .createIndex("requests_by_client_id")
      .on("requests")
      .columns(["key_id", "client_request_id", "created_at"])
      .where(sql.ref("client_request_id"), "is not", null),
    // The sweep looks only at what still runs, which is little however many records there are.
    schema
      .createIndex("requests_running")
      .on("requests")
      .columns(["lease_until", "id"])
      .where(sql.ref("state"), "=", sql.lit("running")),
    schema
      .createIndex("attempts_by_request")
      .unique()
      .on("attempts")
      .columns(["request_id", "call", "attempt"]),
  ];
}

function recovery(schema: SchemaModule): Compilable[] {
  return [
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
  ];
}

function keyLimits(schema: SchemaModule): Compilable[] {
  return ["rpm", "ipm", "ipd", "concurrency"].map((column) =>
    schema.alterTable("keys").addColumn(column, "integer"),
  );
}
