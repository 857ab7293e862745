/** A mutant that changes nothing anybody could notice, and why. */
export interface EquivalentMutant {
  readonly path: string;
  /** The line of the change, trimmed, as it stands and as the mutant has it. */
  readonly line: string;
  readonly mutated: string;
  readonly reason: string;
}

/** Mutants that were looked at one by one: no test can tell them from the program. */
export const equivalents: readonly EquivalentMutant[] = [];
