import { resolve } from "node:path";
import type { CliCommand, CommandContext } from "./command.ts";
import type { Config } from "../config.ts";
import { withConfig } from "./local.ts";
import { defineConfigFlags } from "./read-config.ts";

/** `pinhole migrate`: the database's schema brought up to date, or all of an SQLite database moved to Postgres. */
export const migrateCommand: CliCommand = {
  name: "migrate",
  about:
    "bring the database up to date, which `serve` does too; or copy an SQLite database to Postgres",
  define(command) {
    defineConfigFlags(command);
    command.option(
      "--from <url>",
      "copy this database, such as sqlite:./data/pinhole.db, to the Postgres of database.url",
    );
  },
  run: (input, context) =>
    withConfig(input, context, async (config) => {
      const { migrateDatabase } = await import("../app/database.ts");
      const from = input.options["from"];
      if (typeof from === "string") await copy(from, config, context);
      const schema = await migrateDatabase(config, context.now);
      context.out(`the database is up to date (${schema})\n`);
    }),
};

async function copy(from: string, config: Config, context: CommandContext): Promise<void> {
  const path = /^sqlite:(?:\/\/)?(?<path>.+)$/.exec(from)?.groups?.["path"];
  if (path === undefined)
    throw new Error(
      `--from must be sqlite: and a file, such as sqlite:./data/pinhole.db, not ${from}`,
    );
  if (config.database.kind !== "postgres")
    throw new Error(
      "--from copies to Postgres: set database.url to postgres://user:password@host/database",
    );
  const { moveDatabase } = await import("../app/database.ts");
  await moveDatabase(
    resolve(context.cwd, path),
    config.database.url.reveal(),
    context.now,
    (table, rows) => context.out(`${table}: ${rows}\n`),
  );
}
