/** A value that a statement may bind. */
export type Bindable = string | number | bigint | null;

/** SQL with its values, ready for a driver. The text is the same object for every use, so drivers can cache by it. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Bindable[];
  /** Of a plain INSERT of one row: its text in two parts, so that a driver may write the rows of several at once. */
  readonly row?: InsertedRow;
  /** Of a change by amounts that is made whole or refused: how several alike are made as one. */
  readonly sum?: SummedChange;
  /** Entries of the ledger that it writes: at the end of its transaction the totals have them too. */
  readonly entries?: readonly CountedEntry[];
}

/** The parts of a plain INSERT's text. The same object for every use. */
export interface InsertedRow {
  /** Up to and with the word VALUES. */
  readonly head: string;
  /** The values of one row, in parentheses. */
  readonly values: string;
}

/** A change by amounts that may be made together with others: if their sum is not refused, none of them would be. */
export interface SummedChange {
  /** The same text for all that change the same rows within the same limits, by whatever amounts. */
  key(): string;
  readonly amounts: readonly number[];
  /** One change by the sum of the amounts of those that have the same key. */
  of(alike: readonly Statement[]): Statement;
}

/** An entry of the ledger, or several alike, as the totals count it. */
export interface CountedEntry {
  readonly book: string;
  /** The day of the operator's calendar. */
  readonly day: string;
  readonly keyId: string | null;
  readonly keyName: string | null;
  readonly userId: string | null;
  readonly userName: string | null;
  readonly teamId: string | null;
  readonly teamName: string | null;
  readonly channelId: string | null;
  readonly model: string | null;
  readonly labels: readonly string[];
  /** The sum of what is known, and of what is bounded. */
  readonly nano: bigint;
  readonly entries: number;
  readonly images: number;
  /** The number of those whose amount is not known: a bound, or none. */
  readonly unknown: number;
}

/** The result of running a statement: rows of a SELECT, the number of rows changed by the others. */
export interface StatementResult {
  readonly rows: readonly unknown[];
  readonly changes: number;
}

/**
 * Database work as a story that yields statements and gets their results: a driver that is synchronous
 * (SQLite in its worker, where group commit needs it) and one that is not (Postgres) can both run it.
 */
export type Steps<R> = Generator<Statement, R, StatementResult>;

/** Throws where a value is missing or cannot be bound, instead of writing NULL in silence. */
function bound(name: string, value: unknown): Bindable {
  if (typeof value === "string" || typeof value === "bigint" || value === null) return value;
  if (typeof value !== "number") throw new TypeError(`${name} cannot be bound: ${typeof value}`);
  if (!Number.isFinite(value)) throw new RangeError(`${name} is no finite number`);
  return value;
}

/**
 * SQL that every dialect reads, with slots for values: `:name` is the value called so wherever it
 * stands, thus no text in quotes may hold a colon or a question mark. The values' type is the caller's word; the store's
 * tests run the commands on a real database.
 */
export function statement<V extends object>(text: string): (values: V) => Statement {
  const slots: string[] = [];
  const sql = text.replaceAll(/:(?<name>[a-zA-Z_]+)/g, (_, name: string) => {
    slots.push(name);
    return "?";
  });
  return (values) => {
    // The names in the text are those of the values' type.
    const named = values as Readonly<Record<string, unknown>>;
    const parameters: Bindable[] = [];
    for (const name of slots) parameters.push(bound(name, named[name]));
    return { sql, parameters };
  };
}

const plainInsert = /^(?<head>INSERT INTO .+? VALUES) (?<values>\(.+\))$/s;

/**
 * SQL that inserts one row and does nothing else, with slots as those of `statement`. Rows of several commands may be
 * written by one statement, so nothing but "one row was changed" is to be read from its result.
 */
export function insertion<V extends object>(text: string): (values: V) => Statement {
  const fill = statement<V>(text);
  const { head, values } = plainInsert.exec(text)?.groups ?? {};
  if (head === undefined || values === undefined || /\bON CONFLICT\b|\bRETURNING\b/.test(text))
    throw new TypeError(`this is no plain INSERT of a row: ${text}`);
  const row = { head, values: values.replaceAll(/:[a-zA-Z_]+/g, "?") };
  return (own) => ({ ...fill(own), row });
}
