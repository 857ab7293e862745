import type { RecentRequests } from "../../store/request-records.ts";
import { arrivalMs, type RunningOwner } from "../../store/running-owner.ts";
import { beforeNextLook } from "./look-again.ts";

/**
 * Waits for the nodes that run equal requests or have just answered one, until each has either shown that it lives, or is found dead
 * and its requests are lost, its last answers anybody's: a client whose node was killed comes back before anybody knows of it, and
 * must not buy again. A node that lives has written by then which of its clients have left. `look` asks the database
 * again, `onWait` is told that it takes a while.
 */
export async function whenOwnersAreKnown(
  first: RecentRequests,
  node: string,
  look: () => Promise<RecentRequests>,
  onWait: () => void,
): Promise<RecentRequests> {
  let awaited = first.owners.filter(({ id }) => id !== node);
  let recent = first;
  while (awaited.length > 0) {
    onWait();
    await beforeNextLook();
    recent = await look();
    const { owners } = recent;
    awaited = awaited.filter((one) => owners.some((now) => isUnknown(one, now)));
  }
  return recent;
}

/** True where a node that was found is still there, and has not been seen since: since its answer had time to arrive, if it gave one. */
function isUnknown(found: RunningOwner, now: RunningOwner): boolean {
  const { id, seenAt, answeredAt } = found;
  if (now.id !== id || (now.answeredAt === null) !== (answeredAt === null)) return false;
  if (answeredAt !== null) return now.seenAt !== null && now.seenAt < answeredAt + arrivalMs;
  return now.seenAt === null || now.seenAt === seenAt;
}
