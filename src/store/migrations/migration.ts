import type { Compilable, Kysely } from "kysely";

/** One step of the schema. Once released it never changes; what it did wrong is put right by the next. */
export interface Migration {
  /** As its file: `0001-first`. Sorted by name is sorted by age. */
  readonly name: string;
  /** What to run, in order; Kysely writes it in the dialect of the database at hand. */
  readonly up: (db: Kysely<unknown>) => readonly Compilable[];
}
