import { isDeepStrictEqual } from "node:util";
import { PinholeError } from "../../core/errors.ts";
import type { KeySettings } from "../../core/key.ts";
import type { OwnerSettings } from "../../core/people.ts";
import type { TeamScope } from "../../store/scopes.ts";
import type { Served } from "./served.ts";

/** The keys of one team, as the store asks for them. */
export function teamScope(
  { declaredOwners }: Pick<Served, "declaredOwners">,
  teamId: string,
): TeamScope {
  return {
    teamId,
    fileUsers: declaredOwners.users.map(({ id, teamId: of }) => ({ id, teamId: of })),
  };
}

/** True where a key is one team's: its user's team, or where the user has none its own. */
export function isOfTeam(
  { owners }: Pick<Served, "owners">,
  teamId: string,
  key: Pick<KeySettings, "userId" | "teamId">,
): boolean {
  return owners.find(key).teamId === teamId;
}

/** True where a user is one team's by themselves, whatever their keys name. */
export function isUserOfTeam(
  { owners }: Pick<Served, "owners">,
  teamId: string,
  userId: string,
): boolean {
  return owners.find({ userId, teamId: null }).teamId === teamId;
}

/** Throws where a change is of more than the budgets, which are all that a team's admin may change of a user. */
export function refuseOtherThanBudget(before: OwnerSettings, after: OwnerSettings): void {
  if (isDeepStrictEqual({ ...before, budgets: [] }, { ...after, budgets: [] })) return;
  throw new PinholeError("role_not_allowed", {
    message: "A team's admin changes `budget` of a user and no more; ask an owner or admin.",
  });
}
