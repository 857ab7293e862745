/** One step of the schema. Once released it never changes; what it did wrong is put right by the next. */
export interface Migration {
  /** As its file: `0001-first`. Sorted by name is sorted by age. */
  readonly name: string;
  /** SQL to run, one statement each, in order, in the words that every dialect has. */
  readonly up: readonly string[];
}
