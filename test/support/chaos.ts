/**
 * How much of the full figures to run: 1 with `npm run chaos`, a part of them with PINHOLE_CHAOS=0.2
 * before it, and the few of CI where it is not set.
 */
const wanted = process.env["PINHOLE_CHAOS"];
const share = wanted === undefined ? 0 : wanted === "full" ? 1 : Number(wanted);
if (!(share >= 0 && share <= 1))
  throw new Error(`PINHOLE_CHAOS must be full or a share from 0 to 1, not ${wanted}.`);

/** So many times in CI, and so many in the full form. */
export function figure(inCi: number, full: number): number {
  return Math.max(inCi, Math.round(full * share));
}

/** A test's time limit, milliseconds: far above what it takes, since machines differ; an hour in the longer forms. */
export const chaosTestMsMax = share > 0 ? 3_600_000 : 600_000;
