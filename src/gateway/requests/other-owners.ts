import type { RecentRequests } from "../../store/request-records.ts";
import { beforeNextLook } from "./look-again.ts";

/**
 * Waits for the nodes that run equal requests, until each has either shown that it lives, or is found dead and its requests are lost:
 * a client whose node was killed comes back before anybody knows of it, and must not buy again. A node that lives has
 * written by then which of its clients have left. `look` asks the database again, `onWait` is told that it takes a while.
 */
export async function whenOwnersAreKnown(
  first: RecentRequests,
  node: string,
  look: () => Promise<RecentRequests>,
  onWait: () => void,
): Promise<RecentRequests> {
  const awaited = new Map<string, number | null>();
  for (const { id, seenAt } of first.owners) if (id !== node) awaited.set(id, seenAt);
  let recent = first;
  while (awaited.size > 0) {
    onWait();
    await beforeNextLook();
    recent = await look();
    for (const [id, seenAt] of awaited) {
      const owner = recent.owners.find((one) => one.id === id);
      const isAlive = owner !== undefined && owner.seenAt !== null && owner.seenAt !== seenAt;
      if (owner === undefined || isAlive) awaited.delete(id);
    }
  }
  return recent;
}
