import { owners } from "../migrations/0005-owners.ts";
import { migrations } from "../migrations/index.ts";
import type { Migration } from "../migrations/migration.ts";
import { baseline } from "./baseline.ts";

/** Every migration of a Postgres database, oldest first: the baseline, and what came after it in both databases. */
export const postgresMigrations: readonly Migration[] = [
  baseline,
  ...migrations.slice(migrations.indexOf(owners) + 1).map(({ up, postgres = [], ...rest }) => ({
    ...rest,
    up: [...up.map(inPostgres), ...postgres],
  })),
];

/**
 * A statement of the schema in Postgres's words: columns of text compare by their bytes, as SQLite's do, and there are
 * no tables without row ids.
 */
function inPostgres(sql: string): string {
  return sql
    .replaceAll(/(?<!\bAS )\btext\b/gi, `text COLLATE "C"`)
    .replaceAll(/\)\s*WITHOUT ROWID/gi, ")");
}
