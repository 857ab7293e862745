/** What one server reached in one row. */
export interface Measured {
  readonly server: string;
  /** One value a round, in the row's unit. */
  readonly rounds: readonly number[];
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Milliseconds, medians of the rounds; absent where the row has none. */
  readonly p50?: number;
  readonly p99?: number;
  /** Of the whole process tree; absent where it was not watched. */
  readonly peakRssBytes?: number;
  /** What went wrong, over all rounds. */
  readonly faults: Readonly<Record<string, number>>;
}

/** A figure of a row beside its floor. */
export interface Verdict {
  readonly what: string;
  readonly reached: number;
  /** The figure that must not be lost: what the published run reached, less a twentieth. */
  readonly floor: number;
  /** The figure that would be better still. */
  readonly aim?: number;
  readonly unit: string;
  /** `least`: more is better. */
  readonly goal: "least" | "most";
}

export interface RowResult {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly measured: readonly Measured[];
  readonly verdicts: readonly Verdict[];
  /** What a reader must know: missing tools, failures. */
  readonly notes: readonly string[];
  /** How long the whole row took, starting the servers included. */
  readonly tookSeconds?: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** The median of the rounds' own ratios: what slows the machine down for a while slows both. */
export function ratio(of: Measured, to: Measured): number {
  return median(of.rounds.map((value, index) => value / (to.rounds[index] ?? Number.NaN)));
}

export function isMet({ reached, floor, goal }: Verdict): boolean {
  return goal === "least" ? reached >= floor : reached <= floor;
}
