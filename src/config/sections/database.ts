import { z } from "zod";

/** `database`: where keys and records rest. */
export const databaseSchema = z.strictObject({
  url: z
    .string()
    .regex(/^(?:sqlite:.+|postgres(?:ql)?:\/\/.*\/.+)/, {
      error: "must be sqlite: and a file, or postgres:// with a host and a database",
    })
    .optional()
    .meta({
      form: "sqlite: and a file, such as sqlite:./data/pinhole.db, or postgres://user:password@host:5432/database",
      description:
        "The database. Not set: pinhole.db in the data folder. Several gateways share one Postgres.",
    }),
  pool: z
    .int({ error: "must be a whole number from 6 to 200" })
    .min(6)
    .max(200)
    .default(10)
    .meta({ form: "a whole number from 6 to 200" })
    .describe(
      "Connections that one gateway opens to Postgres at most; 2 of them are for reports and 2 for settling what was begun. SQLite has none.",
    ),
  migrate: z
    .enum(["start", "never"], { error: "must be start or never" })
    .default("start")
    .meta({ form: "start or never" })
    .describe(
      "When the schema is brought up to date: at a start, or never but by `pinhole migrate`, which a deployment runs before its gateways.",
    ),
});
