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

/** A build's figures divided by those of the build before it, round by round. */
export interface Compared {
  readonly median: number;
  /** The second lowest and the second highest ratio: between them lies the true median, at ten rounds in 98 of 100 runs. */
  readonly low: number;
  readonly high: number;
}

export interface RowResult {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly measured: readonly Measured[];
  readonly verdicts: readonly Verdict[];
  /** What a reader must know: missing tools, failures. */
  readonly notes: readonly string[];
  /** This build beside the one before; absent where there is none or the row does not compare them. */
  readonly compared?: Compared;
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
  return median(ratios(of, to));
}

function ratios(of: Measured, to: Measured): number[] {
  return of.rounds.map((value, index) => value / (to.rounds[index] ?? Number.NaN));
}

/** A row's `compared`: how one build does beside another in the same rounds; empty where either was not measured. */
export function compareBuilds(
  of: Measured | undefined,
  to: Measured | undefined,
): Pick<RowResult, "compared"> {
  if (of === undefined || to === undefined) return {};
  const sorted = ratios(of, to).toSorted((a, b) => a - b);
  // Of few rounds nothing can be left out.
  const spare = sorted.length >= 6 ? 1 : 0;
  const [low = Number.NaN, high = Number.NaN] = [sorted[spare], sorted.at(-1 - spare)];
  return { compared: { median: median(sorted), low, high } };
}

export function isMet({ reached, floor, goal }: Verdict): boolean {
  return goal === "least" ? reached >= floor : reached <= floor;
}
