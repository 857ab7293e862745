import type { Cost, Nano } from "../core/money.ts";

/** The least and the most that something may cost. */
export interface Estimate {
  /** `unknown`: there is no price for it. */
  readonly state: Cost["state"];
  readonly least: Nano;
  /** Undefined: nothing bounds it. */
  readonly most: Nano | undefined;
}

/** The estimate of several things together. */
export function sumEstimates(estimates: readonly Estimate[]): Estimate {
  return {
    state: stateOf(estimates),
    least: exact(estimates.reduce((sum, { least }) => sum + least, 0)) ?? Number.MAX_SAFE_INTEGER,
    most: exact(estimates.reduce((sum, { most }) => sum + (most ?? Infinity), 0)),
  };
}

/** The estimate of whichever of several things happens. */
export function anyEstimate(estimates: readonly Estimate[]): Estimate {
  return {
    state: stateOf(estimates),
    least: Math.min(...estimates.map(({ least }) => least)),
    most: exact(Math.max(...estimates.map(({ most }) => most ?? Infinity))),
  };
}

function stateOf(estimates: readonly Estimate[]): Cost["state"] {
  if (estimates.some(({ state }) => state === "unknown")) return "unknown";
  return estimates.every(({ state }) => state === "free") ? "free" : "priced";
}

/** A sum of amounts; undefined where one is not bounded, or the sum has left the exact range. */
function exact(sum: number): Nano | undefined {
  return Number.isSafeInteger(sum) ? sum : undefined;
}
