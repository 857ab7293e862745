import type { Plan } from "../fit/terms.ts";
import type { EntryGroups, TargetGroup } from "./target-groups.ts";

/** A group of targets and the request's plan on them. */
export interface PlannedGroup {
  readonly group: TargetGroup;
  readonly plan: Plan;
}

/** Groups that are equally good for a request; a draw is by the weights of all of them together. */
export interface Tier {
  readonly groups: readonly PlannedGroup[];
}

/**
 * Sorts an entry's groups into tiers, best first: a model that stands earlier in an alias; of one model,
 * the plan that needs fewer warnings; then the higher priority. `planOf` gives undefined where a group
 * cannot serve the request. `plans` has one a class, in the order of the tiers.
 */
export function tiersOf(
  entry: EntryGroups,
  planOf: (group: TargetGroup) => Plan | undefined,
): { readonly plans: readonly Plan[]; readonly tiers: readonly Tier[] } {
  const planned = entry.groups.flatMap((group) => {
    const plan = planOf(group);
    return plan === undefined ? [] : [{ group, plan }];
  });
  planned.sort(compareGroups);
  const tiers: { groups: PlannedGroup[] }[] = [];
  for (const one of planned) {
    const last = tiers.at(-1)?.groups;
    const [equal] = last ?? [];
    if (last !== undefined && equal !== undefined && compareGroups(equal, one) === 0)
      last.push(one);
    else tiers.push({ groups: [one] });
  }
  return { plans: [...new Set(planned.map(({ plan }) => plan))], tiers };
}

function compareGroups(a: PlannedGroup, b: PlannedGroup): number {
  return (
    a.group.modelPlace - b.group.modelPlace ||
    a.plan.warnings.length - b.plan.warnings.length ||
    b.group.priority - a.group.priority
  );
}
