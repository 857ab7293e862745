import type { KeyRecord } from "../../core/key.ts";
import type { Page, RequestRecord } from "../../store/request-records.ts";
import type { Store } from "../../store/store.ts";

/** The requests that a caller may see: all, or those of one user's keys; null is nobody's. */
export type RequestScope = "all" | { readonly userId: string | null };

/** Request records as the administration shows them. */
export interface RequestAdministration {
  /** The newest first. */
  list(page: Page, scope: RequestScope): Promise<RequestRecord[]>;
  /** Undefined also for one that is outside the scope: nobody learns that it is there. */
  get(id: string, scope: RequestScope): Promise<RequestRecord | undefined>;
}

export function administerRequests(
  requests: Pick<Store["requests"], "get" | "list">,
  keys: () => Promise<readonly KeyRecord[]>,
): RequestAdministration {
  const keysOf = async ({ userId }: { readonly userId: string | null }): Promise<string[]> => {
    if (userId === null) return [];
    return (await keys()).filter(({ user }) => user?.id === userId).map(({ id }) => id);
  };
  return {
    async list(page, scope) {
      if (scope === "all") return requests.list(page);
      const own = await keysOf(scope);
      // A person has a handful of keys: each one's newest, and of those the newest.
      const found = await Promise.all(own.map((keyId) => requests.list({ ...page, keyId })));
      return found.flat().toSorted(newestFirst).slice(0, page.limit);
    },
    async get(id, scope) {
      const record = await requests.get(id);
      if (record === undefined || scope === "all") return record;
      return (await keysOf(scope)).includes(record.keyId) ? record : undefined;
    },
  };
}

/** The order of the store's own pages. */
function newestFirst(one: RequestRecord, other: RequestRecord): number {
  if (one.createdAt !== other.createdAt) return other.createdAt - one.createdAt;
  return one.id < other.id ? 1 : -1;
}
