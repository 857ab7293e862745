import { PinholeError } from "../../core/errors.ts";
import type { KeyRecord } from "../../core/key.ts";
import type { Caller } from "../../core/role.ts";
import type { KeyCaller, KeyRing } from "../keys/key-ring.ts";

/** The keys that a person may make pictures with in the console: those of the user that the person is, and nobody else's. */
export function ownKeys(
  ring: Pick<KeyRing, "usable">,
  { userId }: Caller,
  from: KeyCaller,
): readonly KeyRecord[] {
  return userId === null ? [] : ring.usable(userId, from);
}

/** One of those keys by its id. Throws role_not_allowed in the same words whether there is no such key or another one has it. */
export function ownKey(
  ring: Pick<KeyRing, "usable">,
  caller: Caller,
  from: KeyCaller,
  id: string,
): KeyRecord {
  const found = ownKeys(ring, caller, from).find((key) => key.id === id);
  if (found !== undefined) return found;
  throw new PinholeError("role_not_allowed", {
    message:
      "You have no key with this id that works here: it may be disabled, expired, deleted, not for your address, or not yours. Choose another key, or the console's.",
    param: "as_key",
  });
}
