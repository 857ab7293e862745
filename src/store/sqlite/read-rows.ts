import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { openFault } from "./faults.ts";

/** All rows of a database as they are at one moment. */
export interface SqliteRows {
  rows(table: string): Iterable<Record<string, unknown>>;
  close(): void;
}

/** Opens a database for reading whole tables, a row at a time. Whole numbers beyond 2^53 come as BigInts. */
export function openRows(file: string): SqliteRows {
  if (!existsSync(file)) throw openFault(`The database ${file} does not exist.`);
  const database = new DatabaseSync(file);
  // One picture of the database for all tables.
  database.exec("BEGIN");
  return {
    rows(table) {
      const statement = database.prepare(`SELECT * FROM ${table}`);
      statement.setReadBigInts(true);
      return statement.iterate();
    },
    close: () => database.close(),
  };
}
