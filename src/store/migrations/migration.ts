/** One step of the schema. Once released it never changes; what it did wrong is put right by the next. */
export interface Migration {
  /** As its file: `0001-first`. Sorted by name is sorted by age. */
  readonly name: string;
  /**
   * SQL to run, one statement each, in order. From 0006 on both databases run it: types are text, integer and
   * bigint, `WITHOUT ROWID` is SQLite's alone and is left out on Postgres (`postgres/migrations.ts`).
   */
  readonly up: readonly string[];
  /** Further SQL, after `up`, that one of the two databases has in words of its own: triggers. */
  readonly sqlite?: readonly string[];
  readonly postgres?: readonly string[];
  /**
   * The migration since which programs do without what this one takes away; absent: it only adds, and programs of before go on
   * working. On Postgres it is refused while a node lives whose program is older.
   */
  readonly contractsAfter?: string;
}
