import { isForgotten } from "../../store/forgotten-outcome.ts";
import type { RequestParts } from "./parts.ts";

type ForgettingParts = Pick<RequestParts, "store" | "registry" | "repeats">;

/** Forgets what this process still has in memory of requests whose end users were forgotten, by whichever node. */
export async function forgetErased({ store, registry, repeats }: ForgettingParts): Promise<void> {
  for (const id of new Set([...registry.ended(), ...repeats.failedIds()])) {
    const record = await store.requests.get(id);
    if (record === undefined || !isForgotten(record.fields)) continue;
    await registry.get(id)?.discard();
    repeats.forget(id);
  }
}

/** A follower of what other nodes forget; wants to be called every two seconds. */
export function followErasures(parts: ForgettingParts): () => Promise<void> {
  let known: number | undefined;
  return async () => {
    const count = await parts.store.endUsers.erasures();
    if (count === known) return;
    await forgetErased(parts);
    known = count;
  };
}
