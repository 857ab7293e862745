import { setTimeout as delay } from "node:timers/promises";
import { asPinholeError } from "../../core/errors.ts";
import type { RequestRecord } from "../../store/request-records.ts";
import type { Store } from "../../store/store.ts";

/** A look at a request's record a quarter of a second from now; all who wait for one record share their looks. Undefined: it has none. */
export type LookAgain = (id: string) => Promise<RequestRecord | "unread" | undefined>;

/** The pause between two looks at what another node does. */
const lookAgainMs = 250;

/** Resolves when it is time for the next look. */
export function beforeNextLook(): Promise<void> {
  return delay(lookAgainMs);
}

/** Looks that nobody has asked for yet. A database that cannot be read at the moment says `unread`: whoever waits goes on waiting. */
export function createLookAgain({ requests }: Pick<Store, "requests">): LookAgain {
  const looks = new Map<string, ReturnType<LookAgain>>();
  const look: LookAgain = async (id) => {
    await beforeNextLook();
    looks.delete(id);
    return requests.get(id).catch((thrown: unknown) => {
      if (asPinholeError(thrown).code === "overloaded") return "unread";
      throw thrown;
    });
  };
  return (id) => {
    const shared = looks.get(id) ?? look(id);
    looks.set(id, shared);
    return shared;
  };
}
