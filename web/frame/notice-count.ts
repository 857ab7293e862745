import { queryOptions, useQuery } from "@tanstack/react-query";
import { ask } from "../api/ask.ts";
import type { Role } from "../api/session.ts";
import { watchers } from "./places.ts";

const askedMax = 100;

/** The number of things that ask for attention and that nobody has seen to. */
export const openNoticesQuery = queryOptions({
  queryKey: ["open-notices"],
  async queryFn({ signal }): Promise<number> {
    const path = `/admin/v1/notices?state=open&acknowledged=false&limit=${askedMax}`;
    return (await ask<{ data: readonly unknown[] }>("GET", path, { signal })).data.length;
  },
  refetchInterval: 60_000,
  staleTime: 30_000,
});

/** The count that stands beside Notices in the menu; 0 where a role sees none. */
export function useNoticeCount(role: Role): number {
  return useQuery({ ...openNoticesQuery, enabled: watchers.includes(role) }).data ?? 0;
}
