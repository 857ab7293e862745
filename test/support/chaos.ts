/** The figures of the reliability tests: a few of each in CI, all of them with `npm run chaos`. */
export const isFullChaos = process.env["PINHOLE_CHAOS"] === "full";

/** So many times in CI, and so many in the full form. */
export function figure(inCi: number, full: number): number {
  return isFullChaos ? full : inCi;
}

/** A test's time limit, milliseconds: far above what it takes, since machines differ; an hour in the full form. */
export const chaosTestMsMax = isFullChaos ? 3_600_000 : 180_000;
