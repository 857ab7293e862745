import type { Scope } from "../../core/role.ts";
import type { Page, RequestRecord } from "../../store/request-records.ts";
import type { RequestScope } from "../../store/scopes.ts";
import type { Store } from "../../store/store.ts";
import type { Served } from "./served.ts";
import { isOfTeam, teamScope } from "./team-scope.ts";

/** Request records as the administration shows them. */
export interface RequestAdministration {
  /** The newest first. */
  list(page: Page, scope: Scope): Promise<RequestRecord[]>;
  /** Undefined also for one that is outside the scope: nobody learns that it is there. */
  get(id: string, scope: Scope): Promise<RequestRecord | undefined>;
}

export function administerRequests(
  requests: Pick<Store["requests"], "get" | "list">,
  served: Pick<Served, "declared" | "declaredOwners" | "owners">,
): RequestAdministration {
  const stored = (scope: Scope): RequestScope | undefined => {
    if (scope.of === "all") return undefined;
    const isOwn = ({ view }: (typeof served.declared)[number]): boolean =>
      scope.of === "team"
        ? isOfTeam(served, scope.teamId, view)
        : view.userId !== null && view.userId === scope.userId;
    const fileKeys = served.declared.filter(isOwn).map(({ view }) => view.id);
    if (scope.of === "person") return { ...scope, fileKeys };
    return { of: "team", ...teamScope(served, scope.teamId), fileKeys };
  };
  return {
    list: ({ limit, before }, scope) => requests.list({ limit, before, scope: stored(scope) }),
    get: (id, scope) => requests.get(id, stored(scope)),
  };
}
