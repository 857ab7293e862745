import { useQuery, useQueryClient } from "@tanstack/react-query";
import { sessionQuery } from "../api/session.ts";
import { groupsOf } from "../frame/places.ts";
import { budgetsQuery } from "../operate/budgets/budgets.ts";
import { keysQuery } from "../operate/keys/keys.ts";

/** The fullest of the budgets that a key's requests count in, as `open` of the page of budgets; undefined where there is none, or it is not for these eyes. */
export function useFullestBudget(keyId: string, isAsked: boolean): string | undefined {
  const role = useQueryClient().getQueryData(sessionQuery.queryKey)?.caller.role;
  const mayLook =
    role !== undefined &&
    groupsOf(role).some(({ places }) => places.some(({ path }) => path === "/budgets"));
  const enabled = isAsked && mayLook;
  const key = useQuery({ ...keysQuery, enabled }).data?.find(({ id }) => id === keyId);
  const budgets = useQuery({ ...budgetsQuery, enabled }).data?.all ?? [];
  const counted = new Set([`key ${keyId}`, `user ${key?.user}`, `team ${key?.team}`]);
  return budgets.find(({ id }) => counted.has(id))?.id;
}
