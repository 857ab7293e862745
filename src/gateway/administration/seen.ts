import { consoleKeyPrefix, type KeyRecord, type KeySettings } from "../../core/key.ts";
import type { Caller, Sight } from "../../core/role.ts";
import type { OwnerBook } from "./key-owners.ts";

/** The requests whose prompts and pictures a caller is shown, by the keys that they were made with. */
export interface Seen {
  has(keyId: string): boolean;
  /** True for what the caller made, or somebody by a key of the user that the caller is. */
  isOwn(keyId: string): boolean;
}

/** The key of a request, and whose it is. */
type Owned = Pick<KeySettings, "userId" | "teamId"> & { readonly id: string };

/** The key of a program, with the team that it is of. */
export function keyOwner({ id, user, team }: KeyRecord): Owned {
  return { id, userId: user?.id ?? null, teamId: team?.id ?? null };
}

/** The key by which a person makes pictures in the console. */
export function consoleOwner(person: Owned): Owned {
  const { id, userId, teamId } = person;
  return { id: consoleKeyPrefix + id, userId, teamId };
}

/** Requests that `sight` shows to a caller, of whatever role: what is promised to those who make pictures holds for owners too. */
export function seenBy(
  sight: Sight,
  caller: Caller,
  owners: OwnerBook,
  keys: readonly Owned[],
): Seen {
  const byId = new Map(keys.map((key) => [key.id, key]));
  const isOwn = (keyId: string): boolean => {
    if (caller.kind !== "person") return false;
    if (keyId === consoleKeyPrefix + caller.id) return true;
    const { userId } = caller;
    return userId !== null && byId.get(keyId)?.userId === userId;
  };
  const team = caller.teamId ?? owners.find(caller).teamId;
  const isOfTeam = (keyId: string): boolean => {
    const key = byId.get(keyId);
    return key !== undefined && team !== null && owners.find(key).teamId === team;
  };
  const has = {
    all: () => true,
    team: (keyId: string) => isOwn(keyId) || isOfTeam(keyId),
    own: isOwn,
  } satisfies Record<Sight, Seen["has"]>;
  return { has: has[sight], isOwn };
}
