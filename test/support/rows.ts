import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import type { TestGateway } from "./gateway.ts";

/** Postgres's number of an int8, and of a sum of them. */
const int8Types: readonly number[] = [20, 1700];

/** What SQL that both databases read finds in the database of a gateway, whichever it has. */
export async function rowsOf(
  { databaseUrl }: Pick<TestGateway, "databaseUrl">,
  sql: string,
): Promise<Record<string, unknown>[]> {
  if (!databaseUrl.startsWith("sqlite:")) return rowsOfPostgres(databaseUrl, sql);
  const database = new DatabaseSync(databaseUrl.slice("sqlite:".length), { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

async function rowsOfPostgres(
  connectionString: string,
  sql: string,
): Promise<Record<string, unknown>[]> {
  const types = new pg.TypeOverrides();
  for (const type of int8Types) types.setTypeParser(type, Number);
  const client = new pg.Client({ connectionString, types });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
