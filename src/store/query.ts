/** A value that a statement may bind. */
export type Bindable = string | number | bigint | null;

/** SQL with its values, ready for a driver. The text is the same object for every use, so drivers can cache by it. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Bindable[];
  /** Entries of the ledger that it writes: at the end of its transaction the totals have them too. */
  readonly entries?: readonly CountedEntry[];
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
