/** Records that are older than they should get. */
export interface Backlog {
  /** Records that should be forgotten. */
  readonly records: number;
  /** Records whose prompts should be. */
  readonly prompts: number;
}
