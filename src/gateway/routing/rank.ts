import type { EntryLanes, Lane } from "./lanes.ts";
import type { Plan } from "../fit/terms.ts";

/** Lanes that rank alike for a request; a draw is by the weights of all of them together. */
export interface Rank {
  readonly lanes: readonly { readonly lane: Lane; readonly plan: Plan }[];
}

/**
 * Ranks lanes: a model that stands earlier in an alias first; of one model, what honours more of the
 * request before what needs a warning; then the higher priority. `planOf` gives undefined where the
 * class cannot serve the request.
 */
export function rankLanes(
  entry: EntryLanes,
  planOf: (lane: Lane) => Plan | undefined,
): {
  /** One plan a class, in the order of the ranks. */
  readonly plans: readonly Plan[];
  readonly ranks: readonly Rank[];
} {
  const fitted = entry.lanes.flatMap((lane) => {
    const plan = planOf(lane);
    return plan === undefined ? [] : [{ lane, plan }];
  });
  fitted.sort(compareLanes);
  const ranks: { lanes: FittedLane[] }[] = [];
  for (const one of fitted) {
    const last = ranks.at(-1)?.lanes;
    const [equal] = last ?? [];
    if (last !== undefined && equal !== undefined && compareLanes(equal, one) === 0) last.push(one);
    else ranks.push({ lanes: [one] });
  }
  return { plans: [...new Set(fitted.map(({ plan }) => plan))], ranks };
}

type FittedLane = Rank["lanes"][number];

function compareLanes(a: FittedLane, b: FittedLane): number {
  return (
    a.lane.modelPlace - b.lane.modelPlace ||
    a.plan.warnings.length - b.plan.warnings.length ||
    b.lane.priority - a.lane.priority
  );
}
