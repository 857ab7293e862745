import { sql } from "kysely";
import type { Compilable, InsertObject, Kysely, RawBuilder } from "kysely";
import { rowSchemas } from "./tables.ts";
import type { Tables } from "./tables.ts";

/** What a statement may bind. */
export type Bindable = string | number | null;

/** SQL with its values, ready for a driver. The text is the same object for every use, so drivers can cache by it. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Bindable[];
}

/** What running a statement gave: rows of a SELECT, the number of rows changed by the others. */
export interface StatementResult {
  readonly rows: readonly unknown[];
  readonly changes: number;
}

/**
 * Database work as a story that yields statements and gets their results: a driver that is synchronous
 * (SQLite in its worker, where group commit needs it) and one that is not (Postgres) can both run it.
 */
export type Steps<R> = Generator<Statement, R, StatementResult>;

interface Slot {
  readonly slot: string;
}

function isSlot(value: unknown): value is Slot {
  return typeof value === "object" && value !== null && "slot" in value;
}

function isBindable(value: unknown): value is Bindable {
  return value === null || typeof value === "string" || typeof value === "number";
}

function slot<T>(name: string): RawBuilder<T> {
  const marker: Slot = { slot: name };
  return sql<T>`${marker}`;
}

/** Throws where a value is missing or cannot be bound, instead of writing NULL in silence. */
function bound(name: string, value: unknown): Bindable {
  if (!isBindable(value)) throw new TypeError(`${name} cannot be bound: ${typeof value}`);
  if (typeof value === "number" && !Number.isFinite(value))
    throw new RangeError(`${name} is no finite number`);
  return value;
}

function reusable<V extends object>(query: Compilable): (values: V) => Statement {
  const compiled = query.compile();
  const slots = compiled.parameters.map((parameter) =>
    isSlot(parameter) ? parameter : { fixed: bound("a constant", parameter) },
  );
  return (values) => {
    const lookup = new Map<string, unknown>(Object.entries(values));
    return {
      sql: compiled.sql,
      parameters: slots.map((part) =>
        "slot" in part ? bound(part.slot, lookup.get(part.slot)) : part.fixed,
      ),
    };
  };
}

/**
 * A Kysely query that is compiled once, with named slots for its values. Compiling costs more than
 * SQLite takes to run most of these, so no query is compiled per request.
 */
export function statement<V extends object>(
  build: (at: <K extends keyof V & string>(name: K) => RawBuilder<V[K]>) => Compilable,
): (values: V) => Statement {
  return reusable<V>(build((name) => slot(name)));
}

/** INSERT of a whole row of a table. */
export function insertRow<T extends keyof Tables>(
  db: Kysely<Tables>,
  table: T,
): (row: Tables[T]) => Statement {
  const columns = Object.keys(rowSchemas[table].shape);
  const values = Object.fromEntries(columns.map((column) => [column, slot(column)]));
  // The columns come from the very schema that types the table, which Object.fromEntries cannot express.
  return reusable<Tables[T]>(db.insertInto(table).values(values as InsertObject<Tables, T>));
}
