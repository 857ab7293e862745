import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { openFault } from "./faults.ts";
import type { CountedEntry, Statement, StatementResult, Steps } from "../query.ts";

/** Marks the file as Pinhole's in its header ("pinh"), so that another program's database is never migrated. */
const applicationId = 0x70696e68;
/** The write-ahead log is cut back to this after it had to grow. */
const logBytesMax = 64 * 1024 * 1024;

/** One open SQLite database. All calls are synchronous and throw what node:sqlite throws. */
export interface Connection {
  /** Runs one statement, prepared once for each distinct text. */
  run(statement: Statement): StatementResult;
  /** SQL without values: transactions, pragmas, schema. */
  execute(sql: string): void;
  /** False also after SQLite gave up a transaction by itself, as it does on a full disk. */
  inTransaction(): boolean;
  close(): void;
}

/**
 * Opens the file in write-ahead mode with synchronous=FULL: a commit that returned survives a power
 * cut. A second process may have it open too: its commits take turns with ours, each waiting for the
 * other for at most `busyTimeoutMs`. Integers beyond 2^53 make node:sqlite throw instead of rounding.
 */
export function openConnection(file: string, busyTimeoutMs: number): Connection {
  const database = new DatabaseSync(file, {
    timeout: busyTimeoutMs,
    enableForeignKeyConstraints: true,
  });
  const connection = connectionOf(database);
  try {
    claim(file, connection);
    const mode = connection.run({ sql: "PRAGMA journal_mode = WAL", parameters: [] });
    if (JSON.stringify(mode.rows) !== '[{"journal_mode":"wal"}]')
      throw openFault(
        `The disk that holds the database ${file} does not support write-ahead logging; put the data folder on a local disk.`,
      );
    connection.execute(`PRAGMA synchronous = FULL; PRAGMA journal_size_limit = ${logBytesMax}`);
    // What is deleted or changed is overwritten with zeros: people are forgotten here.
    connection.run({ sql: "PRAGMA secure_delete = ON", parameters: [] });
    return connection;
  } catch (fault) {
    connection.close();
    throw fault;
  }
}

function connectionOf(database: DatabaseSync): Connection {
  // Bounded: the texts are those of the commands and a handful of pragmas.
  const prepared = new Map<string, { statement: StatementSync; reads: boolean }>();
  const prepare = (sql: string) => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    const entry = { statement, reads: statement.columns().length > 0 };
    prepared.set(sql, entry);
    return entry;
  };
  return {
    run({ sql, parameters }) {
      const { statement, reads } = prepare(sql);
      if (reads) return { rows: statement.all(...parameters), changes: 0 };
      return { rows: [], changes: Number(statement.run(...parameters).changes) };
    },
    execute: (sql) => database.exec(sql),
    inTransaction: () => database.isTransaction,
    close: () => database.close(),
  };
}

function claim(file: string, connection: Connection): void {
  const found = JSON.stringify(
    connection.run({ sql: "PRAGMA application_id", parameters: [] }).rows,
  );
  if (found === JSON.stringify([{ application_id: applicationId }])) return;
  const tables = connection.run({ sql: "SELECT name FROM sqlite_master LIMIT 1", parameters: [] });
  if (tables.rows.length > 0 || found !== '[{"application_id":0}]')
    throw openFault(
      `The database ${file} belongs to another program; set database.url to a file of Pinhole's own.`,
    );
  connection.execute(`PRAGMA application_id = ${applicationId}`);
}

/** Runs a story of statements to its end, synchronously. The entries that it books are added to `booked`. */
export function runSteps<R>(
  connection: Connection,
  steps: Steps<R>,
  booked: CountedEntry[] = [],
): R {
  let step = steps.next();
  while (step.done !== true) {
    const { entries } = step.value;
    if (entries !== undefined) booked.push(...entries);
    step = steps.next(connection.run(step.value));
  }
  return step.value;
}
