import { integer, record } from "../shape.ts";
import { rowSchemas } from "../tables.ts";
import type { Connection } from "./connection.ts";
import { openFault } from "./faults.ts";

/** A table's rows, in pieces. */
export interface RowSource {
  /** Rows of a table, whole numbers beyond 2^53 as BigInts. */
  rows(table: string): Iterable<Readonly<Record<string, unknown>>>;
}

export interface ImportOptions {
  /** The database in the words of its faults. */
  readonly place: string;
  /** Told the number of rows of each table that was copied. */
  readonly onTable: (table: string, rows: number) => void;
}

/** Rows of one statement. */
const pieceRows = 500;
const countRow = record({ count: integer });

/** Tables in the order in which their rows may be written. What lives only as long as a process, and what each database keeps of itself, is left out. */
const tables = Object.keys(rowSchemas).filter(
  (table) => table !== "nodes" && table !== "migrations",
);

/**
 * Copies all rows of another database of the same schema into one that has none, in one transaction. Throws a
 * `PinholeError` where it has some, and what the driver throws.
 */
export async function importRows(
  connection: Connection,
  source: RowSource,
  { place, onTable }: ImportOptions,
): Promise<void> {
  await connection.execute("BEGIN; SET LOCAL statement_timeout = 0");
  try {
    for (const table of tables)
      // Nobody may begin a request in between.
      await connection.execute(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    for (const table of tables)
      if ((await countOf(connection, table)) > 0)
        throw openFault(
          `The database ${place} has rows already (${table}); copy into a new database, before a gateway has started on it.`,
        );
    for (const table of tables) onTable(table, await copyTable(connection, source, table));
    await connection.execute("COMMIT");
  } catch (thrown) {
    await connection.execute("ROLLBACK").catch(() => undefined);
    throw thrown;
  }
}

async function copyTable(
  connection: Connection,
  source: RowSource,
  table: string,
): Promise<number> {
  let piece: string[] = [];
  let count = 0;
  const write = async (): Promise<void> => {
    // By the columns' own types, whatever they are.
    const sql = `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, ?::json)`;
    await connection.run({ sql, parameters: [`[${piece.join(",")}]`] });
    count += piece.length;
    piece = [];
  };
  for (const row of source.rows(table)) {
    piece.push(JSON.stringify(row, asJson));
    if (piece.length === pieceRows) await write();
  }
  if (piece.length > 0) await write();
  const found = await countOf(connection, table);
  if (found !== count)
    throw openFault(`Of ${count} rows of ${table} only ${found} could be copied.`);
  return count;
}

/** Values as they are written: numbers beyond 2^53 as their digits, text without what Postgres cannot keep. */
function asJson(_name: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return typeof value === "string" && value.includes("\0")
    ? value.replaceAll("\0", "\u{FFFD}")
    : value;
}

async function countOf(connection: Connection, table: string): Promise<number> {
  const { rows } = await connection.run({
    sql: `SELECT count(*) AS count FROM ${table}`,
    parameters: [],
  });
  return countRow.parse(rows[0]).count;
}
